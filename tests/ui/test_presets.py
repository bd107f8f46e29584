"""The presets, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data import KNOWN, available
from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.ui.train.presets import PRESETS, first_preset
from tests.browser import ROOT
from tests.data.made_files import idx_files

FIRST = PRESETS[0]


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which MNIST has twenty images."""
    folder = tmp_path / "sets" / FIRST.data
    folder.mkdir(parents=True)
    for name, content in idx_files().items():
        (folder / name).write_bytes(content)
    monkeypatch.setenv("CNNVIZ_DATA_DIR", str(folder.parent))


@pytest.fixture
def nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNNVIZ_DATA_DIR", raising=False)


def train_page() -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    return page.switch_page("pages/1_Train.py").run()


def preset_buttons(page: AppTest) -> list[object]:
    return [one for one in page.main.button if str(one.key).startswith("_preset-")]


def test_they_stand_first_on_the_page_the_fast_one_before_all() -> None:
    page = train_page()
    assert [one.label for one in page.main.button][: len(PRESETS)] == [p.title for p in PRESETS]
    assert "99 %" in FIRST.title


@pytest.mark.usefixtures("few")
def test_a_press_puts_data_network_and_its_numbers_into_the_fields() -> None:
    page = train_page()
    page.number_input("lr").set_value(7.0).run()
    page.number_input("batch").set_value(3).run()
    preset_buttons(page)[0].click().run()
    network = ARCHITECTURES[FIRST.network]
    assert page.selectbox("data").value == FIRST.data
    assert page.selectbox("network").value == FIRST.network
    assert page.selectbox("optimizer").value == network.optimizer["type"]
    assert page.number_input("lr").value == network.lr
    assert page.number_input("batch").value == network.batch_size
    assert page.number_input("epochs").value >= network.epochs
    assert not page.exception and not page.error
    assert first_preset()[0] is FIRST


@pytest.mark.usefixtures("nothing")
def test_without_the_data_it_says_what_to_do() -> None:
    page = train_page()
    fast, _, offline = preset_buttons(page)
    assert fast.disabled
    assert fast.help == "It is not here yet: a button below downloads it."
    assert any(one.label.startswith("Download MNIST") for one in page.button)
    offline.click().run()
    assert page.selectbox("data").value == "digits"
    assert first_preset()[0] is PRESETS[-1]


def test_each_has_a_network_and_data_that_there_are() -> None:
    for preset in PRESETS:
        assert preset.data in {*KNOWN, "digits"} and preset.network in ARCHITECTURES
        digits = next(one for one in available() if one.name == "digits")
        settings = preset.settings(digits)
        assert settings.layers == ARCHITECTURES[preset.network].layers
