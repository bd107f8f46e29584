"""Dropout: forget at random in training, so that no unit relies on another."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.nn.checks import number
from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers.base import Layer
from cnnviz.nn.types import Array, Params


@dataclass(frozen=True)
class Dropout(Layer):
    """Sets each number to zero with probability `rate` and scales the rest by 1 / (1 − rate).

    Outside training it does nothing.
    """

    rate: float = 0.5

    def __post_init__(self) -> None:
        """Check the rate."""
        number(self.rate, "Dropout: rate", least=0, below=1)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return the thinned input; the cache is the factor of each number."""
        if not training or not self.rate:
            return x, None
        if rng is None:
            raise ValueError("Dropout: training needs a random generator; pass rng.")
        keep = rng.random(x.shape, dtype=np.float32) >= self.rate
        factors = keep.astype(x.dtype) / x.dtype.type(1 - self.rate)
        return x * factors, factors

    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Pass the gradient where the input was kept, with the same factors."""
        if not input_grad:
            return None, {}
        return (grad_output if cache is None else grad_output * cache), {}
