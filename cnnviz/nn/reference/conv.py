"""Convolution and its gradients, cell by cell."""

import numpy as np

from cnnviz.nn.geometry import Grid
from cnnviz.nn.reference.windows import met, positions
from cnnviz.nn.types import Array


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
