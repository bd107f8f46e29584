"""The choice of the image that goes into a network."""

from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data import Split, load, split
from cnnviz.runs import RunFolder
from cnnviz.ui.inside.samples import ANY, fitting, snapped
from tests.browser import ROOT
from tests.runs.run_tools import DATA, whole_run

APP = str(ROOT / "tests" / "ui" / "subject_app.py")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return whole_run(tmp_path_factory.mktemp("trained"))


@pytest.fixture
def run(trained: RunFolder, tmp_path: Path) -> RunFolder:
    return RunFolder(Path(copytree(trained.path, tmp_path / "runs" / trained.id)))


def app(**params: str) -> AppTest:
    page = AppTest.from_file(APP, default_timeout=60)
    for key, value in params.items():
        page.query_params[f"look_{key}"] = value
    return page.run()


def told(page: AppTest) -> list[str]:
    assert not page.exception
    return [one.value for one in page.error]


@pytest.mark.parametrize(
    ("asked", "before", "found"),
    [(4, 0, 7), (7, 7, 7), (8, 7, 9), (8, 9, 7), (99, 9, 9), (0, 7, 2), (3, 3, 7)],
)
def test_an_index_moves_on_to_the_next_that_fits(asked: int, before: int, found: int) -> None:
    assert snapped(asked, before, np.array([2, 7, 9])) == found


def test_images_are_found_by_class_and_by_mistake() -> None:
    labels = np.array([3, 1, 3, 3], np.uint8)
    images = Split(np.zeros((4, 28, 28), np.uint8), labels)
    taken = np.array([3, 2, 1, 3], np.uint8)
    assert fitting(images, ANY, None).tolist() == [0, 1, 2, 3]
    assert fitting(images, 3, None).tolist() == [0, 2, 3]
    assert fitting(images, ANY, taken).tolist() == [1, 2]
    assert fitting(images, 3, taken).tolist() == [2]


def test_the_image_of_an_index_is_the_data_sets_own(run: RunFolder) -> None:
    page = app(image="17")
    assert not told(page)
    own = split(load("digits"), DATA)
    found = page.session_state["found"]
    assert np.array_equal(found.x[0], own.test.images[17] / np.float32(255))
    assert found.label == own.test.labels[17]
    assert f"test image 17: {found.label}." in page.caption[0].value
    assert page.query_params["look_image"] == "17"
    page.selectbox(key="look_from").set_value("validation").run()
    assert np.array_equal(
        page.session_state["found"].x[0], own.validation.images[17] / np.float32(255)
    )


def test_only_mistakes_are_the_runs_own(run: RunFolder) -> None:
    page = app(wrong="1")
    assert not told(page)
    own, test = split(load("digits"), DATA).test, run.evaluation("test")
    assert test is not None
    wrong = np.flatnonzero(test.predictions != own.labels)
    assert np.array_equal(page.session_state["found"].x[0], own.images[wrong[0]] / np.float32(255))
    taken = f"Taken for {test.predictions[wrong[0]]} with {test.confidences[wrong[0]]:.1%}"
    assert taken.replace("%", " %") in page.caption[0].value
    assert f"{len(wrong)} of {len(own)} images fit" in page.caption[0].value


def test_what_was_never_judged_has_no_mistakes(run: RunFolder) -> None:
    (run.path / "evaluations" / "test.npz").unlink()
    (sentence,) = told(app(wrong="1"))
    assert "has not been judged on its 30 test images" in sentence
    assert "switch off “Only mistakes”" in sentence


def test_an_index_beyond_the_end_is_told(run: RunFolder) -> None:
    (sentence,) = told(app(image="30"))
    assert sentence.startswith("Image must be a whole number from 0 to 29, not 30")


@pytest.mark.parametrize("text", ["-1", "nan", "1e9", "x", "", "7.5"])
def test_nonsense_in_the_url_breaks_nothing(run: RunFolder, text: str) -> None:
    assert not told(app(**dict.fromkeys(("from", "image", "class", "wrong"), text)))
