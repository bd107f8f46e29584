"""Average pooling: the mean of each window, or of the whole image."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cnnviz.nn.checks import flag
from cnnviz.nn.geometry import Grid, Shape
from cnnviz.nn.layers.base import Layer, image_shape
from cnnviz.nn.layers.pool import Pool2d, give, kernel_cells, nothing_given
from cnnviz.nn.slabs import cells, crop, pad, to_images, to_slabs
from cnnviz.nn.types import Array, Params


@dataclass(frozen=True)
class AvgPool2d(Pool2d):
    """The mean of each window.

    With `count_include_pad` padding counts as zeros, whatever form it was given in; what a
    window of ceil_mode sees beyond the padding never counts (PyTorch's rules). Without, the mean
    is that of the image's cells alone: TensorFlow's average, which leaves out the padding of
    "same", is `count_include_pad=False`. PyTorch has no dilation here: it skips cells as in
    MaxPool2d.
    """

    count_include_pad: bool = True

    def __post_init__(self) -> None:
        """Check the arguments and keep the shortest way to write them."""
        super().__post_init__()
        flag(self.count_include_pad, "AvgPool2d: count_include_pad")

    def without_image(self) -> str:
        """Return the end of the sentence for a window of padding alone, where it does not count."""
        if self.count_include_pad:
            return ""
        return "which does not count; use less padding or count_include_pad=True"

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return (N, C, OH, OW)."""
        grid = self.grid(x.shape[1:])
        bordered = pad(to_slabs(x), grid.border)
        first, *others = kernel_cells(grid)
        total = cells(bordered, grid, *first).copy()  # (OH, C, OW, N)
        for cell in others:
            total += cells(bordered, grid, *cell)
        total /= self.divisors(grid, x.dtype)
        return to_images(total), grid

    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Give every cell of a window its share."""
        if not input_grad:
            return None, {}
        grid = cache
        share = to_slabs(grad_output) / self.divisors(grid, grad_output.dtype)
        bordered = nothing_given(share, grid)
        for cell in kernel_cells(grid):
            give(bordered, grid, cell, share)
        return to_images(crop(bordered, grid)), {}

    def divisors(self, grid: Grid, dtype: Any) -> Array:
        """Return how many cells count in each window (OH, 1, OW, 1)."""
        rows, columns = (
            [
                len(grid.met(axis, index, padding=self.count_include_pad))
                for index in range(grid.output[axis])
            ]
            for axis in (0, 1)
        )
        return np.outer(rows, columns).astype(dtype)[:, None, :, None]


@dataclass(frozen=True)
class GlobalAvgPool2d(Layer):
    """The mean of each channel: an image becomes a vector of C numbers."""

    sees_all: ClassVar[bool] = True

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (C,)."""
        return image_shape(input_shape, "GlobalAvgPool2d")[:1]

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return (N, C)."""
        self.output_shape(x.shape[1:])
        return x.mean(axis=(2, 3)), x.shape

    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Give every cell of a channel the same share."""
        if not input_grad:
            return None, {}
        N, C, H, W = cache
        share = grad_output[:, :, None, None] / (H * W)
        return np.broadcast_to(share, (N, C, H, W)).copy(), {}
