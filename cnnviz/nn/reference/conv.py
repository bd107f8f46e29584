"""Convolution, transposed convolution and their gradients, product by product."""

import numpy as np

from cnnviz.nn.geometry import Grid
from cnnviz.nn.reference.windows import met, positions
from cnnviz.nn.types import Array


def partner(channel: int, channels: int, groups: int, partners: int) -> int:
    """Return the first of the `partners` channels on the other side in this channel's group."""
    return channel // (channels // groups) * partners


def conv2d(x: Array, weight: Array, bias: Array, grid: Grid, groups: int = 1) -> Array:
    """Return the convolution (N, F, OH, OW) of x (N, C, H, W), weight (F, C / groups, KH, KW)."""
    N, (F, C) = len(x), weight.shape[:2]
    y = np.zeros((N, F, *grid.output), x.dtype)
    for n, f in np.ndindex(N, F):
        first = partner(f, F, groups, C)
        for row, column in positions(grid):
            total = bias[f]
            for (i, j), (h, w) in met(grid, row, column):
                for c in range(C):
                    total += weight[f, c, i, j] * x[n, first + c, h, w]
            y[n, f, row, column] = total
    return y


def conv2d_backward(
    x: Array, weight: Array, grad_output: Array, grid: Grid, groups: int = 1
) -> tuple[Array, Array, Array]:
    """Return the gradients by x, weight and bias: each product gives to both of its factors."""
    F, C = weight.shape[:2]
    grad_x, grad_weight = np.zeros_like(x), np.zeros_like(weight)
    grad_bias = np.zeros(F, weight.dtype)
    for n, f in np.ndindex(grad_output.shape[:2]):
        first = partner(f, F, groups, C)
        for row, column in positions(grid):
            grad = grad_output[n, f, row, column]
            grad_bias[f] += grad
            for (i, j), (h, w) in met(grid, row, column):
                for c in range(C):
                    grad_x[n, first + c, h, w] += grad * weight[f, c, i, j]
                    grad_weight[f, c, i, j] += grad * x[n, first + c, h, w]
    return grad_x, grad_weight, grad_bias


def conv_transpose2d(x: Array, weight: Array, bias: Array, grid: Grid, groups: int = 1) -> Array:
    """Return the transposed convolution of x (N, C, H, W), weight (C, F / groups, KH, KW).

    Every input cell scatters its number, times the kernel, over the window that stands for it on
    the output; `grid` is that of the convolution that leads from the output to the input.
    """
    N, (C, F) = len(x), weight.shape[:2]
    y = np.zeros((N, len(bias), *grid.size), x.dtype)
    for n, f in np.ndindex(N, len(bias)):
        y[n, f] = bias[f]
    for n, c in np.ndindex(N, C):
        first = partner(c, C, groups, F)
        for row, column in positions(grid):
            for (i, j), (h, w) in met(grid, row, column):
                for f in range(F):
                    y[n, first + f, h, w] += x[n, c, row, column] * weight[c, f, i, j]
    return y


def conv_transpose2d_backward(
    x: Array, weight: Array, grad_output: Array, grid: Grid, groups: int = 1
) -> tuple[Array, Array, Array]:
    """Return the gradients by x, weight and bias: each product gives to both of its factors."""
    C, F = weight.shape[:2]
    grad_x, grad_weight = np.zeros_like(x), np.zeros_like(weight)
    grad_bias = np.zeros(grad_output.shape[1], weight.dtype)
    for n, f, h, w in np.ndindex(grad_output.shape):
        grad_bias[f] += grad_output[n, f, h, w]
    for n, c in np.ndindex(x.shape[:2]):
        first = partner(c, C, groups, F)
        for row, column in positions(grid):
            for (i, j), (h, w) in met(grid, row, column):
                for f in range(F):
                    grad = grad_output[n, first + f, h, w]
                    grad_x[n, c, row, column] += grad * weight[c, f, i, j]
                    grad_weight[c, f, i, j] += grad * x[n, c, row, column]
    return grad_x, grad_weight, grad_bias
