"""Pooling: one number for each window of each channel."""

import math
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from cnnviz.nn.blocks import blocks
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
from cnnviz.nn.im2col import cells, crop, pad
from cnnviz.nn.layers.base import Layer, image_shape
from cnnviz.nn.types import Array, Params


@dataclass(frozen=True)
class MaxPool2d(Layer):
    """The largest value of each window; padding never wins, of equals the first one does.

    `stride` None means the kernel's size: windows side by side.
    """

    kernel_size: int | Pair
    stride: int | Pair | None = None
    padding: Padding = "valid"
    dilation: int | Pair = 1

    def __post_init__(self) -> None:
        """Check the arguments and keep the shortest way to write them."""
        for name in ("kernel_size", "stride", "dilation"):
            value = getattr(self, name)
            if name != "stride" or value is not None:
                object.__setattr__(self, name, compact_pair(value, f"MaxPool2d: {name}"))
        object.__setattr__(self, "padding", compact_padding(self.padding, "MaxPool2d: padding"))

    def window(self) -> Window:
        """Return the window that slides over the input."""
        stride = self.kernel_size if self.stride is None else self.stride
        kernel, strides, dilation = (
            pair(value, "MaxPool2d") for value in (self.kernel_size, stride, self.dilation)
        )
        return Window(kernel, strides, dilation, self.padding)

    def grid(self, input_shape: Shape) -> Grid:
        """Return where the windows stand on the input."""
        _, H, W = image_shape(input_shape, "MaxPool2d")
        grid = self.window().place((H, W), "MaxPool2d")
        alone = grid.only_padding()
        if alone:
            axis, index = alone
            raise ShapeError(
                f"MaxPool2d: window {index + 1} of {grid.output[0 if axis == 'height' else 1]} "
                f"along the {axis} would see nothing but padding, and padding never wins a "
                f"maximum; use less padding."
            )
        return grid

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (C, OH, OW)."""
        return input_shape[0], *self.grid(input_shape).output

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return (N, C, OH, OW); the cache remembers which kernel cell won each window."""
        N, C = x.shape[:2]
        grid = self.grid(x.shape[1:])
        first, *others = product(*map(range, grid.kernel))
        y = np.empty((N, C, *grid.output), x.dtype)
        winner = np.zeros(y.shape, np.min_scalar_type(len(others)))
        for block in blocks(N, C * grid.windows * len(others)):
            padded = pad(x[block], grid.pads, -np.inf)
            best, won = y[block], winner[block]
            best[...] = cells(padded, grid, *first)
            for index, cell in enumerate(others, start=1):
                candidate = cells(padded, grid, *cell).copy()  # side by side: compared faster
                np.maximum(won, (candidate > best) * won.dtype.type(index), out=won)
                np.maximum(best, candidate, out=best)
        return y, (winner, grid)

    def backward(
        self, params: Params, cache: Any, grad_output: Array, *, input_grad: bool = True
    ) -> tuple[Array | None, Params]:
        """Send each gradient to the cell that won."""
        if not input_grad:
            return None, {}
        winner, grid = cache
        N, C = grad_output.shape[:2]
        padded = np.zeros((N, C, *grid.padded), grad_output.dtype)
        for block in blocks(N, C * math.prod(grid.padded)):
            for index, cell in enumerate(product(*map(range, grid.kernel))):
                target = cells(padded[block], grid, *cell)
                share = grad_output[block] * (winner[block] == index)
                if grid.apart:
                    target[...] = share  # much faster than adding to zeros
                else:
                    target += share
        return crop(padded, grid), {}
