"""What a poll shows of a run."""

from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
import streamlit as st

from cnnviz.data import DataChoice
from cnnviz.runs import RunFolder, RunStatus
from cnnviz.ui.pace import poll_seconds
from cnnviz.ui.pictures import Pictures, pictures
from cnnviz.ui.service import Watcher, _looks, this_watcher
from cnnviz.ui.train.live import (
    blank_weight,
    curves,
    extremes,
    filter_images,
    numbers,
    rate,
    rows,
)
from cnnviz.ui.train.picker import accuracy, described, started
from cnnviz.ui.train.view import (
    Look,
    caught_up,
    cell_places,
    latest_judged,
    mistake_places,
    read,
    strip,
)
from tests.runs.run_tools import DATA, SETTINGS, STEPS, whole_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return whole_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def shown() -> Pictures:
    return pictures(DATA)


def test_the_pictures_are_those_of_the_choice(shown: Pictures) -> None:
    assert (shown.train_images, len(shown.validation), len(shown.test)) == (130, 20, 30)


def test_the_strip_says_what_the_probabilities_say(run: RunFolder, shown: Pictures) -> None:
    live = run.live()
    assert live is not None
    found = strip(shown, live)
    guess = int(live.probs[0].argmax())
    assert found.captions[0] == f"{guess}\n{100 * live.probs[0].max():.0f} %"
    assert set(found.marks) <= {"right", "wrong"}
    assert len(found.images) == len(found.titles) == len(live.probs)


def test_the_strip_stands_before_the_first_word(shown: Pictures) -> None:
    found = strip(shown, None)
    assert len(found.images) == len(found.captions)
    assert set(found.marks) == {""}


def test_at_the_end_the_test_images_are_judged(run: RunFolder, shown: Pictures) -> None:
    judged = latest_judged(read(run, SETTINGS), shown)
    assert judged is not None
    assert judged.name == "30 test images"
    wrong = mistake_places(judged, 16)
    predictions = judged.evaluation.predictions
    assert (predictions[wrong] != judged.labels[wrong]).all()
    assert (np.diff(judged.evaluation.confidences[wrong]) <= 0).all()
    cell = int(judged.labels[wrong[0]]), int(predictions[wrong[0]])
    assert wrong[0] in cell_places(judged, cell, 99)


def test_during_the_training_the_validation_images_are(run: RunFolder, shown: Pictures) -> None:
    (run.path / "evaluations" / "test.npz").rename(run.path / "evaluations" / "away")
    try:
        judged = latest_judged(read(run, SETTINGS), shown)
    finally:
        (run.path / "evaluations" / "away").rename(run.path / "evaluations" / "test.npz")
    assert judged is not None
    assert judged.name == "20 validation images, after epoch 3"


def test_a_line_about_a_run(run: RunFolder) -> None:
    test = run.evaluation("test")
    assert test is not None
    assert accuracy(run) == test.accuracy
    assert described(run)[:2] == ("tiny", "digits")
    assert started("20261120-233000-tiny-3f2a") == "20 Nov, 23:30"


def test_what_cannot_be_read_is_only_missing(tmp_path: Path) -> None:
    folder = tmp_path / "20261120-233000-tiny-3f2a"
    folder.mkdir()
    run = RunFolder(folder)
    assert read(run, None).status.state == "damaged"
    assert described(run) == (run.id, "–", "20 Nov, 23:30")
    assert accuracy(run) is None


def test_values_beside_the_curves(run: RunFolder) -> None:
    history = run.history()
    words = extremes(history, "loss")
    assert f"latest {history['loss'][-1]:.4g} (step {history['step'][-1]})" in words
    assert extremes(history[:0], "loss") == "Largest – · smallest – · latest –"
    assert rate(history) == "0.05"
    assert rate(history[:0]) == "–"


ALL = 64  # threads: as many as there are processors, or more


def test_a_browser_on_another_machine_shares_no_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Watcher("this window", "127.0.0.1")
    assert Watcher("", "127.0.0.1").share(ALL) == 1
    assert not _looks()
    assert here.share(ALL) == 1
    monkeypatch.setitem(_looks(), "another window here", monotonic())
    assert here.share(ALL) == 2
    monkeypatch.setitem(_looks(), "a window closed long ago", monotonic() - 1000)
    assert here.share(ALL) == 2
    assert "a window closed long ago" not in _looks()
    monkeypatch.setattr(type(st.context), "ip_address", "10.0.0.7")
    assert this_watcher().share(ALL) == this_watcher().share(1) == 1


