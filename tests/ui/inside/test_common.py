"""What the pages that look inside share: memory, marks of checkpoints, the chosen moment."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

from cnnviz.runs.layout import STEP_DTYPE
from cnnviz.runs.records import EpochRecord
from cnnviz.ui.components.board import Pixel, checked_pixel
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.components.timeline import chosen_place
from cnnviz.ui.inside import memory
from cnnviz.ui.inside.marks import marks, marks_of
from cnnviz.ui.inside.memory import known, nbytes, remembered
from cnnviz.ui.inside.moment import chosen_step, params_of
from cnnviz.ui.inside.work import finish
from tests.runs.run_tools import STEPS, whole_run


@pytest.fixture(autouse=True)
def empty_memory() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def test_what_is_remembered_is_made_once() -> None:
    made = []
    for _ in range(3):
        assert remembered(("a", 1), lambda: made.append(1) or len(made)) == 1
    assert remembered(("a", 2), lambda: "other") == "other"
    assert known(("a", 1)) and not known(("a", 3))


def test_nothing_is_kept_of_what_fails() -> None:
    with pytest.raises(ValueError, match="no"):
        remembered("x", lambda: int("no"))
    assert not known("x")


def test_memory_is_bounded_and_forgets_what_was_asked_for_longest_ago(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "MOST_BYTES", 10_000)
    for name in "abc":
        remembered(name, lambda: np.zeros(3_000, np.uint8))
    remembered("a", lambda: np.zeros(0))
    remembered("d", lambda: np.zeros(3_000, np.uint8))
    assert [known(name) for name in "abcd"] == [True, False, True, True]
    assert len(remembered("large", lambda: np.zeros(20_000, np.uint8))) == 20_000
    assert not known("large") and known("d")


def test_the_size_of_a_value_counts_its_arrays() -> None:
    @dataclass
    class Pair:
        first: object
        second: object

    x = np.zeros((10, 100), np.float32)
    assert 8_000 <= nbytes(Pair([x], {"x": (x,)})) < 8_000 + 1_000
    assert nbytes("word") < 100


def history(steps: int) -> np.ndarray:
    records = np.zeros(steps, STEP_DTYPE)
    records["step"] = np.arange(1, steps + 1)
    records["epoch"] = (records["step"] + 1) // 2
    records["loss"], records["correct"], records["images"] = 1 / records["step"], 3, 4
    return records


def test_marks_say_where_a_checkpoint_stands() -> None:
    epochs = [EpochRecord(1, 2, 0.5, 0.75, 0.4, 0.8, 1.0), EpochRecord(2, 4, 0.3, 0.8, 0.2, 0.9, 2)]
    found = marks_of(history(5), epochs, (0, 1, 2, 4, 5, 6))
    assert found.step == [0, 1, 2, 4, 5, 6]
    assert found.epoch == [0, 1, 1, 2, 3, 0]
    assert found.loss == [None, 1.0, 0.5, 0.25, pytest.approx(0.2), None]
    assert found.accuracy == [None, 0.75, 0.75, 0.75, 0.75, None]
    assert found.validation == [None, None, 0.8, 0.9, 0.9, 0.9]
    assert found.judged == [None, None, 1, 2, 2, 2]
    assert found.trend[1] == 1.0 and 0.25 < found.trend[3] < 1.0


def test_marks_have_gaps_where_the_loss_is_no_number() -> None:
    records = history(3)
    records["loss"][1] = np.nan
    assert marks_of(records, [], (0, 1, 2, 3)).loss[2] is None


def test_a_run_has_a_mark_for_each_checkpoint(tmp_path: Path) -> None:
    run = whole_run(tmp_path)
    steps = tuple(run.checkpoint_steps())
    found = marks(run, steps)
    assert steps[0] == 0 and steps[-1] == STEPS
    losses = run.history()["loss"]
    assert found.loss[1:] == [pytest.approx(losses[step - 1]) for step in steps[1:]]
    assert found.validation[-1] == run.epochs()[-1].validation_accuracy
    weights = params_of(run, 0)[0]["weight"]
    assert weights is params_of(run, 0)[0]["weight"]
    assert not np.array_equal(weights, params_of(run, STEPS)[0]["weight"])


@given(some.lists(some.integers(1, 100), max_size=9, unique=True), some.integers(0, 120))
def test_the_chosen_step_is_the_last_checkpoint_before(later: list[int], asked: int) -> None:
    steps = (0, *sorted(later))
    step, live = chosen_step(asked, steps)
    assert step in steps and step <= asked
    assert not any(step < other <= asked for other in steps)
    assert live == (asked >= steps[-1])
    assert chosen_step(None, steps) == (steps[-1], True)


WRONG_PLACES = ({"run": "r", "place": 3}, {"run": "r", "place": -1}, {"run": "r", "place": "1"})


@pytest.mark.parametrize(
    "state", [None, {}, *({"at": at} for at in (3, {"run": "other", "place": 1}, *WRONG_PLACES))]
)
def test_a_place_that_does_not_exist_is_none(state: object) -> None:
    assert chosen_place(state, "r", 3) is None


def test_a_place_that_exists_is_taken() -> None:
    assert chosen_place({"at": {"run": "r", "place": 2, "number": 1}}, "r", 3) == 2


def test_a_chosen_pixel_is_checked() -> None:
    shown = {"maps": tiles("maps", np.zeros((2, 3, 4), np.float32), label="", choosable=True)}
    assert checked_pixel({"part": "maps", "at": [1, 2, 3]}, shown) == Pixel("maps", 1, 2, 3)
    wrong = [[2, 0, 0], [0, 3, 0], [0, 0, 4], [-1, 0, 0], [0, 0], [0, 0, 0.0], "abc", None]
    assert all(checked_pixel({"part": "maps", "at": at}, shown) is None for at in wrong)
    assert checked_pixel({"part": "others", "at": [0, 0, 0]}, shown) is None


def test_work_tells_how_far_it_is() -> None:
    def task() -> Generator[float, None, str]:
        yield 0.5
        yield 1.5
        return "done"

    told: list[float] = []
    assert finish(task(), told.append) == "done"
    assert told == [0.5, 1.0]
