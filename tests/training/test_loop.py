"""The generator of events: its order, its numbers, and going on from any moment."""

import copy
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from threadpoolctl import threadpool_info
from tiny import MODEL, PLAIN, SPLITS, same_params

from cnnviz.nn.layers import Flatten, Linear
from cnnviz.nn.losses import MeanSquaredError
from cnnviz.nn.model import Sequential
from cnnviz.nn.optim import SGD, Adam, RMSProp
from cnnviz.nn.schedules import Constant, OneCycle
from cnnviz.training import (
    Augment,
    Checkpoint,
    Diverged,
    EpochEnd,
    Evaluating,
    Event,
    Finished,
    StepEnd,
    TrainConfig,
    TrainState,
    initial_state,
    train,
)
from cnnviz.training.loop import exploded
from cnnviz.training.team import blas

CONFIG = TrainConfig(epochs=2, batch_size=10, lr=0.1, threads=3, seed=5)
RECIPES = [
    CONFIG,
    replace(CONFIG, optimizer=SGD(0.9, nesterov=True, weight_decay=0.01), schedule=OneCycle()),
    replace(CONFIG, optimizer=Adam(), lr=0.01, threads=1, batch_size=23, augment=Augment(1)),
    replace(CONFIG, optimizer=RMSProp(), loss=MeanSquaredError(), augment=Augment(0, 9.5, True)),
]


def fresh(config: TrainConfig = CONFIG, model: Sequential = MODEL) -> TrainState:
    return initial_state(model, (1, 6, 7), config)


def told(event: Event) -> object:
    """An event's numbers, to the last bit."""
    match event:
        case EpochEnd(epoch, step, loss, accuracy, v):
            return epoch, step, loss, accuracy, v.loss, v.accuracy, v.confidences.tobytes()
        case Finished(step, test):
            return step, test.loss, test.accuracy, test.predictions.tobytes()
        case _:
            return event


def test_the_order_of_events_written_out() -> None:
    events = list(train(MODEL, SPLITS, CONFIG))
    names = [type(event).__name__ for event in events if not isinstance(event, Evaluating)]
    step = ["StepEnd", "Checkpoint"]
    assert names == ["Checkpoint", *step * 3, "EpochEnd", *step * 3, "EpochEnd", "Finished"]
    steps = [event for event in events if isinstance(event, StepEnd)]
    assert [(e.step, e.epoch, e.images) for e in steps] == [
        *((1, 1, 10), (2, 1, 10), (3, 1, 3)),
        *((4, 2, 10), (5, 2, 10), (6, 2, 3)),
    ]
    assert all(e.lr == 0.1 for e in steps)


def test_an_epoch_shows_each_image_once_and_sums_up_its_steps() -> None:
    events = list(train(PLAIN, SPLITS, CONFIG))
    steps = [e for e in events if isinstance(e, StepEnd) and e.epoch == 1]
    end = next(e for e in events if isinstance(e, EpochEnd))
    assert sum(e.images for e in steps) == len(SPLITS.train)
    assert end.train_accuracy == sum(e.correct for e in steps) / len(SPLITS.train)
    assert end.train_loss == pytest.approx(sum(e.loss * e.images for e in steps) / 23)


def test_it_learns() -> None:
    events = list(train(MODEL, SPLITS, replace(CONFIG, epochs=30, threads=2)))
    losses = [event.loss for event in events if isinstance(event, StepEnd)]
    assert np.mean(losses[-5:]) < 0.3 * np.mean(losses[:5])
    assert isinstance(events[-1], Finished)
    assert events[-1].test.accuracy > 0.8


@pytest.mark.parametrize("config", RECIPES)
def test_same_seed_same_numbers_other_seed_other_numbers(config: TrainConfig) -> None:
    first, second = (list(map(told, train(MODEL, SPLITS, config))) for _ in range(2))
    assert first == second
    assert first != list(map(told, train(MODEL, SPLITS, replace(config, seed=6))))


@pytest.mark.parametrize("config", RECIPES)
def test_going_on_from_any_event_changes_nothing(config: TrainConfig) -> None:
    state, saved = fresh(config), []
    events = []
    for event in train(MODEL, SPLITS, config, state):
        events.append(event)
        saved.append(copy.deepcopy(state))
    for place, middle in enumerate(saved):
        rest = list(train(MODEL, SPLITS, config, middle))
        assert same_params(middle, state)
        assert middle.step == state.step
        lasting = (StepEnd, EpochEnd, Finished)
        expected = [told(e) for e in events[place + 1 :] if isinstance(e, lasting)]
        if isinstance(events[place], Finished):
            expected = [told(events[place])]
        assert [told(e) for e in rest if isinstance(e, lasting)] == expected


