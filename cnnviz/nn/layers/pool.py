"""What all pooling shares: a window that makes one number of what it sees in each channel."""

from abc import abstractmethod
from dataclasses import dataclass
from itertools import product

import numpy as np

from cnnviz.nn.checks import flag
from cnnviz.nn.geometry import (
    AXES,
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
from cnnviz.nn.layers.base import Sliding, image_shape
from cnnviz.nn.slabs import cells
from cnnviz.nn.types import Array


@dataclass(frozen=True)
class Pool2d(Sliding):
    """A window slides over each channel by itself.

    `stride` None means the kernel's size: windows side by side. With `ceil_mode` cells left over
    at the end get a window too, as far as there is an image under its start (PyTorch's rule);
    "same" and "full" leave nothing over.
    """

    kernel_size: int | Pair
    stride: int | Pair | None = None
    padding: Padding = "valid"
    dilation: int | Pair = 1
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        """Check the arguments and keep the shortest way to write them."""
        owner = type(self).__name__
        for name in ("kernel_size", "stride", "dilation"):
            value = getattr(self, name)
            if name != "stride" or value is not None:
                object.__setattr__(self, name, compact_pair(value, f"{owner}: {name}"))
        object.__setattr__(self, "padding", compact_padding(self.padding, f"{owner}: padding"))
        flag(self.ceil_mode, f"{owner}: ceil_mode")

    @abstractmethod
    def without_image(self) -> str:
        """Return why a window must not see padding alone, with the way out; empty if it may."""

    def window(self) -> Window:
        """Return the window that slides over the input."""
        stride = self.kernel_size if self.stride is None else self.stride
        kernel, strides, dilation = (
            pair(value, type(self).__name__) for value in (self.kernel_size, stride, self.dilation)
        )
        return Window(kernel, strides, dilation, self.padding, self.ceil_mode)

    def place(self, input_shape: Shape) -> Grid:
        """Return where the windows stand on the input."""
        owner = type(self).__name__
        _, H, W = image_shape(input_shape, owner)
        grid = self.window().place((H, W), owner)
        reason = self.without_image()
        alone = grid.only_padding() if reason else None
        if alone:
            axis, index = alone
            raise ShapeError(
                f"{owner}: window {index + 1} of {grid.output[AXES.index(axis)]} along the "
                f"{axis} would see nothing but padding, {reason}."
            )
        return grid

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (C, OH, OW)."""
        return input_shape[0], *self.grid(input_shape).output


def kernel_cells(grid: Grid) -> list[Pair]:
    """Return all cells of the kernel, row by row."""
    return [*product(range(grid.kernel[0]), range(grid.kernel[1]))]


def nothing_given(share: Array, grid: Grid) -> Array:
    """Return bordered slabs (H, C, W, N) for `give`; where windows cover all, they may hold any."""
    (_, C, _, N), (H, W) = share.shape, grid.bordered
    return (np.empty if grid.covered_once else np.zeros)((H, C, W, N), share.dtype)


def give(bordered: Array, grid: Grid, cell: Pair, share: Array, which: Array | None = None) -> None:
    """Add the windows' shares (OH, C, OW, N) to the pixels that a kernel cell met there.

    With `which` only those of some windows.
    """
    target = cells(bordered, grid, *cell)
    if grid.apart:  # straight into place, much faster than adding to zeros
        np.multiply(share, True if which is None else which, out=target)
    else:
        target += share if which is None else share * which
