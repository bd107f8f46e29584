"""The Mistakes page: whose numbers it shows, what a click leads to."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data import load, split
from cnnviz.nn.model import Sequential
from cnnviz.runs import RunFolder, layout
from cnnviz.training.events import Evaluation
from cnnviz.training.metrics import confusion_counts
from cnnviz.training.scores import reliability
from cnnviz.ui.inside import judged as judging
from cnnviz.ui.mistakes.images import groups
from cnnviz.ui.mistakes.state import BOARD
from cnnviz.ui.mistakes.words import calibration, what_to_see
from cnnviz.ui.train.view import Judged
from tests.browser import ROOT
from tests.runs.run_tools import DATA, whole_run

pytestmark = pytest.mark.usefixtures("own_manager")
NAMES = tuple("0123456789")


@pytest.fixture
def run() -> RunFolder:
    return whole_run(layout.runs_root())


def page_of(**params: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    for key, value in params.items():
        page.query_params[key] = value
    page = page.switch_page("pages/9_Mistakes.py").run()
    assert not page.exception
    return page


def parts(page: AppTest) -> dict[str, dict[str, object]]:
    """What stands on the board, by the names of the parts."""
    (board,) = (one.proto for one in page.get("bidi_component") if one.key == BOARD)
    return {part["name"]: part["data"] for row in json.loads(board.json)["rows"] for part in row}


def told(page: AppTest) -> str:
    return "\n".join(one.value for one in (*page.markdown, *page.caption, *page.error))


def own_counts(found: Evaluation | None, labels: np.ndarray) -> list[list[int]]:
    assert found is not None
    return confusion_counts(labels, found.predictions, 10).tolist()


def test_a_finished_run_shows_its_own_test(run: RunFolder) -> None:
    page, test = page_of(), split(load("digits"), DATA).test
    assert "All 30 test images, as the run itself judged them when it had finished" in told(page)
    assert f"{run.evaluation('test').accuracy:.1%}".replace("%", " %") in told(page)
    assert parts(page)["matrix"]["counts"] == own_counts(run.evaluation("test"), test.labels)
    assert page.query_params["wrong_set"] == "test"  # a link shows the same, whatever the run does


def test_an_epochs_end_shows_the_runs_own_validation(run: RunFolder) -> None:
    page, validation = page_of(wrong_set="validation", look_step="26"), split(load("digits"), DATA)
    assert "All 20 validation images, as the run itself judged them after this epoch" in told(page)
    counts = own_counts(run.evaluation(2), validation.validation.labels)
    assert parts(page)["matrix"]["counts"] == counts


def test_between_epochs_the_checkpoint_itself_is_judged(run: RunFolder) -> None:
    page, test = page_of(look_step="7"), split(load("digits"), DATA).test
    model = Sequential.from_specs(run.settings().layers)
    logits = model.predict(run.params(7), test.batch(slice(None))[0])
    counts = confusion_counts(test.labels, logits.argmax(axis=1).astype(np.uint8), 10)
    assert "30 test images, judged with these weights" in told(page)
    assert parts(page)["matrix"]["counts"] == counts.tolist()
    assert parts(page)["scores"]["hits"] == counts.diagonal().tolist()
    page = page_of(look_step="20", wrong_set="validation")
    assert "20 validation images, judged with these weights" in told(page)


def test_before_the_end_validation_images_are_the_usual_ones(run: RunFolder) -> None:
    (run.path / "evaluations" / "test.npz").unlink()
    page = page_of(look_step="3")
    assert "20 validation images" in told(page)
    page.session_state["wrong_set"] = "test"
    page.run()
    assert "Test images, before this run has finished" in told(page)
    assert page.query_params["wrong_set"] == "test"


def test_many_images_are_judged_in_part_until_all_are_asked_for(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MOST_AT_ONCE", 0)
    monkeypatch.setattr(judging, "LEAST_IMAGES", 12)
    page = page_of(look_step="7")
    assert "12 of 30 test images" in told(page)
    assert np.sum(parts(page)["matrix"]["counts"]) == 12
    page.button("_wrong_judge").click().run()
    page.run()
    assert "All 30 test images" in told(page)
    assert np.sum(parts(page)["matrix"]["counts"]) == 30


def test_the_images_of_a_cell_a_class_and_all_mistakes() -> None:
    labels = np.array([1, 1, 1, 2, 2, 0], np.uint8)
    taken = np.array([1, 2, 2, 1, 2, 0], np.uint8)
    sure = np.array([0.9, 0.5, 0.6, 0.8, 0.7, 1.0], np.float32)
    judged = Judged("", Evaluation(0, 0, taken, sure), np.zeros((6, 28, 28), np.uint8), labels)

    def places(true: int | None, taken: int | None) -> list[list[int]]:
        return [one.places.tolist() for one in groups(judged, true, taken, NAMES).values()]

    assert places(None, None) == [[3, 2, 1]]
    assert places(1, 2) == [[2, 1]]
    assert places(1, 1) == [[0]]
    assert places(1, None) == [[2, 1], [3]]
    assert places(0, None) == [[], []]


def test_a_cell_and_a_class_in_the_url(run: RunFolder) -> None:
    page = page_of(wrong_true="1", wrong_taken="1")
    assert parts(page)["matrix"]["selected"] == [1, 1]
    assert "1, recognized" in str(parts(page)["images"]["label"])
    page = page_of(wrong_true="1")
    assert parts(page)["matrix"]["selected"] is None and parts(page)["scores"]["selected"] == 1
    assert {"images", "others"} <= parts(page).keys()
    assert parts(page_of(wrong_true="x", wrong_taken="3", wrong_bins="99"))["matrix"]


def test_clicks_on_the_board_are_taken_over(run: RunFolder) -> None:
    page = page_of()
    name = parts(page)["matrix"]["of"]
    page.session_state[BOARD] = {"cell": {"of": name, "at": [3, 3]}, "tile": None}
    page.run()
    assert (page.query_params["wrong_true"], page.query_params["wrong_taken"]) == ("3", "3")
    next(one for one in page.button if one.label == "All mistakes").click().run()
    assert "wrong_true" not in page.query_params
    assert parts(page)["matrix"]["of"] != name


def test_words_tell_what_there_is_to_see() -> None:
    counts = np.zeros((10, 10), np.int64)
    np.fill_diagonal(counts, 9)
    assert what_to_see(counts, NAMES, 5).startswith("Not one of these images")
    counts[4, 9] = 3
    told = "Most often 4 is taken for 9 (3 times, never the other way round)."
    assert what_to_see(counts, NAMES, 5).startswith(told)
    counts[9, 4] = 1
    assert "(3 times, the other way round 1 time)" in what_to_see(counts, NAMES, 5)
    counts[:, 2] = 100
    assert "Before any training most images are taken for 2" in what_to_see(counts, NAMES, 0)
    assert "taken for 2: the training has diverged" in what_to_see(counts, NAMES, 5, diverged=True)


def test_words_tell_whether_it_is_too_sure() -> None:
    def words(sure: float, right: int) -> str:
        taken = np.array([0] * right + [1] * (10 - right), np.uint8)
        found = Evaluation(0, right / 10, taken, np.full(10, sure, np.float32))
        return calibration(reliability(np.zeros(10, np.uint8), found), right / 10)

    assert "90.0 % sure and 50.0 % right: surer than it is right." in words(0.9, 5)
    assert "Expected calibration error 40.0 %: " in words(0.9, 5)
    assert "less sure than it is right" in words(0.5, 9)
    assert "about as sure as it is right" in words(0.5, 5)
    assert "the training has diverged" in words(float("nan"), 5)


def test_a_run_whose_data_are_gone_says_so(run: RunFolder) -> None:
    settings = json.loads((run.path / layout.SETTINGS).read_text())
    settings["data"]["dataset"] = "gone"
    (run.path / layout.SETTINGS).write_text(json.dumps(settings))
    assert "There is no data set “gone” here" in told(page_of())


def test_a_choice_that_is_no_pixel_of_the_board_changes_nothing(run: RunFolder) -> None:
    page = page_of()
    page.session_state[BOARD] = {"cell": {"of": "other", "at": [3, 3]}, "tile": "x"}
    page.run()
    assert not page.exception and "wrong_true" not in page.query_params
