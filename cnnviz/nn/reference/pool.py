"""Pooling and its gradients, window by window."""

import math
from itertools import product

import numpy as np

from cnnviz.nn.geometry import Grid
from cnnviz.nn.reference.windows import met, positions
from cnnviz.nn.types import Array


def max_pool(x: Array, grid: Grid) -> tuple[Array, Array]:
    """Return the maxima (N, C, OH, OW) and the input cells (N, C, OH, OW, 2) they came from.

    They come from the first of equals, or from the last that is not a number (as in PyTorch).
    """
    shape = (*x.shape[:2], *grid.output)
    y, origin = np.zeros(shape, x.dtype), np.zeros((*shape, 2), int)
    for n, c in np.ndindex(x.shape[:2]):
        for row, column in positions(grid):
            cell, *others = (cell for _, cell in met(grid, row, column))
            for other in others:
                if x[n, c, *other] > x[n, c, *cell] or math.isnan(x[n, c, *other]):
                    cell = other
            y[n, c, row, column], origin[n, c, row, column] = x[n, c, *cell], cell
    return y, origin


def max_pool_backward(origin: Array, grad_output: Array, grid: Grid) -> Array:
    """Return the gradient by the input: each maximum gives to the cell it came from."""
    grad_x = np.zeros((*grad_output.shape[:2], *grid.size), grad_output.dtype)
    for n, c, row, column in np.ndindex(grad_output.shape):
        h, w = origin[n, c, row, column]
        grad_x[n, c, h, w] += grad_output[n, c, row, column]
    return grad_x


def avg_pool(x: Array, grid: Grid, *, count_include_pad: bool = True) -> Array:
    """Return the means (N, C, OH, OW): a sum over the image divided by the cells that count."""
    y = np.zeros((*x.shape[:2], *grid.output), x.dtype)
    for n, c in np.ndindex(x.shape[:2]):
        for row, column in positions(grid):
            total = sum(x[n, c, h, w] for _, (h, w) in met(grid, row, column))
            y[n, c, row, column] = total / divisor(grid, row, column, count_include_pad)
    return y


def avg_pool_backward(grad_output: Array, grid: Grid, *, count_include_pad: bool = True) -> Array:
    """Return the gradient by the input: each mean gives the same share to all cells it met."""
    grad_x = np.zeros((*grad_output.shape[:2], *grid.size), grad_output.dtype)
    for n, c, row, column in np.ndindex(grad_output.shape):
        share = grad_output[n, c, row, column] / divisor(grid, row, column, count_include_pad)
        for _, (h, w) in met(grid, row, column):
            grad_x[n, c, h, w] += share
    return grad_x


def divisor(grid: Grid, row: int, column: int, count_include_pad: bool) -> int:
    """Return how many cells of a window count: those on the image, or on the padded image."""
    if not count_include_pad:
        return len(list(met(grid, row, column)))
    return sum(
        row * grid.stride[0] + i * grid.dilation[0] < grid.padded[0]
        and column * grid.stride[1] + j * grid.dilation[1] < grid.padded[1]
        for i, j in product(range(grid.kernel[0]), range(grid.kernel[1]))
    )
