"""Downloads and own files on the page, without a network."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data.fetch import REMOTES, Progress
from cnnviz.ui import service
from cnnviz.ui.train import sets
from tests.browser import ROOT


@dataclass
class Pretended:
    """A download that does what a test says."""

    now: Progress
    pressed: list[str] = field(default_factory=list)

    def progress(self) -> Progress:
        return self.now

    def start(self) -> None:
        self.pressed.append("start")
        self.now = replace(self.now, state="running", message="on its way")

    def cancel(self) -> None:
        self.pressed.append("cancel")
        self.now = replace(self.now, state="canceled")


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> dict[str, Pretended]:
    monkeypatch.delenv("CNNVIZ_DATA_DIR", raising=False)  # nothing is there yet
    downloads = {name: Pretended(Progress("idle", 0, 10_000_000, "")) for name in REMOTES}
    monkeypatch.setattr(sets, "download", downloads.__getitem__)
    return downloads


def train_page() -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    return page.switch_page("pages/1_Train.py").run()


def press(page: AppTest, label: str) -> AppTest:
    return next(one for one in page.button if one.label.startswith(label)).click().run()


def test_a_download_is_started_shown_and_canceled(pretended: dict[str, Pretended]) -> None:
    page = press(train_page(), "Download MNIST")
    assert pretended["mnist"].pressed == ["start"]
    assert any("0 B of 10 MB" in one.text for one in page.get("progress"))
    assert not any(one.label.startswith("Download MNIST") for one in page.button)
    press(page, "Cancel")
    assert pretended["mnist"].pressed == ["start", "cancel"]
    assert not page.exception


def test_what_went_wrong_is_a_sentence_that_can_be_hidden(
    pretended: dict[str, Pretended],
) -> None:
    pretended["mnist"].now = Progress("failed", 0, 1, "No mirror could be reached.")
    page = train_page()
    assert page.error[0].value == "No mirror could be reached."
    assert not press(page, "Hide").error


def test_data_that_was_added_is_chosen(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "mine"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (120, 28, 28), np.uint8)
    labels = rng.integers(0, 10, 120, np.uint8)
    np.savez(folder / "mine.npz", x_train=images, y_train=labels)
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    page.session_state["_pending"] = {"data": "mine", "images": None, "epochs": None}
    page.switch_page("pages/1_Train.py").run()
    assert not page.exception
    assert page.selectbox("data").value == "mine"
    assert page.number_input("images").value == 100  # a sixth is kept for the test
    assert "90" in page.caption[1].value


def test_why_own_files_were_refused_stays_until_something_else_is_given() -> None:
    page = press(train_page(), "Own files")
    page.file_uploader[0].upload("mine.npz", b"no archive")
    page.text_input[0].set_value("mine")
    press(page.run(), "Add")
    for _ in range(2):  # as when a run ends meanwhile, and the page is drawn anew
        assert "mine.npz" in page.error[0].value
        page.run()
    assert not page.text_input[0].set_value("other").run().error
    assert not page.exception


@pytest.mark.parametrize(
    ("text", "minutes"), [("", 5), ("2.5", 2.5), ("0", 5), ("-1", 5), ("nan", 5), ("soon", 5)]
)
def test_idle_minutes_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, text: str, minutes: float
) -> None:
    monkeypatch.setenv("CNNVIZ_IDLE_MINUTES", text)
    assert service.idle_from_environment() == minutes


def test_without_a_server_somebody_watches() -> None:
    assert service.watched()
