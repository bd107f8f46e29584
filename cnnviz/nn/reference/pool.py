"""Pooling and its gradients, window by window."""

import numpy as np

from cnnviz.nn.geometry import Grid
from cnnviz.nn.reference.windows import met, positions
from cnnviz.nn.types import Array


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
