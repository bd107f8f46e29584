"""The choice of the image that goes into a network."""

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnviz.data import Split, load, split
from cnnviz.nn.model import Sequential
from cnnviz.runs import RunFolder
from cnnviz.runs.records import evaluation_bytes
from cnnviz.training.events import Evaluation
from cnnviz.ui.inside.judged import Found, found_in
from cnnviz.ui.inside.samples import ANY, fitting, snapped
from cnnviz.ui.train.view import Judged
from tests.browser import ROOT
from tests.data.made_files import idx_files, made_images, put
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
    sure = np.ones(4, np.float32)
    judged = found_in(Evaluation(0, 0, taken, sure), images, "")
    assert fitting(images, ANY, judged).tolist() == [1, 2]
    assert fitting(images, 3, judged).tolist() == [2]
    some = images.take(np.array([1, 3]))
    part = Found(
        Judged("", Evaluation(0, 0, taken[[1, 3]], sure[:2]), some.images, some.labels),
        np.array([1, 3]),
        "",
    )
    assert fitting(images, ANY, part).tolist() == [1]
    assert fitting(images, 3, part).tolist() == []


def test_the_image_of_an_index_is_the_data_sets_own(run: RunFolder) -> None:
    page = app(image="17")
    assert not told(page)
    own = split(load("digits"), DATA)
    found = page.session_state["found"]
    assert np.array_equal(found.x[0], own.test.images[17] / np.float32(255))
    assert found.label == own.test.labels[17]
    assert f"test image 17: {found.label}." in page.caption[0].value
    assert page.query_params["look_image"] == "17"
    page.selectbox(key="_look_from").set_value("validation").run()
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


def test_what_the_run_has_not_judged_yet_is_judged_as_it_stands(run: RunFolder) -> None:
    (run.path / "evaluations" / "test.npz").unlink()
    page, test = app(wrong="1"), split(load("digits"), DATA).test
    assert not told(page)
    model = Sequential.from_specs(run.settings().layers)
    params = run.params(run.checkpoint_steps()[-1])
    taken = model.predict(params, test.batch(slice(None))[0]).argmax(axis=1)
    wrong = np.flatnonzero(taken != test.labels)
    assert f"test image {wrong[0]}:" in page.caption[0].value
    assert f"Taken for {taken[wrong[0]]} with" in page.caption[0].value
    assert "at this step." in page.caption[0].value


def test_where_only_a_part_was_judged_nothing_is_said_of_the_rest(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run.path / "evaluations" / "test.npz").unlink()
    test = split(load("digits"), DATA).test
    model = Sequential.from_specs(run.settings().layers)
    params = run.params(run.checkpoint_steps()[-1])
    right = model.predict(params, test.batch(slice(None))[0]).argmax(axis=1) == test.labels
    monkeypatch.setattr("cnnviz.ui.inside.judged.count_at_once", lambda moment, images: 3)
    places = [np.flatnonzero(right)[:3], np.flatnonzero(~right)[:3]]
    monkeypatch.setattr("cnnviz.ui.inside.judged.spread", lambda images, count: places[0])
    start = "Among the 3 of 30 test images judged at this step there is none"
    way_out = "judge all of them on the Mistakes page, or"
    (sentence,) = told(app(wrong="1"))
    assert sentence == f"{start} that this run got wrong: {way_out} switch off “Only mistakes”."
    (sentence,) = told(app(wrong="1", **{"class": "4"}))
    assert sentence == f"{start} of 4 that this run got wrong: {way_out} choose another class."
    monkeypatch.setattr("cnnviz.ui.inside.judged.spread", lambda images, count: places[1])
    st.cache_resource.clear()  # of the same run as many images have been judged
    page = app(wrong="1")
    assert not told(page)
    amount = f"{len(places[1])} of the {len(places[1])} of 30 test images judged at this step fit"
    assert f"{amount}; the Mistakes page judges all." in page.caption[0].value


def test_another_run_brings_a_mistake_of_its_own(run: RunFolder) -> None:
    page, test = app(wrong="1"), run.evaluation("test")
    labels = split(load("digits"), DATA).test.labels
    assert test is not None
    index = int(np.flatnonzero(test.predictions != labels)[0])
    assert f"test image {index}:" in page.caption[0].value
    newer = Path(copytree(run.path, run.path.with_name("20990101-000000-newer")))
    taken = np.where(np.arange(len(labels)) == 20, labels[20] ^ 1, labels).astype(np.uint8)
    other = evaluation_bytes(replace(test, predictions=taken))
    (newer / "evaluations" / "test.npz").write_bytes(other)
    page.run()
    assert not told(page)
    assert "test image 20:" in page.caption[0].value
    assert "1 of 30 images fit" in page.caption[0].value


def test_a_mistake_that_the_training_sets_right_stays_in_view(run: RunFolder) -> None:
    (run.path / "evaluations" / "test.npz").unlink()
    page, test = app(wrong="1", step="0"), split(load("digits"), DATA).test
    model = Sequential.from_specs(run.settings().layers)
    first, last = (
        model.predict(run.params(step), test.batch(slice(None))[0]).argmax(axis=1) != test.labels
        for step in (0, run.checkpoint_steps()[-1])
    )
    (index, *_) = np.flatnonzero(first & ~last)
    page.number_input(key="look_image").set_value(float(index)).run()
    assert f"test image {index}:" in page.caption[0].value
    page.session_state["look_step"] = None
    page.run()
    assert f"test image {index}:" in page.caption[0].value
    page.toggle(key="look_wrong").set_value(False).run()
    page.toggle(key="look_wrong").set_value(True).run()
    assert f"test image {index}:" not in page.caption[0].value


def test_an_index_beyond_the_end_is_told(run: RunFolder) -> None:
    (sentence,) = told(app(image="30"))
    assert sentence.startswith("Image must be a whole number from 0 to 29, not 30")


@pytest.mark.parametrize("text", ["-1", "nan", "1e9", "x", "", "7.5"])
def test_nonsense_in_the_url_breaks_nothing(run: RunFolder, text: str) -> None:
    assert not told(app(**dict.fromkeys(("from", "image", "class", "wrong"), text)))


def test_an_image_of_another_data_set_has_no_class_of_the_network(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_DATA_DIR", str(tmp_path / "data"))
    put(tmp_path / "data" / "mine", idx_files())
    page = app(data="mine", image="3", wrong="1")
    assert not told(page)
    images, labels = made_images(10, seed=1)
    found = page.session_state["found"]
    assert np.array_equal(found.x[0], images[3] / np.float32(255))
    assert found.label is None
    assert f"mine, test image 3: {labels[3]}. This network learned Digits" in page.caption[0].value
    assert not page.toggle  # a mistake it cannot be
    page.selectbox(key="_look_from").set_value("test").run()
    assert "look_data" not in page.query_params
    assert page.session_state["found"].label is not None
    page.selectbox(key="_look_from").set_value("other mine").run()
    assert page.query_params["look_data"] == "mine"
    assert not told(app(data="digits", image="3"))  # the run's own set
    (sentence,) = told(app(data="gone"))
    assert "There is no data set “gone” here" in sentence
