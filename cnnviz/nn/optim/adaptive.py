"""Optimizers that scale each weight's step by the gradients it has seen."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.nn.checks import flag, number
from cnnviz.nn.optim.base import Optimizer, decayed
from cnnviz.nn.types import Array


def remember(mean: Array, value: Array, beta: float) -> None:
    """Move a running mean toward a new value, in place: it keeps `beta` of what it was."""
    mean *= beta
    mean += value * (1 - beta)


@dataclass(frozen=True)
class AdaGrad(Optimizer):
    """Steps shrink with the sum of all squared gradients (Duchi, Hazan and Singer 2011)."""

    usual_lr: ClassVar[float] = 0.01

    initial_accumulator: float = 0.0
    eps: float = 1e-10
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        number(self.initial_accumulator, "AdaGrad: initial_accumulator", least=0)
        number(self.eps, "AdaGrad: eps", least=0, open_start=True)
        number(self.weight_decay, "AdaGrad: weight_decay", least=0)

    def memory(self) -> dict[str, float]:
        """Return the sums of squared gradients."""
        return {"sum": self.initial_accumulator}

    def change(
        self, p: Array, grad: Array, memory: tuple[Array, ...], *, lr: float, step: int
    ) -> None:
        """Add the squares, and step along gradient / √sum."""
        (total,) = memory
        g = decayed(grad, p, self.weight_decay)
        total += g * g
        p -= lr * g / (np.sqrt(total) + self.eps)


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """Gradients over the root of their running mean square (Hinton 2012).

    `alpha` is what the running means keep. `centered` divides by the standard deviation instead;
    where rounding makes its square negative it is 0 here, no number in PyTorch.
    """

    alpha: float = 0.99
    eps: float = 1e-8
    momentum: float = 0.0
    centered: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        number(self.alpha, "RMSProp: alpha", least=0, below=1)
        number(self.eps, "RMSProp: eps", least=0, open_start=True)
        number(self.momentum, "RMSProp: momentum", least=0, below=1)
        flag(self.centered, "RMSProp: centered")
        number(self.weight_decay, "RMSProp: weight_decay", least=0)

    def memory(self) -> dict[str, float]:
        """Return running means of squares and, where asked for, of gradients; velocities."""
        there = {"square": True, "mean": self.centered, "velocity": bool(self.momentum)}
        return {name: 0.0 for name, kept in there.items() if kept}

    def change(
        self, p: Array, grad: Array, memory: tuple[Array, ...], *, lr: float, step: int
    ) -> None:
        """Step along the scaled gradient, or its velocity."""
        square, *others = memory
        g = decayed(grad, p, self.weight_decay)
        remember(square, g * g, self.alpha)
        variance = square
        if self.centered:
            mean = others[0]
            remember(mean, g, self.alpha)
            variance = np.maximum(square - mean * mean, 0)
        g = g / (np.sqrt(variance) + self.eps)
        if self.momentum:
            velocity = others[-1]
            velocity *= self.momentum
            velocity += g
            g = velocity
        p -= lr * g


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam (Kingma and Ba 2015) with bias correction; weight decay is added to the gradient."""

    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        name = type(self).__name__
        if not isinstance(self.betas, tuple | list) or len(self.betas) != 2:
            raise ValueError(f"{name}: betas must be a pair of numbers, received {self.betas!r}.")
        first, second = (number(beta, f"{name}: betas", least=0, below=1) for beta in self.betas)
        object.__setattr__(self, "betas", (first, second))
        number(self.eps, f"{name}: eps", least=0, open_start=True)
        number(self.weight_decay, f"{name}: weight_decay", least=0)

    def memory(self) -> dict[str, float]:
        """Return running means of gradients and of their squares."""
        return {"mean": 0.0, "square": 0.0}

    def change(
        self, p: Array, grad: Array, memory: tuple[Array, ...], *, lr: float, step: int
    ) -> None:
        """Step along mean / √square."""
        self.follow(p, decayed(grad, p, self.weight_decay), memory, lr=lr, step=step)

    def follow(
        self, p: Array, g: Array, memory: tuple[Array, ...], *, lr: float, step: int
    ) -> None:
        """Take Adam's step along `g`."""
        m, v = memory
        beta1, beta2 = self.betas
        # Bias correction on two numbers rather than on two arrays: √(v/c) + ε = (√v + ε√c) / √c.
        root = (1 - beta2**step) ** 0.5
        rate, eps = lr * root / (1 - beta1**step), self.eps * root
        remember(m, g, beta1)
        remember(v, g * g, beta2)
        change = np.sqrt(v)
        change += eps
        np.divide(m, change, out=change)
        change *= rate
        p -= change


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019)."""

    weight_decay: float = 0.01

    def change(
        self, p: Array, grad: Array, memory: tuple[Array, ...], *, lr: float, step: int
    ) -> None:
        """Shrink the parameters by lr · weight_decay, and take Adam's step."""
        p *= 1 - lr * self.weight_decay
        self.follow(p, grad, memory, lr=lr, step=step)
