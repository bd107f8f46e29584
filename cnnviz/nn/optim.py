"""Optimizers: what to do with a gradient. Descriptions own no arrays; state is passed in.

`update` works in place on parameters and state, never on gradients, and in blocks that stay in
the processor's cache: over millions of weights that is several times faster.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnnviz.nn.checks import flag, number
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


def zeros_like(params: ModelParams) -> ModelParams:
    """Return zeros in the shapes of the parameters."""
    return [{key: np.zeros_like(array) for key, array in layer.items()} for layer in params]


@dataclass(frozen=True)
class Optimizer(ABC):
    """A rule that turns gradients into new parameters."""

    @abstractmethod
    def init(self, params: ModelParams) -> State:
        """Return the state before the first step."""

    @abstractmethod
    def update(
        self,
        params: ModelParams,
        grads: ModelParams,
        state: State,
        *,
        lr: float,
        step: int,
        part: tuple[int, int] = (0, 1),
    ) -> None:
        """Change `params` and `state` in place.

        Parameters
        ----------
        step
            Counts from 1.
        part
            (i, n): change only the i-th of n equal parts of each array, so that n threads can
            share the work; the result is the same.
        """


def each_block(
    params: ModelParams, grads: ModelParams, others: list[ModelParams], part: tuple[int, int]
) -> Iterator[tuple[Array, ...]]:
    """Yield blocks (parameters, gradients, *others) over all trainable arrays."""
    for index, layer in enumerate(grads):
        for key, grad in layer.items():
            arrays = (params[index][key], grad, *(other[index][key] for other in others))
            yield from blocks(arrays, part)


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent, with momentum as PyTorch has it: velocity = momentum · velocity + grad."""

    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        number(self.momentum, "SGD: momentum", least=0, below=1)
        number(self.weight_decay, "SGD: weight_decay", least=0)
        if flag(self.nesterov, "SGD: nesterov") and not self.momentum:
            raise ValueError("SGD: nesterov looks ahead along the momentum, which is 0; raise it.")

    def init(self, params: ModelParams) -> State:
        """Return velocities of zero, or nothing without momentum."""
        return {"velocity": zeros_like(params)} if self.momentum else {}

    def update(
        self,
        params: ModelParams,
        grads: ModelParams,
        state: State,
        *,
        lr: float,
        step: int,
        part: tuple[int, int] = (0, 1),
    ) -> None:
        """Change `params` and `state` in place."""
        others = [state["velocity"]] if self.momentum else []
        for p, grad, *velocity in each_block(params, grads, others, part):
            g = grad + self.weight_decay * p if self.weight_decay else grad
            for v in velocity:
                v *= self.momentum
                v += g
                g = g + self.momentum * v if self.nesterov else v
            p -= lr * g


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam (Kingma and Ba 2015) with bias correction; weight decay is added to the gradient."""

    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        if not isinstance(self.betas, tuple | list) or len(self.betas) != 2:
            raise ValueError(f"Adam: betas must be a pair of numbers, received {self.betas!r}.")
        first, second = (number(beta, "Adam: betas", least=0, below=1) for beta in self.betas)
        object.__setattr__(self, "betas", (first, second))
        number(self.eps, "Adam: eps", least=0, open_start=True)
        number(self.weight_decay, "Adam: weight_decay", least=0)

    def init(self, params: ModelParams) -> State:
        """Return running means of gradients and of their squares, all zero."""
        return {"mean": zeros_like(params), "square": zeros_like(params)}

    def update(
        self,
        params: ModelParams,
        grads: ModelParams,
        state: State,
        *,
        lr: float,
        step: int,
        part: tuple[int, int] = (0, 1),
    ) -> None:
        """Change `params` and `state` in place."""
        beta1, beta2 = self.betas
        # Bias correction on two numbers rather than on two arrays: √(v/c) + ε = (√v + ε√c) / √c.
        root = (1 - beta2**step) ** 0.5
        rate, eps = lr * root / (1 - beta1**step), self.eps * root
        others = [state["mean"], state["square"]]
        for p, grad, m, v in each_block(params, grads, others, part):
            g = grad + self.weight_decay * p if self.weight_decay else grad
            change = g * (1 - beta1)
            m *= beta1
            m += change
            np.multiply(g, g, out=change)
            change *= 1 - beta2
            v *= beta2
            v += change
            np.sqrt(v, out=change)
            change += eps
            np.divide(m, change, out=change)
            change *= rate
            p -= change


OPTIMIZERS: dict[str, type[Optimizer]] = {"SGD": SGD, "Adam": Adam}
