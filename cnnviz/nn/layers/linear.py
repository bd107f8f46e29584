"""Layers of plain vectors: Flatten and Linear."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cnnviz.nn.checks import choice, flag, integer
from cnnviz.nn.geometry import Shape, ShapeError
from cnnviz.nn.initializers import INITIALIZERS
from cnnviz.nn.layers.base import Layer, check_features
from cnnviz.nn.types import Array, Params


@dataclass(frozen=True)
class Flatten(Layer):
    """An image as one long vector: channel by channel, row by row."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (C·H·W,)."""
        return (math.prod(input_shape),)

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return (N, C·H·W)."""
        N, *shape = x.shape
        # In memory the same number of all images side by side, as the layers before have it.
        return np.moveaxis(x, 0, -1).reshape(math.prod(shape), N).T, x.shape

    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Give the gradient the input's shape again."""
        N, *shape = cache
        return (np.moveaxis(grad_output.T.reshape(*shape, N), -1, 0) if input_grad else None), {}


@dataclass(frozen=True)
class Linear(Layer):
    """Every output is a weighted sum of all inputs, plus a bias."""

    sees_all: ClassVar[bool] = True

    out_features: int
    use_bias: bool = True
    weight_init: str = "he"

    def __post_init__(self) -> None:
        """Check the arguments."""
        integer(self.out_features, "Linear: out_features", minimum=1)
        flag(self.use_bias, "Linear: use_bias")
        choice(self.weight_init, "Linear: weight_init", INITIALIZERS)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (out_features,)."""
        if len(input_shape) != 1:
            raise ShapeError(
                f"Linear: expects a vector, received shape {input_shape} with "
                f"{' × '.join(map(str, input_shape))} = {math.prod(input_shape)} numbers; "
                f"put Flatten before it."
            )
        return (self.out_features,)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Return weight (out_features, in_features) and bias (out_features,)."""
        (out,) = self.output_shape(input_shape)
        shapes: dict[str, Shape] = {"weight": (out, *input_shape)}
        return shapes | ({"bias": (out,)} if self.use_bias else {})

    def init(self, input_shape: Shape, rng: np.random.Generator) -> Params:
        """Return drawn weights and biases of zero."""
        out, features = shape = self.parameter_shapes(input_shape)["weight"]
        params = {"weight": INITIALIZERS[self.weight_init](shape, features, out, rng)}
        return params | ({"bias": np.zeros(out, np.float32)} if self.use_bias else {})

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return (N, out_features)."""
        self.output_shape(x.shape[1:])
        check_features("Linear", "numbers", params["weight"].shape[1], x.shape[1])
        y = (params["weight"] @ x.T).T  # for few images faster than x @ weight.T
        if self.use_bias:
            y += params["bias"]
        return y, x

    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Return the gradients: three sums over products."""
        place = None if into is None else into["weight"]
        grads = {"weight": np.matmul(grad_output.T, cache, out=place)}
        if self.use_bias:
            grads["bias"] = grad_output.sum(axis=0)
        return ((params["weight"].T @ grad_output.T).T if input_grad else None), grads

    def macs(self, input_shape: Shape) -> int:
        """Return in_features · out_features."""
        return math.prod(input_shape) * self.out_features
