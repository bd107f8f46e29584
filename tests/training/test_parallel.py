"""Gradients over parts against the whole batch; evaluation, counting, memory."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import MODEL, PLAIN, SPLITS, same_params, tiny_split

from cnnviz.nn.layers import BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d
from cnnviz.nn.losses import CrossEntropy, Loss, MeanSquaredError
from cnnviz.nn.model import Sequential
from cnnviz.nn.optim import OPTIMIZERS, SGD, AdaGrad, Adam, Optimizer, RMSProp
from cnnviz.training import (
    Augment,
    Evaluation,
    TooLargeError,
    TrainConfig,
    TrainState,
    check_memory,
    confident_mistakes,
    confusion_counts,
    initial_state,
    memory_need,
)
from cnnviz.training.evaluate import CHUNK, evaluate
from cnnviz.training.parallel import (
    PartResult,
    Update,
    add_up,
    gradients,
    keep_buffers,
    split_batch,
    update,
)
from cnnviz.training.team import Team


def begun(model: Sequential, config: TrainConfig) -> tuple[Team, TrainState]:
    """A team with a training on its desk."""
    team, state = Team(), initial_state(model, (1, 6, 7), config)
    team.begin(model, config, state)
    return team, state


def learn(images: int, model: Sequential = PLAIN, **settings: Any) -> tuple[PartResult, Any]:
    """Return what the first images add up to, and the sum of the first weights' gradients."""
    config = TrainConfig(**settings)
    team, _ = begun(model, config)
    result = gradients(team, SPLITS.train, np.arange(images), config, 1)
    used = [grads for grads in team.desk.grads if grads]
    return result, sum(grads[1]["weight"] for grads in used)


def test_parts_written_out() -> None:
    indices = np.array([5, 4, 3, 2, 1])
    tasks = split_batch(SPLITS.train, indices, TrainConfig(threads=2), 7)
    assert [(t.part, len(t.x), t.batch, t.step) for t in tasks] == [(0, 3, 5, 7), (1, 2, 5, 7)]
    for task, piece in zip(tasks, ([5, 4, 3], [2, 1]), strict=True):
        x, labels = SPLITS.train.batch(np.array(piece))
        assert task.x.tobytes() == x.tobytes()
        assert task.labels.tolist() == labels.tolist()
        assert task.moves is None
    assert len(split_batch(SPLITS.train, indices[:1], TrainConfig(threads=4), 1)) == 1


def test_a_sum_of_parts_written_out() -> None:
    parts = [
        PartResult(3, 0.5, 2, [{"mean": np.array([4.0])}]),
        PartResult(1, 0.25, 1, [{"mean": np.array([8.0])}]),
    ]
    whole = add_up(parts)
    assert (whole.images, whole.loss, whole.correct) == (4, 0.75, 3)
    assert whole.buffers[0]["mean"].tolist() == [5]


@given(size=st.integers(1, 23), parts=st.integers(1, 9))
def test_the_parts_add_up_to_the_whole_batch(size: int, parts: int) -> None:
    (whole, grad), (summed, total) = (learn(size, threads=n) for n in (1, parts))
    assert summed.images == whole.images == size
    assert summed.correct == whole.correct
    assert summed.loss == pytest.approx(whole.loss)
    np.testing.assert_allclose(total, grad, atol=1e-6)


@pytest.mark.parametrize("loss", [CrossEntropy(0.1), MeanSquaredError()])
def test_the_loss_is_the_chosen_one(loss: Loss) -> None:
    result, found = learn(9, loss=loss)
    params = initial_state(PLAIN, (1, 6, 7), TrainConfig()).params
    x, labels = SPLITS.train.batch(np.arange(9))
    logits, caches = PLAIN.forward(params, x)
    expected, _, grad = loss(logits, labels)
    assert result.loss == pytest.approx(expected)
    _, grads = PLAIN.backward(params, caches, grad)
    np.testing.assert_allclose(found, grads[1]["weight"], atol=1e-6)


def test_dropout_is_drawn_anew_each_step_and_the_same_again() -> None:
    config = TrainConfig()
    team, _ = begun(MODEL, config)
    losses = [gradients(team, SPLITS.train, np.arange(8), config, step).loss for step in (1, 1, 2)]
    assert losses[0] == losses[1] != losses[2]


