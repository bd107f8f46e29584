"""Convolution as a matrix product over im2col columns."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.nn.blocks import blocks
from cnnviz.nn.checks import choice, flag, integer
from cnnviz.nn.geometry import (
    Grid,
    Padding,
    Pair,
    Shape,
    Window,
    compact_padding,
    compact_pair,
    pair,
)
from cnnviz.nn.im2col import col2im, im2col
from cnnviz.nn.initializers import INITIALIZERS
from cnnviz.nn.layers.base import Layer, check_features, image_shape
from cnnviz.nn.types import Array, Params


@dataclass(frozen=True)
class Conv2d(Layer):
    """F filters slide over the image; each output is a window times a filter, plus a bias."""

    out_channels: int
    kernel_size: int | Pair
    stride: int | Pair = 1
    padding: Padding = "valid"
    dilation: int | Pair = 1
    use_bias: bool = True
    weight_init: str = "he"

    def __post_init__(self) -> None:
        """Check the arguments and keep the shortest way to write them."""
        integer(self.out_channels, "Conv2d: out_channels", minimum=1)
        for name in ("kernel_size", "stride", "dilation"):
            object.__setattr__(self, name, compact_pair(getattr(self, name), f"Conv2d: {name}"))
        object.__setattr__(self, "padding", compact_padding(self.padding, "Conv2d: padding"))
        flag(self.use_bias, "Conv2d: use_bias")
        choice(self.weight_init, "Conv2d: weight_init", INITIALIZERS)

    def window(self) -> Window:
        """Return the window that slides over the input."""
        kernel, stride, dilation = (
            pair(value, "Conv2d") for value in (self.kernel_size, self.stride, self.dilation)
        )
        return Window(kernel, stride, dilation, self.padding)

    def grid(self, input_shape: Shape) -> Grid:
        """Return where the windows stand on the input."""
        _, H, W = image_shape(input_shape, "Conv2d")
        return self.window().place((H, W), "Conv2d")

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (F, OH, OW)."""
        return self.out_channels, *self.grid(input_shape).output

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Return weight (F, C, KH, KW) and bias (F,)."""
        C, _, _ = image_shape(input_shape, "Conv2d")
        shapes: dict[str, Shape] = {"weight": (self.out_channels, C, *self.window().kernel)}
        return shapes | ({"bias": (self.out_channels,)} if self.use_bias else {})

    def init(self, input_shape: Shape, rng: np.random.Generator) -> Params:
        """Return drawn weights and biases of zero."""
        shape = self.parameter_shapes(input_shape)["weight"]
        F, C, KH, KW = shape
        draw = INITIALIZERS[self.weight_init]
        params = {"weight": draw(shape, C * KH * KW, F * KH * KW, rng)}
        return params | ({"bias": np.zeros(F, np.float32)} if self.use_bias else {})

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return (N, F, OH, OW)."""
        N, F = len(x), self.out_channels
        check_features("Conv2d", "channels", params["weight"].shape[1], x.shape[1])
        grid = self.grid(x.shape[1:])
        y = params["weight"].reshape(F, -1) @ im2col(x, grid)  # (N, F, P)
        if self.use_bias:
            y += params["bias"][:, None]
        return y.reshape(N, F, *grid.output), x

    def backward(
        self, params: Params, cache: Any, grad_output: Array, *, input_grad: bool = True
    ) -> tuple[Array | None, Params]:
        """Return the gradients; the columns are built again rather than kept."""
        x, weight = cache, params["weight"]
        N, F = len(x), self.out_channels
        grid = self.grid(x.shape[1:])
        matrix = weight.reshape(F, -1)  # (F, K)
        grad_output = grad_output.reshape(N, F, grid.windows)  # (N, F, P)
        grad_matrix = np.zeros_like(matrix)
        grad_input = np.empty_like(x) if input_grad else None
        for block in blocks(N, self.scratch_floats(x.shape[1:])):
            grad = grad_output[block]
            grad_matrix += (grad @ im2col(x[block], grid).transpose(0, 2, 1)).sum(axis=0)
            if grad_input is not None:
                grad_input[block] = col2im(matrix.T @ grad, grid)
        grads = {"weight": grad_matrix.reshape(weight.shape)}
        if self.use_bias:
            grads["bias"] = grad_output.sum(axis=(0, 2))
        return grad_input, grads

    def macs(self, input_shape: Shape) -> int:
        """Return F · K · P."""
        return math.prod(self.parameter_shapes(input_shape)["weight"]) * (
            self.grid(input_shape).windows
        )

    def scratch_floats(self, input_shape: Shape) -> int:
        """Return K · P."""
        return self.macs(input_shape) // self.out_channels
