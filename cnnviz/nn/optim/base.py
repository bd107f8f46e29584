"""Optimizers: what to do with a gradient. Descriptions own no arrays; state is passed in.

`update` works in place on parameters and state, never on gradients, and in blocks that stay in
the processor's cache: over millions of weights that is several times faster. The rules are
PyTorch's, to the last term.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.nn.types import Array, ModelParams

State = dict[str, ModelParams]
"""Arrays that an optimizer remembers, shaped like the parameters."""

BLOCK = 32768


def blocks(arrays: tuple[Array, ...], part: tuple[int, int]) -> Iterator[tuple[Array, ...]]:
    """Yield short flat views of equally shaped contiguous arrays; of n parts, the i-th one's."""
    index, parts = part
    flat = [array.reshape(-1) for array in arrays]
    size = flat[0].size
    begin, end = size * index // parts, size * (index + 1) // parts
    for start in range(begin, end, BLOCK):
        stop = min(start + BLOCK, end)
        yield tuple(array[start:stop] for array in flat)


def each_block(
    params: ModelParams, grads: ModelParams, others: list[ModelParams], part: tuple[int, int]
) -> Iterator[tuple[Array, ...]]:
    """Yield blocks (parameters, gradients, *others) over all trainable arrays."""
    for index, layer in enumerate(grads):
        for key, grad in layer.items():
            arrays = (params[index][key], grad, *(other[index][key] for other in others))
            yield from blocks(arrays, part)


def decayed(grad: Array, p: Array, weight_decay: float) -> Array:
    """Return the gradient with weight decay's share; the gradient itself where that is none."""
    return grad + weight_decay * p if weight_decay else grad


@dataclass(frozen=True)
class Optimizer(ABC):
    """A rule that turns gradients into new parameters.

    `usual_lr` is a learning rate to begin with where nothing is known of the network.
    """

    usual_lr: ClassVar[float] = 0.001

    @abstractmethod
    def memory(self) -> dict[str, float]:
        """Return the names of the arrays kept for each parameter, with their first value."""

    @abstractmethod
    def change(
        self, p: Array, grad: Array, memory: tuple[Array, ...], *, lr: float, step: int
    ) -> None:
        """Change parameters and memory in place: flat blocks of equal size."""

    def init(self, params: ModelParams) -> State:
        """Return the state before the first step, for the parameters that are trained."""
        return {
            name: [{key: np.full_like(p, first) for key, p in layer.items()} for layer in params]
            for name, first in self.memory().items()
        }

    def update(
        self,
        params: ModelParams,
        grads: ModelParams,
        state: State,
        *,
        lr: float,
        step: int,
        part: tuple[int, int] = (0, 1),
        more: Sequence[ModelParams] = (),
    ) -> None:
        """Change `params` and `state` in place, where there is a gradient.

        Parameters
        ----------
        step
            Counts from 1.
        part
            (i, n): change only the i-th of n equal parts of each array, so that several can
            share the work; the result is the same.
        more
            Further gradients: the step follows the sum, added in this order.
        """
        others = [state[name] for name in self.memory()]
        for p, grad, *rest in each_block(params, grads, [*more, *others], part):
            added, memory = rest[: len(more)], tuple(rest[len(more) :])
            self.change(p, sum(added, grad), memory, lr=lr, step=step)
