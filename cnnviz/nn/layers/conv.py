"""Convolution as a matrix product over im2col columns; `slabs` says how these lie in memory."""

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.nn.checks import choice, flag, integer
from cnnviz.nn.geometry import (
    Grid,
    Padding,
    Pair,
    Shape,
    ShapeError,
    Window,
    compact_padding,
    compact_pair,
    pair,
)
from cnnviz.nn.initializers import INITIALIZERS
from cnnviz.nn.layers.base import Sliding, check_features, image_shape
from cnnviz.nn.slabs import add_beside, channel_sum, columns, rows_behind, to_images, to_slabs
from cnnviz.nn.types import Array, Params


class Convolution(Sliding):
    """What a convolution and a transposed one have in common.

    `groups` divides input and output channels into as many parts: the first part of the output
    comes from the first part of the input, and so on. With as many groups as input channels each
    channel has filters of its own ("depthwise").
    """

    out_channels: int
    kernel_size: int | Pair
    stride: int | Pair
    padding: Padding
    dilation: int | Pair
    groups: int
    use_bias: bool
    weight_init: str

    def __post_init__(self) -> None:
        """Check the arguments and keep the shortest way to write them."""
        name = type(self).__name__
        integer(self.out_channels, f"{name}: out_channels", minimum=1)
        for key in ("kernel_size", "stride", "dilation"):
            object.__setattr__(self, key, compact_pair(getattr(self, key), f"{name}: {key}"))
        object.__setattr__(self, "padding", compact_padding(self.padding, f"{name}: padding"))
        integer(self.groups, f"{name}: groups", minimum=1)
        problem = groups_problem(self.out_channels, self.groups)
        if problem:
            raise ValueError(f"{name}: out_channels {problem}")
        flag(self.use_bias, f"{name}: use_bias")
        choice(self.weight_init, f"{name}: weight_init", INITIALIZERS)

    @abstractmethod
    def window(self) -> Window:
        """Return the window of this layer."""

    @abstractmethod
    def weight_shape(self, in_channels: int) -> Shape:
        """Return the shape of the weights."""

    @abstractmethod
    def fans(self, weight_shape: Shape) -> Pair:
        """Return (fan_in, fan_out): weights that meet in one output, and in one input."""

    def sizes(self) -> tuple[Pair, Pair, Pair]:
        """Return kernel size, stride and dilation as (height, width)."""
        name = type(self).__name__
        return pair(self.kernel_size, name), pair(self.stride, name), pair(self.dilation, name)

    def place(self, input_shape: Shape) -> Grid:
        """Return where the windows stand."""
        _, H, W = self.image(input_shape)
        return self.window().place((H, W), type(self).__name__)

    def image(self, input_shape: Shape) -> tuple[int, int, int]:
        """Return (C, H, W), or raise ShapeError if that is no image or C is not divisible."""
        name = type(self).__name__
        C, H, W = image_shape(input_shape, name)
        problem = groups_problem(C, self.groups)
        if problem:
            raise ShapeError(f"{name}: the input's channels {problem}")
        return C, H, W

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Return the shapes of weight and bias."""
        shapes = {"weight": self.weight_shape(self.image(input_shape)[0])}
        return shapes | ({"bias": (self.out_channels,)} if self.use_bias else {})

    def init(self, input_shape: Shape, rng: np.random.Generator) -> Params:
        """Return drawn weights and biases of zero."""
        shape = self.parameter_shapes(input_shape)["weight"]
        params = {"weight": INITIALIZERS[self.weight_init](shape, *self.fans(shape), rng)}
        return params | ({"bias": np.zeros(self.out_channels, np.float32)} if self.use_bias else {})

    def macs(self, input_shape: Shape) -> int:
        """Return the weights times the positions of the window."""
        weights = math.prod(self.parameter_shapes(input_shape)["weight"])
        return weights * self.grid(input_shape).windows

    def scratch_floats(self, input_shape: Shape) -> int:
        """Return the numbers in the columns of all groups: KW of each pixel, padding included.

        Where dilation leaves rows out they do not overlap, and K · P more are needed.
        """
        grid = self.grid(input_shape)
        channels = self.groups * self.parameter_shapes(input_shape)["weight"][1]
        (KH, KW), (OH, OW) = grid.kernel, grid.output
        apart = KH * OH if KH > 1 and grid.dilation[0] > 1 else 0
        return channels * KW * OW * (grid.bordered[0] + apart)

    def back_floats(self, input_shape: Shape) -> int:
        """Return the numbers that `back` needs for one image: stacked rows and their product."""
        grid, (n, channels, KH, KW) = self.grid(input_shape), self.weight_shape(input_shape[0])
        (H, _), OW, dilation = grid.size, grid.output[1], grid.dilation[0]
        apart = KH * H if KH > 1 and dilation > 1 else 0
        rows = H + (KH - 1) * dilation + apart
        return OW * (n * rows + H * self.groups * channels * KW)

    def matrix(self, weight: Array) -> Array:
        """Return weights (n, C, KH, KW) as matrices (G, 1, n / G, KH · C · KW) for `columns`."""
        rows, channels, KH, KW = weight.shape
        ordered = weight.transpose(0, 2, 1, 3)
        return ordered.reshape(self.groups, 1, rows // self.groups, KH * channels * KW)

    def turned(self, weight: Array) -> Array:
        """Return weights as matrices (G, 1, C · KW, KH · n / G) for `rows_behind`."""
        rows, channels, KH, KW = weight.shape
        split = weight.reshape(self.groups, rows // self.groups, channels, KH, KW)
        ordered = split[:, :, :, ::-1].transpose(0, 2, 4, 3, 1)  # (G, C, KW, KH, n / G)
        return ordered.reshape(self.groups, 1, channels * KW, KH * rows // self.groups)

    def grouped(self, slabs: Array) -> Array:
        """Return slabs (H, C, W, N) as matrices (G, H, C / G, W · N), a view."""
        H, C, W, N = slabs.shape
        return slabs.reshape(H, self.groups, C // self.groups, W * N).swapaxes(0, 1)

    def back(self, weight: Array, below: Array, grid: Grid) -> Array:
        """Return what comes back through the windows from (G, OH, n / G, P), as slabs.

        In a row as im2col's transpose, products added to the pixels they came from; from row to
        row as a convolution with the kernel turned around, which adds within the product.
        """
        N = below.shape[3] // grid.output[1]
        return add_beside(self.turned(weight) @ rows_behind(below, grid), grid, N)

    def gradients(self, left: Array, right: Array, weight: Array, bias_grad: Array) -> Params:
        """Return the gradients: by weight from (G, H, n / G, P) and columns (G, H, K, P)."""
        rows, channels, KH, KW = weight.shape
        products = (right @ left.swapaxes(2, 3)).sum(axis=1)  # (G, K, n / G)
        ordered = products.reshape(self.groups, KH, channels, KW, rows // self.groups)
        grad = np.ascontiguousarray(ordered.transpose(0, 4, 2, 1, 3)).reshape(weight.shape)
        return {"weight": grad} | (
            {"bias": channel_sum(bias_grad).astype(weight.dtype)} if self.use_bias else {}
        )


@dataclass(frozen=True)
class Conv2d(Convolution):
    """F filters slide over the image; each output is a window times a filter, plus a bias.

    The filter is not turned around: in deep learning cross-correlation is called convolution.

    Padding in numbers is PyTorch's. "same" is TensorFlow's: ceil(size / stride) outputs whatever
    the kernel, an odd cell of padding after the image. PyTorch agrees where stride is 1 and
    refuses "same" for larger strides, where padding depends on the image's size. "same_lower" is
    ONNX's SAME_LOWER, the odd cell before the image; "full" takes every overlap.
    """

    out_channels: int
    kernel_size: int | Pair
    stride: int | Pair = 1
    padding: Padding = "valid"
    dilation: int | Pair = 1
    groups: int = 1
    use_bias: bool = True
    weight_init: str = "he"

    def window(self) -> Window:
        """Return the window that slides over the input."""
        return Window(*self.sizes(), self.padding)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (F, OH, OW)."""
        return self.out_channels, *self.grid(input_shape).output

    def weight_shape(self, in_channels: int) -> Shape:
        """Return (F, C / groups, KH, KW)."""
        return self.out_channels, in_channels // self.groups, *self.window().kernel

    def fans(self, weight_shape: Shape) -> Pair:
        """Return C / groups · KH · KW and F / groups · KH · KW."""
        F, C, KH, KW = weight_shape
        return C * KH * KW, F // self.groups * KH * KW

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return (N, F, OH, OW)."""
        N, F, weight = len(x), self.out_channels, params["weight"]
        check_features("Conv2d", "channels", weight.shape[1] * self.groups, x.shape[1])
        grid = self.grid(x.shape[1:])
        slabs = to_slabs(x)
        y = np.empty((grid.output[0], F, grid.output[1], N), np.result_type(x, weight))
        np.matmul(self.matrix(weight), columns(slabs, grid, self.groups), out=self.grouped(y))
        if self.use_bias:
            y += params["bias"][:, None, None]
        return to_images(y), to_images(slabs)

    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Return the gradients; the columns are built again rather than kept."""
        slabs, weight = to_slabs(cache), params["weight"]
        grid = self.grid(cache.shape[1:])
        grad = self.grouped(to_slabs(grad_output))  # (G, OH, F / G, P)
        grads = self.gradients(grad, columns(slabs, grid, self.groups), weight, grad_output)
        return (to_images(self.back(weight, grad, grid)) if input_grad else None), grads


def groups_problem(channels: int, groups: int) -> str:
    """Return why so many channels cannot be divided into groups, or ""."""
    if channels % groups == 0:
        return ""
    return (
        f"cannot be divided into {groups} groups of equal size: {channels} = "
        f"{channels // groups} × {groups} + {channels % groups}; choose groups that divide "
        f"{channels}."
    )
