"""Which cells a window meets, and images as columns of windows."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from cnnviz.nn.geometry import Grid, Pair
from cnnviz.nn.types import Array


def positions(grid: Grid) -> Iterator[Pair]:
    """Yield (row, column) of every output cell."""
    yield from product(range(grid.output[0]), range(grid.output[1]))


def met(grid: Grid, row: int, column: int) -> Iterator[tuple[Pair, Pair]]:
    """Yield (kernel cell, input cell) for what the window of one output cell meets."""
    for i, j in product(range(grid.kernel[0]), range(grid.kernel[1])):
        h = row * grid.stride[0] + i * grid.dilation[0] - grid.pads[0][0]
        w = column * grid.stride[1] + j * grid.dilation[1] - grid.pads[1][0]
        if 0 <= h < grid.size[0] and 0 <= w < grid.size[1]:
            yield (i, j), (h, w)


def im2col(x: Array, grid: Grid) -> Array:
    """Return the columns (N, K, P) of x (N, C, H, W)."""
    N, C = x.shape[:2]
    columns = np.zeros((N, C, *grid.kernel, *grid.output), x.dtype)
    for n, c in np.ndindex(N, C):
        for row, column in positions(grid):
            for (i, j), (h, w) in met(grid, row, column):
                columns[n, c, i, j, row, column] = x[n, c, h, w]
    return columns.reshape(N, -1, grid.windows)


def col2im(columns: Array, grid: Grid) -> Array:
    """Return images (N, C, H, W): every cell is the sum of its copies in the columns."""
    N = len(columns)
    columns = columns.reshape(N, -1, *grid.kernel, *grid.output)
    x = np.zeros((N, columns.shape[1], *grid.size), columns.dtype)
    for n, c in np.ndindex(x.shape[:2]):
        for row, column in positions(grid):
            for (i, j), (h, w) in met(grid, row, column):
                x[n, c, h, w] += columns[n, c, i, j, row, column]
    return x
