"""Both cores for everything: a batch in parts, one thread each, sums in a fixed order.

BLAS is limited to one thread while a step is computed. So every product is computed by one
thread in one order, and the same parts give the same bits on any number of processors.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from cnnviz.nn.layers import Dropout
from cnnviz.nn.losses import softmax_cross_entropy
from cnnviz.nn.model import Sequential
from cnnviz.nn.optim import Optimizer
from cnnviz.nn.types import ModelParams
from cnnviz.training.splits import Split
from cnnviz.training.state import DROPOUT, TrainState

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
    """What one part of a batch adds to loss, hits and gradients."""

    loss: float
    correct: int
    grads: ModelParams


@dataclass(frozen=True, eq=False)
class Part:
    """Which images, and the number of the part."""

    number: int
    indices: NDArray[np.intp]


def split_batch(indices: NDArray[np.intp], parts: int) -> list[Part]:
    """Return the batch in parts of nearly equal size, none of them empty."""
    pieces = np.array_split(indices, min(parts, len(indices)))
    return [Part(number, piece) for number, piece in enumerate(pieces)]


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
    *,
    batch: int,
    seed: int,
    step: int,
) -> PartResult:
    """Return loss and gradients of some images of a batch of `batch` images."""
    with np.errstate(all="ignore"):  # divergence is found in the loss
        x, labels = split.batch(part.indices)
        rng = generator(model, seed, step, part.number)
        logits, caches = model.forward(params, x, training=True, rng=rng)
        loss, probs, grad = softmax_cross_entropy(logits, labels, denominator=batch)
        _, grads = model.backward(params, caches, grad, input_grad=False)
        return PartResult(loss, int((probs.argmax(axis=1) == labels).sum()), grads)


def add_up(results: list[PartResult]) -> PartResult:
    """Return the sum over the parts, first part first; the first part's arrays are used for it."""
    total = results[0].grads
    for result in results[1:]:
        for layer, more in zip(total, result.grads, strict=True):
            for name, grad in more.items():
                layer[name] += grad
    return PartResult(
        sum(result.loss for result in results), sum(result.correct for result in results), total
    )


def gradients(
    workers: Workers,
    model: Sequential,
    params: ModelParams,
    split: Split,
    indices: NDArray[np.intp],
    *,
    parts: int,
    seed: int,
    step: int,
) -> PartResult:
    """Return mean loss, hits and gradients of a batch."""
    batch = len(indices)
    return add_up(
        workers.map(
            lambda part: compute_part(
                model, params, split, part, batch=batch, seed=seed, step=step
            ),
            split_batch(indices, parts),
        )
    )


def update(
    workers: Workers, optimizer: Optimizer, state: TrainState, grads: ModelParams, lr: float
) -> None:
    """Take the step that follows `state.step`, shared between threads where it is large."""
    step = state.step + 1
    size = sum(array.size for layer in grads for array in layer.values())
    shares = os.cpu_count() or 1 if size >= MANY_PARAMETERS else 1

    def take(share: int) -> None:
        with np.errstate(all="ignore"):
            optimizer.update(
                state.params, grads, state.optimizer_state, lr=lr, step=step, part=(share, shares)
            )

    workers.map(take, range(shares))
