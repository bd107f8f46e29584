"""Activation functions: what makes a stack of layers more than one matrix."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers.base import Layer
from cnnviz.nn.types import Array, Params


@dataclass(frozen=True)
class ReLU(Layer):
    """max(x, 0)."""

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
        """Return max(x, 0); the cache is the output itself."""
        zeros = np.zeros(x.shape[1:], x.dtype)  # faster than the number 0: compared array by array
        y = np.maximum(x, zeros)
        return y, y

    def backward(
        self, params: Params, cache: Any, grad_output: Array, *, input_grad: bool = True
    ) -> tuple[Array | None, Params]:
        """Pass the gradient where the output is positive."""
        return (grad_output * (cache > 0) if input_grad else None), {}