@given(sizes=st.lists(st.integers(1, 23), min_size=1, max_size=4), parts=st.integers(1, 5))
def test_an_update_follows_the_gradients_of_this_batch_alone(sizes: list[int], parts: int) -> None:
    """Whatever larger batches, with more parts, have left on the desk before."""
    config = TrainConfig(threads=parts, optimizer=SGD())
    team, state = begun(PLAIN, config)
    for size in sizes:
        indices = np.arange(size)
        gradients(team, SPLITS.train, indices, config, state.step + 1)
    before = state.params[1]["weight"].copy()
    update(team, state, sizes[-1], config, 0.5)
    _, grad = learn(sizes[-1], threads=parts)
    np.testing.assert_allclose(state.params[1]["weight"], before - 0.5 * grad, atol=1e-6)


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values())
def test_shares_of_an_update_make_the_whole(optimizer: type[Optimizer]) -> None:
    config = TrainConfig(threads=2, optimizer=optimizer())
    (one, whole), (several, shared) = (begun(MODEL, config) for _ in range(2))
    for team, shares in ((one, 1), (several, 5)):
        for step in (1, 2):
            gradients(team, SPLITS.train, np.arange(9), config, step)
            team.run([Update(2, 0.1, step, (share, shares)) for share in range(shares)])
    assert same_params(shared, whole)
    for name, memory in whole.optimizer_state.items():
        for ours, theirs in zip(shared.optimizer_state[name], memory, strict=True):
            assert all(ours[key].tobytes() == theirs[key].tobytes() for key in theirs)


@dataclass(frozen=True)
class Answer:
    """The task to say a number, or to fail."""

    number: int

    @property
    def repeatable(self) -> bool:
        return True

    def do(self, desk: object) -> int:
        if self.number < 0:
            raise KeyError(self.number)
        return self.number


def test_results_come_in_the_order_of_the_tasks_and_an_error_reaches_who_asked() -> None:
    team, _ = begun(PLAIN, TrainConfig())
    assert team.run([*map(Answer, (3, 1, 2))]) == [3, 1, 2]
    with pytest.raises(KeyError):
        team.run([*map(Answer, (3, -1, 2))])
    assert team.run([Answer(4)]) == [4]
    assert team.run([]) == []


@pytest.mark.parametrize("images", [8, CHUNK, CHUNK * 8 + 3])
def test_an_evaluation_is_the_same_as_looking_at_each_image(images: int) -> None:
    split = tiny_split(images, 3)
    team, state = begun(PLAIN, TrainConfig())
    events = evaluate(team, split, step=3)
    spans = [*range(CHUNK * 8, images, CHUNK * 8), images]
    told = [next(events) for _ in spans]
    assert [(event.done, event.images) for event in told] == [(end, images) for end in spans]
    with pytest.raises(StopIteration) as end:
        next(events)
    result: Evaluation = end.value.value
    logits = PLAIN.predict(state.params, split.batch(np.arange(images))[0]).astype(np.float64)
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert result.predictions.tolist() == probs.argmax(axis=1).tolist()
    assert result.accuracy == (probs.argmax(axis=1) == split.labels).mean()
    assert result.loss == pytest.approx(-np.log(probs[np.arange(images), split.labels]).mean())
    np.testing.assert_allclose(result.confidences, probs.max(axis=1), rtol=1e-5)


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
        "products of rows": 0,
        "a checkpoint": 2 * 3 * parameters,
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
    assert usual["a checkpoint"] == 2 * (2 * parameters + buffers)
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
    indices, config = np.arange(size), TrainConfig(threads=parts)
    team, state = begun(model, config)
    params = state.params
    before = [{name: array.copy() for name, array in arrays.items()} for arrays in params]
    buffers = gradients(team, SPLITS.train, indices, config, 1).buffers
    assert all((a[k] == b[k]).all() for a, b in zip(params, before, strict=True) for k in a)
    assert [list(arrays) for arrays in buffers] == [["running_mean", "running_var"], [], []]
    x = SPLITS.train.batch(indices)[0]
    variances = [piece.var(ddof=1) * len(piece) for piece in np.array_split(x, min(parts, size))]
    assert buffers[0]["running_mean"] == pytest.approx(x.mean(), rel=1e-5)
    assert buffers[0]["running_var"] == pytest.approx(sum(variances) / size, rel=1e-5)
    keep_buffers(params, buffers)
    assert params[0]["running_mean"].tobytes() == buffers[0]["running_mean"].tobytes()
    assert params[0]["weight"].tolist() == [1]


def test_memory_of_a_convolution_written_out() -> None:
    model = Sequential((Conv2d(5, 3), Flatten(), Linear(10)))
    need = memory_need(model, (1, 6, 7), TrainConfig(batch_size=10, threads=2), images=100)
    back = 5 * (5 * (6 + 2) + 6 * 1 * 3)  # more than the columns' 6 · 1 · 3 · 5
    assert need.parts["columns"] == 4 * 100 * back
    assert need.parts["products of rows"] == 4 * 2 * 4 * (5 * 9)


def test_padding_counts_as_memory() -> None:
    wide = Sequential((MaxPool2d(3, 1, padding="same", dilation=100_000), Flatten(), Linear(10)))
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
