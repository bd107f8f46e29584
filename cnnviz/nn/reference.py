"""The same operations as loops that read like their definitions: slow, plain, and the oracle.

Each function takes the geometry as a `Grid`. Padding is nothing that exists here: kernel cells
that fall outside the image are skipped, which for a sum is the same as meeting zeros.
"""

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


def conv2d(x: Array, weight: Array, bias: Array, grid: Grid) -> Array:
    """Return the convolution (N, F, OH, OW) of x (N, C, H, W) with weight (F, C, KH, KW)."""
    N, F = len(x), len(weight)
    y = np.zeros((N, F, *grid.output), x.dtype)
    for n, f in np.ndindex(N, F):
        for row, column in positions(grid):
            total = bias[f]
            for (i, j), (h, w) in met(grid, row, column):
                for c in range(x.shape[1]):
                    total += weight[f, c, i, j] * x[n, c, h, w]
            y[n, f, row, column] = total
    return y


def conv2d_backward(
    x: Array, weight: Array, grad_output: Array, grid: Grid
) -> tuple[Array, Array, Array]:
    """Return the gradients by x, weight and bias: each product gives to both of its factors."""
    grad_x, grad_weight = np.zeros_like(x), np.zeros_like(weight)
    grad_bias = np.zeros(len(weight), weight.dtype)
    for n, f in np.ndindex(grad_output.shape[:2]):
        for row, column in positions(grid):
            grad = grad_output[n, f, row, column]
            grad_bias[f] += grad
            for (i, j), (h, w) in met(grid, row, column):
                for c in range(x.shape[1]):
                    grad_x[n, c, h, w] += grad * weight[f, c, i, j]
                    grad_weight[f, c, i, j] += grad * x[n, c, h, w]
    return grad_x, grad_weight, grad_bias


def max_pool(x: Array, grid: Grid) -> tuple[Array, Array]:
    """Return the maxima (N, C, OH, OW) and the input cells (N, C, OH, OW, 2) they came from."""
    shape = (*x.shape[:2], *grid.output)
    y, origin = np.zeros(shape, x.dtype), np.zeros((*shape, 2), int)
    for n, c in np.ndindex(x.shape[:2]):
        for row, column in positions(grid):
            seen = [(x[n, c, h, w], (h, w)) for _, (h, w) in met(grid, row, column)]
            value, cell = max(seen, key=lambda item: item[0])  # the first of equals
            y[n, c, row, column], origin[n, c, row, column] = value, cell
    return y, origin


def max_pool_backward(origin: Array, grad_output: Array, grid: Grid) -> Array:
    """Return the gradient by the input: each maximum gives to the cell it came from."""
    grad_x = np.zeros((*grad_output.shape[:2], *grid.size), grad_output.dtype)
    for n, c, row, column in np.ndindex(grad_output.shape):
        h, w = origin[n, c, row, column]
        grad_x[n, c, h, w] += grad_output[n, c, row, column]
    return grad_x
