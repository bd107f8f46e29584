"""Gradients over parts against the whole batch; evaluation, counting, memory."""

import os
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import MODEL, PLAIN, SPLITS

from cnnviz.nn.layers import Conv2d, Flatten, Linear
from cnnviz.nn.losses import CrossEntropy
from cnnviz.nn.model import Sequential
from cnnviz.nn.optim import SGD, Adam
from cnnviz.training import (
    Evaluation,
    TooLargeError,
    TrainConfig,
    check_memory,
    confident_mistakes,
    confusion_counts,
    initial_state,
    memory_need,
)
from cnnviz.training.evaluate import CHUNK, evaluate
from cnnviz.training.parallel import Workers, gradients, split_batch


def test_parts_written_out() -> None:
    parts = split_batch(np.array([5, 4, 3, 2, 1]), 2)
    assert [(part.number, part.indices.tolist()) for part in parts] == [(0, [5, 4, 3]), (1, [2, 1])]
    assert len(split_batch(np.array([7]), 4)) == 1


@given(size=st.integers(1, 23), parts=st.integers(1, 9))
def test_the_parts_add_up_to_the_whole_batch(size: int, parts: int) -> None:
    params = initial_state(PLAIN, (1, 6, 7), TrainConfig()).params
    indices = np.arange(size)
    with Workers(parts) as workers:
        whole, summed = (
            gradients(workers, PLAIN, params, SPLITS.train, indices, TrainConfig(threads=n), 1)
            for n in (1, parts)
        )
    assert summed.correct == whole.correct
    assert summed.loss == pytest.approx(whole.loss)
    np.testing.assert_allclose(summed.grads[1]["weight"], whole.grads[1]["weight"], atol=1e-6)


def test_dropout_is_drawn_anew_each_step_and_the_same_again() -> None:
    params = initial_state(MODEL, (1, 6, 7), TrainConfig()).params
    with Workers(2) as workers:
        losses = [
            gradients(workers, MODEL, params, SPLITS.train, np.arange(8), TrainConfig(), step).loss
            for step in (1, 1, 2)
        ]
    assert losses[0] == losses[1] != losses[2]


def test_an_evaluation_is_the_same_as_looking_at_each_image() -> None:
    params = initial_state(PLAIN, (1, 6, 7), TrainConfig()).params
    with Workers(2) as workers:
        events = evaluate(workers, PLAIN, params, SPLITS.test, CrossEntropy(), step=3)
        assert next(events).images == len(SPLITS.test)
        with pytest.raises(StopIteration) as end:
            next(events)
    result: Evaluation = end.value.value
    logits = PLAIN.predict(params, SPLITS.test.batch(np.arange(8))[0]).astype(np.float64)
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert result.predictions.tolist() == probs.argmax(axis=1).tolist()
    assert result.accuracy == (probs.argmax(axis=1) == SPLITS.test.labels).mean()
    assert result.loss == pytest.approx(-np.log(probs[np.arange(8), SPLITS.test.labels]).mean())
    np.testing.assert_allclose(result.confidences, probs.max(axis=1), rtol=1e-5)
    assert CHUNK > 0


def test_confusion_and_mistakes_written_out() -> None:
    labels = np.array([0, 1, 2, 2, 1], np.uint8)
    predictions = np.array([0, 2, 2, 0, 0], np.uint8)
    confidences = np.array([0.9, 0.6, 0.7, 0.8, 0.95], np.float32)
    assert confusion_counts(labels, predictions, 3).tolist() == [[1, 0, 0], [1, 0, 1], [1, 0, 1]]
    evaluation = Evaluation(0.0, 0.4, predictions, confidences)
    assert confident_mistakes(labels, evaluation, 2).tolist() == [4, 3]
    assert confident_mistakes(labels, evaluation, 9).tolist() == [4, 3, 1]


def test_memory_written_out() -> None:
    config = TrainConfig(batch_size=10, threads=2, optimizer=Adam())
    need = memory_need(PLAIN, (1, 6, 7), config, images=100)
    parameters = 4 * (42 * 3 + 3)
    assert need.parts == {
        "images": 100 * 42,
        "parameters": parameters,
        "gradients of 2 parts": 2 * parameters,
        "2 × parameters for the optimizer": 2 * parameters,
        "activations and gradients": 100 * 4 * (42 + 3),  # an evaluation looks at all 100
        "padding": 0,
        "columns": 0,
        "a checkpoint": 3 * parameters,
        "the program": 80_000_000,
    }
    assert need.total == sum(need.parts.values())
    check_memory(need)


def test_the_work_is_shared_until_its_end() -> None:
    done = []

    def compute(item: int) -> int:
        time.sleep(0.01)
        done.append(threading.get_ident())
        return item

    with Workers(2) as workers:
        assert workers.map(compute, range(9)) == list(range(9))
    if (os.cpu_count() or 1) > 1:
        assert max(map(done.count, done)) <= 7  # one thread alone would do eight of nine


@pytest.mark.parametrize("faulty", [0, 3, 8])
def test_an_error_waits_for_the_work_that_has_begun(faulty: int) -> None:
    at_work = []

    def compute(item: int) -> None:
        if item == faulty:
            raise KeyError(item)
        at_work.append(item)
        time.sleep(0.01)
        at_work.remove(item)

    with Workers(2) as workers:
        with pytest.raises(KeyError):
            workers.map(compute, range(9))
        assert not at_work


def test_padding_counts_as_memory() -> None:
    wide = Sequential((Conv2d(1, 3, padding="same", dilation=100_000), Flatten(), Linear(10)))
    need = memory_need(wide, (1, 28, 28), TrainConfig(batch_size=1, threads=1), images=1)
    assert need.parts["padding"] == 4 * 200_028**2
    with pytest.raises(TooLargeError, match=r"padding 160\.0 GB"):
        check_memory(need, available=8_000_000_000)


def test_a_network_that_does_not_fit_is_refused_with_the_sum_and_without_allocating() -> None:
    huge = Sequential((Flatten(), Linear(2_000_000_000), Linear(10)))
    need = memory_need(huge, (1, 28, 28), TrainConfig(optimizer=SGD()), images=1000)
    with pytest.raises(TooLargeError) as error:
        check_memory(need, available=8_000_000_000)
    assert "parameters 6,360.0 GB + gradients of 2 parts 12,720.0 GB" in str(error.value)
    assert "8.0 GB are available: choose smaller layers, a smaller batch" in str(error.value)
