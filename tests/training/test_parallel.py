"""Gradients over parts against the whole batch; evaluation, counting, memory."""

import os
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import MODEL, PLAIN, SPLITS

from cnnviz.nn.layers import BatchNorm2d, Conv2d, Flatten, Linear
from cnnviz.nn.losses import CrossEntropy, Loss, MeanSquaredError
from cnnviz.nn.model import Sequential
from cnnviz.nn.optim import OPTIMIZERS, SGD, AdaGrad, Adam, Optimizer, RMSProp
from cnnviz.training import (
    Augment,
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
from cnnviz.training.parallel import Workers, gradients, keep_buffers, split_batch


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


@pytest.mark.parametrize("loss", [CrossEntropy(0.1), MeanSquaredError()])
def test_the_loss_is_the_chosen_one(loss: Loss) -> None:
    params = initial_state(PLAIN, (1, 6, 7), TrainConfig()).params
    indices, config = np.arange(9), TrainConfig(loss=loss)
    with Workers(2) as workers:
        result = gradients(workers, PLAIN, params, SPLITS.train, indices, config, 1)
    x, labels = SPLITS.train.batch(indices)
    logits, caches = PLAIN.forward(params, x)
    expected, _, grad = loss(logits, labels)
    assert result.loss == pytest.approx(expected)
    _, grads = PLAIN.backward(params, caches, grad)
    np.testing.assert_allclose(result.grads[1]["weight"], grads[1]["weight"], atol=1e-6)


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
        "buffers": 0,
        "gradients of 2 parts": 2 * parameters,
        "2 × parameters for the optimizer": 2 * parameters,
        "images of a batch": 100 * 4 * 42,
        "activations and gradients": 100 * 4 * (42 + 3),  # an evaluation looks at all 100
        "padding": 0,
        "columns": 0,
        "a checkpoint": 3 * parameters,
        "the program": 80_000_000,
    }
    assert need.total == sum(need.parts.values())
    check_memory(need)


def test_memory_of_buffers_moved_images_and_each_optimizer() -> None:
    model = Sequential((Conv2d(5, 3), BatchNorm2d(), Conv2d(7, 3), BatchNorm2d()))
    usual, moved = (
        memory_need(
            model,
            (1, 6, 7),
            TrainConfig(batch_size=200, threads=2, optimizer=optimizer, augment=augment),
            images=200,
        ).parts
        for optimizer, augment in (
            (AdaGrad(), Augment()),
            (RMSProp(momentum=0.5, centered=True), Augment(flip=True)),
        )
    )
    params = model.init((1, 6, 7), np.random.default_rng(0))
    buffers = sum(
        arrays[name].nbytes
        for layer, arrays in zip(model.layers, params, strict=True)
        for name in layer.buffers
    )
    assert buffers == 4 * 2 * (5 + 7)
    assert usual["buffers"] == 4 * buffers  # in use, of two parts, their mean
    parameters = usual["parameters"]
    assert usual["a checkpoint"] == 2 * parameters + buffers
    assert usual["1 × parameters for the optimizer"] == parameters
    assert moved["3 × parameters for the optimizer"] == 3 * parameters
    assert usual["images of a batch"] == 200 * 42 * 4
    assert moved["images of a batch"] == 3 * 200 * 42 * 4


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values())
def test_an_optimizer_remembers_nothing_of_buffers(optimizer: type[Optimizer]) -> None:
    state = initial_state(MODEL, (1, 6, 7), TrainConfig(optimizer=optimizer()))
    assert list(state.params[1]) == ["weight", "bias", "running_mean", "running_var"]
    for memory in state.optimizer_state.values():
        assert [list(arrays) for arrays in memory] == [
            *(["weight", "bias"], ["weight", "bias"], [], [], [], [], ["weight", "bias"])
        ]


@given(size=st.integers(2, 23), parts=st.integers(1, 9))
def test_running_statistics_are_the_mean_over_the_images_of_all_parts(
    size: int, parts: int
) -> None:
    """Parts of unequal size: the mean of their means is the batch's only if it is weighted."""
    model = Sequential((BatchNorm2d(momentum=1.0), Flatten(), Linear(3)))
    params = initial_state(model, (1, 6, 7), TrainConfig()).params
    before = [{name: array.copy() for name, array in arrays.items()} for arrays in params]
    indices, config = np.arange(size), TrainConfig(threads=parts)
    with Workers(parts) as workers:
        buffers = gradients(workers, model, params, SPLITS.train, indices, config, 1).buffers
    assert all((a[k] == b[k]).all() for a, b in zip(params, before, strict=True) for k in a)
    assert [list(arrays) for arrays in buffers] == [["running_mean", "running_var"], [], []]
    x = SPLITS.train.batch(indices)[0]
    variances = [piece.var(ddof=1) * len(piece) for piece in np.array_split(x, min(parts, size))]
    assert buffers[0]["running_mean"] == pytest.approx(x.mean(), rel=1e-5)
    assert buffers[0]["running_var"] == pytest.approx(sum(variances) / size, rel=1e-5)
    keep_buffers(params, buffers)
    assert params[0]["running_mean"].tobytes() == buffers[0]["running_mean"].tobytes()
    assert params[0]["weight"].tolist() == [1]


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
