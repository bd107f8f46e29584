"""The pages, run without a browser."""

import json
import os
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock, call

import psutil
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.nn.losses import CrossEntropy
from cnnviz.runs import RunFolder, layout, list_runs
from cnnviz.runs.manager import Manager
from cnnviz.training import Augment
from cnnviz.training.team import blas
from cnnviz.ui.frame import PAGES
from cnnviz.ui.home import EXPLORE
from cnnviz.ui.service import manager, one_blas_thread
from cnnviz.ui.train.defaults import NETWORK
from cnnviz.ui.train.transport import NO_RUN, OVER, Shown
from tests.browser import ROOT
from tests.runs.run_tools import SETTINGS, wait_for_state, whole_run

TRAIN = "pages/1_Train.py"


pytestmark = pytest.mark.usefixtures("own_manager")


def home() -> AppTest:
    return AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()


def train_page(**params: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    for key, value in params.items():
        page.query_params[key] = value
    page.session_state["_more_numbers"] = True
    return page.switch_page(TRAIN).run()


def faults(page: AppTest) -> list[str]:
    return [str(one.value) for one in (*page.exception, *page.error)]


def shown(page: AppTest) -> dict[str, dict[str, object]]:
    """What stands on the page's board, by the names of the parts."""
    (board,) = (one.proto for one in page.get("bidi_component") if one.key == "board")
    return {part["name"]: part["data"] for row in json.loads(board.json)["rows"] for part in row}


def button(page: AppTest, label: str) -> object:
    return next(one for one in page.button if one.label == label)


def test_the_first_page_gives_blas_one_thread_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    one_blas_thread.cache_clear()
    with blas().limit(limits=2):
        one_blas_thread()
        assert {library["num_threads"] for library in blas().info()} == {1}
    one_blas_thread.cache_clear()
    limits = Mock()
    monkeypatch.setattr("cnnviz.ui.service.blas", limits)
    home().switch_page(TRAIN).run()
    one_blas_thread.cache_clear()
    assert limits.mock_calls == [call(), call().limit(limits=1)]


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_every_page_runs_on_an_empty_machine(entry: object) -> None:
    page = home()
    if entry.path != "dashboard.py":
        page = page.switch_page(entry.path).run()
    assert not faults(page)
    assert [link.value for link in page.sidebar.get("page_link")] == [one.title for one in PAGES]


def test_every_page_is_in_the_menu() -> None:
    assert {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")} == {
        entry.path for entry in PAGES if entry.path.startswith("pages/")
    }


def test_before_the_first_run_only_train_can_be_pressed() -> None:
    page = train_page()
    assert not button(page, "Train").disabled
    for label in ("Pause", "One step", "Stop", "Rewind", "New weights"):
        assert button(page, label).disabled
        assert button(page, label).help == NO_RUN
    assert "1,348" in page.caption[1].value


@pytest.mark.parametrize("text", ["0", "-1", "1e9", "text", "nan", "inf"])
def test_wrong_numbers_in_the_url_change_nothing(text: str) -> None:
    keys = ("batch", "epochs", "lr", "images", "seed", "sgd_momentum", "threads", "smoothing")
    page = train_page(**dict.fromkeys(keys, text))
    assert not page.exception
    assert not button(page, "Train").disabled or faults(page)
    assert page.number_input("batch").value == ARCHITECTURES[NETWORK].batch_size


@pytest.mark.parametrize("key", ["data", "network", "layers", "run", "optimizer", "schedule"])
def test_wrong_names_in_the_url_change_nothing(key: str) -> None:
    page = train_page(**{key: "no-such-thing"})
    assert not faults(page)
    assert page.selectbox("network").value == NETWORK


def test_how_the_curves_are_drawn_stands_in_the_link() -> None:
    whole_run(layout.runs_root())
    page = train_page(log="1", smoothing="0.5")
    assert (page.toggle("log").value, page.slider("smoothing").value) == (True, 0.5)
    figure = json.loads(str(shown(page)["Loss"]["figure"]))
    assert figure["layout"]["yaxis"]["type"] == "log"
    page.toggle("log").set_value(False).run()
    assert (page.query_params["log"], page.query_params["smoothing"]) == ("0", "0.5")
    assert json.loads(str(shown(page)["Loss"]["figure"]))["layout"]["yaxis"]["type"] == "linear"


def test_a_lesson_is_a_link() -> None:
    page = train_page(network="tf2-cnn", lr="0.003", seed="42")
    assert page.selectbox("network").value == "tf2-cnn"
    assert page.selectbox("optimizer").value == "Adam"
    assert page.number_input("lr").value == 0.003
    assert page.number_input("seed").value == 42
    assert page.number_input("batch").value == 50
    assert page.query_params["lr"] == "0.003"
    assert page.query_params["adam_betas_2"] == "0.999"


def test_a_network_brings_its_numbers() -> None:
    page = train_page()
    page.number_input("lr").set_value(0.5).run()
    page.selectbox("network").select("gluon-lenet").run()
    assert page.number_input("lr").value == ARCHITECTURES["gluon-lenet"].lr
    assert page.number_input("batch").value == 256
    page.number_input("lr").set_value(0.3).run()
    assert page.number_input("lr").value == 0.3
    assert not faults(page)


def test_another_optimizer_brings_its_rate() -> None:
    page = train_page(network="tf2-cnn")
    for optimizer, lr in (("SGD", 0.05), ("AdaGrad", 0.01), ("AdamW", 0.001), ("Adam", 0.001)):
        page.selectbox("optimizer").select(optimizer).run()
        assert page.number_input("lr").value == lr
        assert not faults(page)
    assert page.query_params["adam_eps"] == "1e-08"
    assert not any(key.startswith(("adamw", "sgd", "adagrad")) for key in page.query_params)


def test_loss_and_augmentation_are_chosen_and_stand_in_the_link() -> None:
    page = train_page(loss="MeanSquaredError", augment_shift="2", augment_flip="1")
    assert page.number_input("augment_shift").value == 2
    assert page.toggle("augment_flip").value is True
    page.selectbox("loss").select("CrossEntropy").run()
    page.number_input("crossentropy_label_smoothing").set_value(0.1)
    page.number_input("augment_rotate").set_value(7.5).run()
    assert page.query_params["crossentropy_label_smoothing"] == "0.1"
    assert page.query_params["augment_rotate"] == "7.5"
    button(page, "Train").click().run()
    assert not faults(page)
    config = list_runs()[0].settings().config
    assert (config.loss, config.augment) == (CrossEntropy(0.1), Augment(2, 7.5, True))
    page.number_input("augment_shift").set_value(28.0).run()
    assert "out of sight" in page.error[0].value
    assert button(page, "Train").help == page.error[0].value
    button(page, "Use its settings").click().run()
    assert page.number_input("augment_shift").value == 2
    assert not faults(page)


def test_settings_that_make_no_sense_together_disable_train() -> None:
    page = train_page()
    page.number_input("sgd_momentum").set_value(0.0)
    page.toggle("sgd_nesterov").set_value(True).run()
    assert "momentum, which is 0" in page.error[0].value
    assert button(page, "Train").disabled
    assert button(page, "Train").help == page.error[0].value


def test_a_finished_run_is_shown_and_its_settings_can_be_used() -> None:
    run = whole_run(layout.runs_root())
    page = train_page(run=run.id)
    assert not faults(page)
    assert button(page, "Pause").help == "It has finished: rewind it, or train again."
    assert shown(page)["state"]["share"] == 1
    button(page, "Use its settings").click().run()
    assert page.selectbox("network").value == "my-network"
    assert page.number_input("batch").value == SETTINGS.config.batch_size
    assert not faults(page)


def test_a_damaged_run_is_shown_with_what_is_left() -> None:
    run = whole_run(layout.runs_root())
    (run.path / "settings.json").write_text("{")
    page = train_page(run=run.id)
    assert not page.exception
    assert button(page, "Rewind").help == "Its settings cannot be read."
    assert "damaged" in shown(page)["state"]["badge"]


@pytest.mark.parametrize("name", [layout.STATUS, layout.STEPS, layout.EPOCHS, layout.LIVE])
def test_no_spoiled_file_breaks_the_page(name: str) -> None:
    run = whole_run(layout.runs_root())
    (run.path / name).write_bytes(b"\x00\xff spoiled")
    assert not train_page(run=run.id).exception
    assert not home().exception


def test_train_starts_a_run_and_a_second_press_does_nothing() -> None:
    page = train_page(epochs="2000")
    button(page, "Train").click().run()
    assert not faults(page)
    assert len(list_runs()) == 1
    assert button(page, "Train").disabled
    assert "exactly these settings" in button(page, "Train").help
    run = list_runs()[0]
    wait_for_state(run, "training")
    page.run()
    assert button(page, "One step").disabled
    button(page, "Stop").click().run()
    wait_for_state(run, "stopped")
    assert not faults(page)


def test_home_tells_of_every_page_and_links_to_it() -> None:
    others = [entry.title for entry in PAGES if entry.title != "Home"]
    assert [*EXPLORE] == others
    page = home()
    links = [link.proto.label for link in page.main.get("page_link")]
    assert [f"**{title}**" for title in others] == links[: len(others)]
    told = "\n".join(one.value for one in page.main.markdown)
    assert all(words in told for words in EXPLORE.values())


def test_home_trains_at_once_and_lists_the_runs() -> None:
    page = home()
    button(page, "Train a network now").click().run()
    assert not page.exception
    run = list_runs()[0]
    manager().stop(run.id)
    wait_for_state(run, "stopped", "finished")
    page = home()
    assert not faults(page)
    network = run.settings().network
    assert any(network in one.value.replace("\\", "") for one in page.markdown)


def test_a_terminals_run_is_watched_only() -> None:
    run = whole_run(layout.runs_root())
    status = json.loads((run.path / layout.STATUS).read_text())
    alive = {"pid": os.getpid(), "process_created": psutil.Process().create_time()}
    status |= {"state": "training", "owner": "terminal", **alive}
    (run.path / layout.STATUS).write_text(json.dumps(status))
    page = train_page(run=run.id)
    assert "Ctrl+C" in button(page, "Pause").help
    assert "Ctrl+C" in button(page, "Stop").help
    status |= {"state": "finished", "pid": None, "process_created": None}
    (run.path / layout.STATUS).write_text(json.dumps(status))


def test_a_run_that_ends_while_the_page_is_drawn_leaves_no_button_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = whole_run(layout.runs_root())
    page = train_page(run=run.id)
    ended = button(page, "Pause").help
    seen: list[Shown] = []

    def look(service: Manager, run: RunFolder) -> Shown:
        """Return the run, the first time as it was a moment ago."""
        now = Shown(run, run.status(), run.settings(), False)
        before = replace(now, status=replace(now.status, state="training"))
        seen.append(now if seen else before)
        return seen[-1]

    monkeypatch.setattr("cnnviz.ui.train.page.look", look)
    page.run()
    assert len(seen) == 2  # one look a run of the page
    assert button(page, "Pause").help == ended == OVER["finished"]


def test_a_data_set_that_is_gone_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "mine"
    folder.mkdir(parents=True)
    (folder / "mine.npz").write_bytes(b"PK\x03\x04 broken")
    page = train_page(data="mine")
    assert not page.exception