def test_between_the_last_step_and_the_end_of_an_epoch_the_end_comes_first() -> None:
    state = fresh()
    for event in train(MODEL, SPLITS, CONFIG, state):
        if isinstance(event, StepEnd) and event.step == 3:
            break
    later = train(MODEL, SPLITS, CONFIG, state)
    events = (e for e in later if not isinstance(e, Checkpoint | Evaluating))
    assert isinstance(next(events), EpochEnd)
    assert isinstance(next(events), StepEnd)


def test_a_new_learning_rate_counts_from_the_next_step_and_the_schedule_still_multiplies() -> None:
    config = replace(CONFIG, schedule=OneCycle())
    usual = [e.lr for e in train(MODEL, SPLITS, config) if isinstance(e, StepEnd)]
    state, seen = fresh(config), []
    for event in train(MODEL, SPLITS, config, state):
        if isinstance(event, StepEnd):
            seen.append(event.lr)
            state.lr = 0.2 if event.step == 2 else state.lr
    assert seen == pytest.approx([*usual[:2], *(2 * lr for lr in usual[2:])])


def test_blas_has_one_thread_while_a_step_is_computed_and_as_many_as_before_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []

    def count(*_: object, **__: object) -> None:
        seen.extend(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")

    monkeypatch.setattr(SGD, "update", count)
    with blas().limit(limits=2):
        list(islice(train(MODEL, SPLITS, CONFIG), 3))
        after = {p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas"}
    assert set(seen) == {1}
    assert after == {2}


@pytest.mark.filterwarnings("error")
def test_divergence_keeps_the_last_good_state_and_names_a_knob() -> None:
    config = replace(CONFIG, lr=1e30, optimizer=SGD(), schedule=Constant())
    state = fresh(config)
    *before, last = train(MODEL, SPLITS, config, state)
    assert isinstance(last, Diverged)
    assert last.step == state.step + 1
    before_that = fresh(config)
    for event in train(MODEL, SPLITS, config, before_that):
        if isinstance(event, StepEnd) and event.step == state.step:
            break
    assert same_params(state, before_that)  # the running statistics among them
    assert all(np.isfinite(e.loss) for e in before if isinstance(e, StepEnd))
    assert last.message == (
        f"The loss became {last.loss:.3g} at step {last.step} with learning rate 1e+30: "
        "the steps are too large for this network; try a tenth: 1e+29."
    )


def test_divergence_in_the_last_step_is_found_in_the_validation() -> None:
    config = TrainConfig(epochs=1, batch_size=100, lr=1e38, optimizer=SGD(), schedule=Constant())
    state = fresh(config)
    *before, last = train(MODEL, SPLITS, config, state)
    assert any(isinstance(e, StepEnd) for e in before)
    assert isinstance(last, Diverged)
    assert (last.step, state.step, state.epochs_done) == (1, 1, 0)
    assert f"The loss became {last.loss:.3g} at step 1 with learning rate 1e+38" in last.message


def test_epochs_and_test_are_judged_by_the_loss_of_the_training_on_images_that_stay() -> None:
    config = replace(CONFIG, lr=1e-30, loss=MeanSquaredError())
    logits = PLAIN.predict(fresh(config, PLAIN).params, SPLITS.test.batch(np.arange(8))[0])
    expected = MeanSquaredError()(logits, SPLITS.test.labels)[0]
    for augment in (Augment(), Augment(2, 45.0, True)):
        *_, last = train(PLAIN, SPLITS, replace(config, augment=augment))
        assert isinstance(last, Finished)
        assert last.test.loss == pytest.approx(expected)


def test_a_step_stores_the_running_statistics_in_place() -> None:
    state = fresh()
    statistics, before = state.params[1]["running_mean"], state.params[1]["running_mean"].copy()
    next(event for event in train(MODEL, SPLITS, CONFIG, state) if isinstance(event, StepEnd))
    assert state.params[1]["running_mean"] is statistics
    assert (statistics != before).all()


def test_a_shift_out_of_sight_is_refused_before_the_first_step() -> None:
    with pytest.raises(ValueError, match="would push images of 6×7 out of sight"):
        next(train(MODEL, SPLITS, replace(CONFIG, augment=Augment(shift=6))))


def test_an_error_in_a_part_reaches_whoever_iterates() -> None:
    wrong = Sequential((Flatten(), Linear(2)))  # three classes
    with pytest.raises(ValueError, match="Labels must be from 0 to 1"):
        list(train(wrong, SPLITS, CONFIG))


@pytest.mark.parametrize("loss", [1.1e4, 1e23, float("inf"), float("nan")])
def test_a_loss_beyond_all_bounds_has_exploded(loss: float) -> None:
    assert exploded(loss)


@pytest.mark.parametrize("loss", [0.0, 2.3, 60.0, 9_999.0])
def test_a_large_loss_may_still_come_down(loss: float) -> None:
    assert not exploded(loss)
