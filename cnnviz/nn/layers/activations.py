"""Activation functions: what makes a stack of layers more than one matrix."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.nn.checks import number
from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers.base import Layer
from cnnviz.nn.types import Array, Params


@dataclass(frozen=True)
class Activation(Layer):
    """A function of each number alone."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape


@dataclass(frozen=True)
class ReLU(Activation):
    """max(x, 0)."""

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return max(x, 0); the cache is the output itself."""
        y = np.maximum(x, 0)
        return y, y

    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Pass the gradient where the output is positive."""
        return (grad_output * (cache > 0) if input_grad else None), {}


@dataclass(frozen=True)
class LeakyReLU(Activation):
    """x where it is positive, negative_slope · x elsewhere (Maas, Hannun and Ng 2013)."""

    negative_slope: float = 0.01

    def __post_init__(self) -> None:
        """Check the slope and keep it as a float."""
        slope = number(self.negative_slope, "LeakyReLU: negative_slope", least=0, below=1)
        object.__setattr__(self, "negative_slope", slope)

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return the larger of x and negative_slope · x; the cache is the output itself."""
        y = x * self.negative_slope
        np.maximum(x, y, out=y)
        return y, y

    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Pass the gradient where the output is positive, negative_slope times it elsewhere."""
        if not input_grad:
            return None, {}
        grad = (cache > 0).astype(grad_output.dtype)
        np.maximum(grad, self.negative_slope, out=grad)
        grad *= grad_output
        return grad, {}


@dataclass(frozen=True)
class Sigmoid(Activation):
    """1 / (1 + exp(−x)), without overflow."""

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return exp(min(x, 0)) / (1 + exp(−|x|)): no power is above 1; the cache is the output."""
        y, below = np.minimum(x, 0), np.abs(x)
        np.exp(y, out=y)
        np.negative(below, out=below)
        np.exp(below, out=below)
        below += 1
        y /= below
        return y, y

    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Return the gradient times y (1 − y)."""
        return (grad_output * (cache * (1 - cache)) if input_grad else None), {}


@dataclass(frozen=True)
class Tanh(Activation):
    """The hyperbolic tangent."""

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return tanh(x); the cache is the output itself."""
        y = np.tanh(x)
        return y, y

    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Return the gradient times 1 − y²."""
        return (grad_output * (1 - cache * cache) if input_grad else None), {}
