"""Max pooling: the largest number of each window."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.nn.geometry import Grid
from cnnviz.nn.layers.pool import Pool2d, give, kernel_cells, nothing_given
from cnnviz.nn.slabs import cells, crop, pad, to_images, to_slabs
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
        grid = self.grid(x.shape[1:])
        first, *others = kernel_cells(grid)
        slabs = to_slabs(x)
        bordered = pad(slabs, grid.border, -np.inf)
        best = cells(bordered, grid, *first).copy()  # (OH, C, OW, N)
        winner = np.zeros(best.shape, np.min_scalar_type(len(others)))
        if grid.bordered != grid.size:
            winner[...] = first_met(grid)[:, None, :, None]
        for index, cell in enumerate(others, start=1):
            candidate = cells(bordered, grid, *cell).copy()  # side by side: compared faster
            np.maximum(winner, (candidate > best) * winner.dtype.type(index), out=winner)
            np.maximum(best, candidate, out=best)
        if np.isnan(best.max(initial=-np.inf)):
            bordered = pad(slabs, grid.border)
            for index, cell in enumerate((first, *others)):
                winner[np.isnan(cells(bordered, grid, *cell))] = index
        return to_images(best), (winner, grid)

    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Send each gradient to the cell that won."""
        if not input_grad:
            return None, {}
        winner, grid = cache
        grad = to_slabs(grad_output)
        bordered = nothing_given(grad, grid)
        for index, cell in enumerate(kernel_cells(grid)):
            give(bordered, grid, cell, grad, winner == index)
        return to_images(crop(bordered, grid)), {}


def first_met(grid: Grid) -> Array:
    """Return the number (OH, OW) of the first kernel cell of each window that meets the image.

    It has won where nothing else is larger, that is, where a window sees −∞ alone.
    """
    rows, columns = (
        [grid.met(axis, index).start for index in range(grid.output[axis])] for axis in (0, 1)
    )
    return np.add.outer(np.multiply(rows, grid.kernel[1]), columns)
