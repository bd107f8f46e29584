"""Max pooling: the largest number of each window."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.nn.blocks import blocks
from cnnviz.nn.geometry import Grid
from cnnviz.nn.im2col import cells, crop, pad
from cnnviz.nn.layers.pool import Pool2d, give, kernel_cells
from cnnviz.nn.types import Array, Params


@dataclass(frozen=True)
class MaxPool2d(Pool2d):
    """The largest value of each window; padding never wins.

    As in PyTorch, the gradient goes to the first of equals, row by row; and not-a-number is
    larger than every number, the last one in a window taking the gradient.
    """

    def without_image(self) -> str:
        """Return the end of the sentence for a window of padding alone."""
        return "and padding never wins a maximum; use less padding"

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
        first, *others = kernel_cells(grid)
        y = np.empty((N, C, *grid.output), x.dtype)
        winner = np.zeros(y.shape, np.min_scalar_type(len(others)))
        if grid.bordered != grid.size:
            winner[...] = first_met(grid)
        border = grid.border
        for block in blocks(N, C * grid.windows * len(others)):
            bordered = pad(x[block], border, -np.inf)
            best, won = y[block], winner[block]
            best[...] = cells(bordered, grid, *first)
            for index, cell in enumerate(others, start=1):
                candidate = cells(bordered, grid, *cell).copy()  # side by side: compared faster
                np.maximum(won, (candidate > best) * won.dtype.type(index), out=won)
                np.maximum(best, candidate, out=best)
        if np.isnan(y.max(initial=-np.inf)):
            bordered = pad(x, border)
            for index, cell in enumerate((first, *others)):
                winner[np.isnan(cells(bordered, grid, *cell))] = index
        return y, (winner, grid)

    def backward(
        self, params: Params, cache: Any, grad_output: Array, *, input_grad: bool = True
    ) -> tuple[Array | None, Params]:
        """Send each gradient to the cell that won."""
        if not input_grad:
            return None, {}
        winner, grid = cache
        N, C = grad_output.shape[:2]
        bordered = np.zeros((N, C, *grid.bordered), grad_output.dtype)
        for block in blocks(N, C * math.prod(grid.bordered)):
            for index, cell in enumerate(kernel_cells(grid)):
                give(bordered[block], grid, cell, grad_output[block] * (winner[block] == index))
        return crop(bordered, grid), {}


def first_met(grid: Grid) -> Array:
    """Return the number (OH, OW) of the first kernel cell of each window that meets the image.

    It has won where nothing else is larger, that is, where a window sees −∞ alone.
    """
    rows, columns = (
        [grid.met(axis, index).start for index in range(grid.output[axis])] for axis in (0, 1)
    )
    return np.add.outer(np.multiply(rows, grid.kernel[1]), columns)