def test_nobody_shares_where_the_training_leaves_processors_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    here = Watcher("this window", "127.0.0.1")
    assert [here.share(threads) for threads in (2, 3, 4, 8)] == [0, 0, 1, 1]


def test_only_convolutions_have_filters() -> None:
    images = filter_images(np.ones((70, 3, 5, 4), np.float32))
    assert images is not None
    assert images.shape == (64, 5, 4)
    assert filter_images(np.ones((10, 784), np.float32)) is None


def test_filters_have_their_places_before_the_first_step(run: RunFolder) -> None:
    live = run.live()
    assert live is not None
    assert blank_weight(SETTINGS).shape == live.weight.shape
    last = ({"type": "Flatten"}, {"type": "Linear", "out_features": 10})
    wider = {"type": "ConvTranspose2d", "out_channels": 8, "kernel_size": 2}
    for layers in (last, (wider, *last)):
        assert filter_images(blank_weight(replace(SETTINGS, layers=layers))) is None


def test_before_the_first_step_a_sentence_stands_for_the_curve(run: RunFolder) -> None:
    view = read(run, SETTINGS)
    before = curves(replace(view, history=view.history[:0]), Look())
    assert [part.data["figure"] for part in before] == [None, None]
    assert before[0].data["empty"] == "The curve starts with the first step."
    assert all(part.data["figure"] for part in curves(view, Look()))


def test_what_cannot_change_is_not_polled(run: RunFolder) -> None:
    assert poll_seconds(run.status(), lambda: 1) is None


def test_viewers_share_the_pace() -> None:
    training = RunStatus("training", step=7, total_steps=9)
    assert [poll_seconds(training, lambda n=n: n) for n in (1, 4, 30)] == [1.5, 12, 24]
    old = [replace(training, elapsed=seconds) for seconds in (59.0, 60.0, 120.0, 1e6)]
    assert [poll_seconds(one, lambda: 1) for one in old] == [1.5, 3, 3, 3]
    assert poll_seconds(old[-1], lambda: 4) == 24
    assert [poll_seconds(one, lambda: 0) for one in old] == [0.75] * 4  # nothing is taken away
    starting = RunStatus("training", step=0)
    assert poll_seconds(starting, lambda: 30) == 0.2  # the first points come at once
    assert poll_seconds(RunStatus("paused", step=7), lambda: 30) == 3


def test_a_run_stands_where_its_curves_end(run: RunFolder) -> None:
    history = run.history()
    behind = RunStatus("training", step=3, epoch=1, epochs=3, elapsed=0.0)
    found = caught_up(behind, history)
    assert (found.step, found.epoch, found.elapsed) == (STEPS, 3, history["seconds"][-1])
    ahead = RunStatus("training", step=STEPS + 1, epoch=4, elapsed=1e6)
    assert caught_up(ahead, history) == ahead
    assert caught_up(behind, history[:0]) == behind
    paused = replace(behind, state="paused")
    assert caught_up(paused, history) == paused  # it may have been set back to a checkpoint


def test_the_numbers_are_those_of_the_folder(run: RunFolder) -> None:
    shown = {number.name: number.value for number in numbers(read(run, SETTINGS))}
    test, last = run.evaluation("test"), run.epochs()[-1]
    assert test is not None
    assert shown["Test"] == f"{100 * test.accuracy:.1f} %"
    assert shown["Validation"] == f"{100 * last.validation_accuracy:.1f} %"
    assert shown["Rate used"] == "0.05"


def test_a_run_is_shown_as_far_as_it_can_be_read(run: RunFolder) -> None:
    names = [[part.name for part in row] for row in rows(read(run, SETTINGS), Look())]
    assert names == [["state"], ["Loss", "Accuracy"], ["filters", "strip"], ["matrix", "results"]]
    assert [[part.name for part in row] for row in rows(read(run, None), Look())] == names[:2]


def test_a_run_whose_data_is_gone_is_shown_without_images(run: RunFolder) -> None:
    gone = replace(SETTINGS, data=DataChoice("gone"))
    shown = rows(read(run, gone), Look())
    assert [[part.name for part in row] for row in shown] == [
        ["state"],
        ["Loss", "Accuracy"],
        ["filters", "strip"],
    ]
    assert "gone" in shown[-1][1].data["words"]
