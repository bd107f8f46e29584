"""Both cores for everything: a batch in parts, one thread each, sums in a fixed order.

BLAS is limited to one thread while a step is computed. So every product is computed by one
thread in one order, and the same parts give the same bits on any number of processors.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from cnnviz.nn.layers import Dropout
from cnnviz.nn.model import Sequential
from cnnviz.nn.optim import Optimizer
from cnnviz.nn.types import Array, ModelParams
from cnnviz.training.augment import Augment, Moves
from cnnviz.training.config import TrainConfig
from cnnviz.training.splits import Split
from cnnviz.training.state import AUGMENT, DROPOUT, TrainState

T = TypeVar("T")
R = TypeVar("R")

MANY_PARAMETERS = 100_000  # from here on, sharing the update between threads pays


@cache
def blas() -> ThreadpoolController:
    """Return the controller of NumPy's BLAS: to find it takes long, to set it does not."""
    return ThreadpoolController().select(user_api="blas")


class Workers:
    """Threads that compute parts; the calling thread computes as well.

    Parameters
    ----------
    parts
        How many parts there are to compute at a time; at most as many threads as the machine
        has processors do so.
    """

    def __init__(self, parts: int) -> None:
        more = min(parts, os.cpu_count() or 1) - 1
        self._pool = ThreadPoolExecutor(more, "cnnviz-part") if more else None

    def __enter__(self) -> "Workers":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool:
            self._pool.shutdown()

    def map(self, compute: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Return the results in the order of the items; BLAS has one thread meanwhile."""
        first, *others = items
        with blas().limit(limits=1):
            if self._pool is None:
                return [compute(item) for item in (first, *others)]
            futures = [self._pool.submit(compute, item) for item in others]
            try:
                result = compute(first)
                behind = [
                    compute(item) if future.cancel() else future.result()  # not begun: taken over
                    for item, future in zip(reversed(others), reversed(futures), strict=True)
                ]
            finally:
                wait(futures)  # after an error: no thread may still be at work
            return [result, *reversed(behind)]


@dataclass(frozen=True, eq=False)
class PartResult:
    """What one part of a batch adds to loss, hits and gradients, and leaves as buffers."""

    images: int
    loss: float
    correct: int
    grads: ModelParams
    buffers: ModelParams


@dataclass(frozen=True, eq=False)
class Part:
    """Which images, how each of them moves, and the number of the part."""

    number: int
    indices: NDArray[np.intp]
    moves: Moves | None = None


def split_batch(indices: NDArray[np.intp], parts: int, moves: Moves | None = None) -> list[Part]:
    """Return the batch in parts of nearly equal size, none of them empty."""
    count = min(parts, len(indices))
    pieces = np.array_split(indices, count)
    shares = [None] * count if moves is None else np.array_split(moves, count)
    return [
        Part(n, piece, share) for n, (piece, share) in enumerate(zip(pieces, shares, strict=True))
    ]


def draw_moves(config: TrainConfig, images: int, step: int) -> Moves | None:
    """Return how the images of a batch move, however many parts it has; None where they stay."""
    if config.augment == Augment():
        return None
    return config.augment.draw(images, np.random.default_rng([config.seed, AUGMENT, step]))


def generator(model: Sequential, seed: int, step: int, part: int) -> np.random.Generator | None:
    """Return what the part's dropout is drawn from; None where no layer draws."""
    if not any(isinstance(layer, Dropout) for layer in model.layers):
        return None
    return np.random.default_rng([seed, DROPOUT, step, part])


def compute_part(
    model: Sequential,
    params: ModelParams,
    split: Split,
    part: Part,
    config: TrainConfig,
    *,
    batch: int,
    step: int,
) -> PartResult:
    """Return loss, gradients and new buffers of some images of a batch of `batch` images."""
    with np.errstate(all="ignore"):  # divergence is found in the loss
        x, labels = split.batch(part.indices)
        if part.moves is not None:
            x = config.augment.apply(x, part.moves)
        rng = generator(model, config.seed, step, part.number)
        logits, caches = model.forward(params, x, training=True, rng=rng)
        buffers = [
            layer.new_buffers(arrays, cache)
            for layer, arrays, cache in zip(model.layers, params, caches, strict=True)
        ]
        loss, probs, grad = config.loss(logits, labels, denominator=batch)
        _, grads = model.backward(params, caches, grad, input_grad=False)
        correct = int((probs.argmax(axis=1) == labels).sum())
        return PartResult(len(labels), loss, correct, grads, buffers)


def add_up(results: list[PartResult]) -> PartResult:
    """Return the sum over the parts, first part first; the first part's gradients are used for it.

    Of the buffers it is the mean, in which every image counts the same.
    """
    grads = results[0].grads
    for result in results[1:]:
        for total, more in zip(arrays_of(grads), arrays_of(result.grads), strict=True):
            total += more
    return PartResult(
        sum(result.images for result in results),
        sum(result.loss for result in results),
        sum(result.correct for result in results),
        grads,
        mean_buffers(results),
    )


def mean_buffers(results: list[PartResult]) -> ModelParams:
    """Return the mean of the parts' buffers, each part with the weight of its images."""
    images = sum(result.images for result in results)
    means = [
        {name: np.zeros_like(array) for name, array in arrays.items()}
        for arrays in results[0].buffers
    ]
    for result in results:
        for mean, array in zip(arrays_of(means), arrays_of(result.buffers), strict=True):
            mean += array * (result.images / images)
    return means


def arrays_of(params: ModelParams) -> Iterator[Array]:
    """Yield the arrays of all layers in their order."""
    for layer in params:
        yield from layer.values()


def gradients(
    workers: Workers,
    model: Sequential,
    params: ModelParams,
    split: Split,
    indices: NDArray[np.intp],
    config: TrainConfig,
    step: int,
) -> PartResult:
    """Return mean loss, hits, gradients and new buffers of a batch."""
    batch = len(indices)
    parts = split_batch(indices, config.threads, draw_moves(config, batch, step))
    return add_up(
        workers.map(
            lambda part: compute_part(model, params, split, part, config, batch=batch, step=step),
            parts,
        )
    )


def keep_buffers(params: ModelParams, buffers: ModelParams) -> None:
    """Store what a step leaves as buffers, in place."""
    for arrays, new in zip(params, buffers, strict=True):
        for name, array in new.items():
            arrays[name][...] = array


def update(
    workers: Workers, optimizer: Optimizer, state: TrainState, grads: ModelParams, lr: float
) -> None:
    """Take the step that follows `state.step`, shared between threads where it is large."""
    step = state.step + 1
    size = sum(grad.size for grad in arrays_of(grads))
    shares = os.cpu_count() or 1 if size >= MANY_PARAMETERS else 1

    def take(share: int) -> None:
        with np.errstate(all="ignore"):
            optimizer.update(
                state.params, grads, state.optimizer_state, lr=lr, step=step, part=(share, shares)
            )

    workers.map(take, range(shares))
