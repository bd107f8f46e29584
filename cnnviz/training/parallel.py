"""A batch in parts: the tasks of a step, and the sums over the parts in a fixed order."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.nn.layers import Dropout
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import ModelParams
from cnnviz.training.augment import Augment, Moves
from cnnviz.training.config import TrainConfig
from cnnviz.training.splits import Split
from cnnviz.training.state import AUGMENT, DROPOUT, TrainState
from cnnviz.training.team import Desk, Team

MANY_PARAMETERS = 100_000  # from here on, sharing the update pays


@dataclass(frozen=True, eq=False)
class PartResult:
    """What a part of a batch, or all of it, adds to loss and hits, and leaves as buffers."""

    images: int
    loss: float
    correct: int
    buffers: ModelParams


@dataclass(frozen=True, eq=False)
class Gradients:
    """The task to learn from one part of a batch of `batch` images; its gradients stay on the desk.

    Parameters
    ----------
    x : (n, C, H, W)
    labels : (n,)
    moves
        How each image moves; None where they stay.
    """

    repeatable: ClassVar[bool] = True

    part: int
    x: NDArray[np.float32]
    labels: NDArray[np.int64]
    moves: Moves | None
    batch: int
    step: int

    def do(self, desk: Desk) -> PartResult:
        """Return loss, hits and new buffers."""
        model, config, params, x = desk.model, desk.config, desk.params, self.x
        with np.errstate(all="ignore"):  # divergence is found in the loss
            if self.moves is not None:
                x = config.augment.apply(x, self.moves)
            rng = generator(model, config.seed, self.step, self.part)
            logits, caches = model.forward(params, x, training=True, rng=rng)
            buffers = [
                layer.new_buffers(arrays, cache)
                for layer, arrays, cache in zip(model.layers, params, caches, strict=True)
            ]
            loss, probs, grad = config.loss(logits, self.labels, denominator=self.batch)
            place = desk.grads[self.part]
            _, grads = model.backward(params, caches, grad, input_grad=False, into=place)
            desk.put(self.part, grads)
            correct = int((probs.argmax(axis=1) == self.labels).sum())
        return PartResult(len(self.labels), loss, correct, buffers)


@dataclass(frozen=True)
class Update:
    """The task to change the i-th of n shares of the parameters by the gradients on the desk."""

    repeatable: ClassVar[bool] = False

    parts: int
    lr: float
    step: int
    share: tuple[int, int]

    def do(self, desk: Desk) -> None:
        """Change them in place."""
        learning = desk.learning
        first, *others = learning.grads[: self.parts]
        with np.errstate(all="ignore"):
            desk.config.optimizer.update(
                learning.params,
                first,
                learning.optimizer_state,
                lr=self.lr,
                step=self.step,
                part=self.share,
                more=others,
            )


def generator(model: Sequential, seed: int, step: int, part: int) -> np.random.Generator | None:
    """Return what the part's dropout is drawn from; None where no layer draws."""
    if not any(isinstance(layer, Dropout) for layer in model.layers):
        return None
    return np.random.default_rng([seed, DROPOUT, step, part])


def draw_moves(config: TrainConfig, images: int, step: int) -> Moves | None:
    """Return how the images of a batch move, however many parts it has; None where they stay."""
    if config.augment == Augment():
        return None
    return config.augment.draw(images, np.random.default_rng([config.seed, AUGMENT, step]))


def split_batch(
    split: Split, indices: NDArray[np.intp], config: TrainConfig, step: int
) -> list[Gradients]:
    """Return a batch as tasks of nearly equal size, none of them empty."""
    batch = len(indices)
    count = min(config.threads, batch)
    moves = draw_moves(config, batch, step)
    shares = [None] * count if moves is None else np.array_split(moves, count)
    return [
        Gradients(part, *split.batch(piece), share, batch, step)
        for part, (piece, share) in enumerate(
            zip(np.array_split(indices, count), shares, strict=True)
        )
    ]


def add_up(results: Sequence[PartResult]) -> PartResult:
    """Return the sums over the parts; of the buffers the mean, in which all images count alike."""
    images = sum(result.images for result in results)
    return PartResult(
        images,
        sum(result.loss for result in results),
        sum(result.correct for result in results),
        mean_buffers(results, images),
    )


def mean_buffers(results: Sequence[PartResult], images: int) -> ModelParams:
    """Return the mean of the parts' buffers, each part with the weight of its images."""
    layers = zip(*(result.buffers for result in results), strict=True)
    weights = [result.images / images for result in results]
    return [
        {
            name: sum(array[name] * weight for array, weight in zip(arrays, weights, strict=True))
            for name in arrays[0]
        }
        for arrays in layers
    ]


def gradients(
    team: Team, split: Split, indices: NDArray[np.intp], config: TrainConfig, step: int
) -> PartResult:
    """Return mean loss, hits and new buffers of a batch; its gradients stay on the desk."""
    return add_up(team.run(split_batch(split, indices, config, step)))


def keep_buffers(params: ModelParams, buffers: ModelParams) -> None:
    """Store what a step leaves as buffers, in place."""
    for arrays, new in zip(params, buffers, strict=True):
        for name, array in new.items():
            arrays[name][...] = array


def update(team: Team, state: TrainState, batch: int, config: TrainConfig, lr: float) -> None:
    """Take the step that follows `state.step`, shared in the team where it is large."""
    size = sum(array.size for array in chain(*(layer.values() for layer in state.params)))
    shares = team.size if size >= MANY_PARAMETERS else 1
    parts, step = min(config.threads, batch), state.step + 1
    team.run([Update(parts, lr, step, (share, shares)) for share in range(shares)])
