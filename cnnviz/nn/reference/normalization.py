"""Normalization and its gradients, number by number."""

import numpy as np

from cnnviz.nn.types import Array


def channel_statistics(x: Array) -> tuple[Array, Array]:
    """Return mean and biased variance (C,) of each channel of x (N, C, H, W)."""
    mean, var = np.zeros(x.shape[1], x.dtype), np.zeros(x.shape[1], x.dtype)
    count = x.size // x.shape[1]
    for n, c, h, w in np.ndindex(x.shape):
        mean[c] += x[n, c, h, w] / count
    for n, c, h, w in np.ndindex(x.shape):
        var[c] += (x[n, c, h, w] - mean[c]) ** 2 / count
    return mean, var


def batch_norm(x: Array, weight: Array, bias: Array, mean: Array, var: Array, eps: float) -> Array:
    """Return x (N, C, H, W) normalized by these statistics (C,), scaled and shifted."""
    y = np.zeros_like(x)
    for n, c, h, w in np.ndindex(x.shape):
        y[n, c, h, w] = weight[c] * (x[n, c, h, w] - mean[c]) / np.sqrt(var[c] + eps) + bias[c]
    return y


def batch_norm_backward(
    x: Array,
    weight: Array,
    mean: Array,
    var: Array,
    eps: float,
    grad_output: Array,
    *,
    of_batch: bool,
) -> tuple[Array, Array, Array]:
    """Return the gradients by x, weight and bias, by the chain rule of Ioffe and Szegedy (2015).

    With `of_batch`, mean and variance are those of x and pass gradients on to it.
    """
    grad_x, grad_weight, grad_bias = np.zeros_like(x), np.zeros_like(weight), np.zeros_like(weight)
    grad_mean, grad_var = np.zeros_like(mean), np.zeros_like(var)
    count = x.size // x.shape[1]
    for n, c, h, w in np.ndindex(x.shape):
        centered, std = x[n, c, h, w] - mean[c], np.sqrt(var[c] + eps)
        grad = grad_output[n, c, h, w]
        grad_weight[c] += grad * centered / std
        grad_bias[c] += grad
        grad_x[n, c, h, w] += grad * weight[c] / std
        grad_mean[c] -= grad * weight[c] / std
        grad_var[c] -= grad * weight[c] * centered / (2 * std**3)
    if of_batch:
        for n, c, h, w in np.ndindex(x.shape):
            grad_x[n, c, h, w] += grad_mean[c] / count
            grad_x[n, c, h, w] += grad_var[c] * 2 * (x[n, c, h, w] - mean[c]) / count
    return grad_x, grad_weight, grad_bias


def neighbors(channel: int, channels: int, size: int) -> range:
    """Return the channels whose squares divide a channel's numbers."""
    first = channel - size // 2
    return range(max(first, 0), min(first + size, channels))


def local_response_norm(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
    """Return x / (k + alpha / size · sum of the neighbors' squares) ** beta."""
    y = np.zeros_like(x)
    for n, c, h, w in np.ndindex(x.shape):
        total = k
        for other in neighbors(c, x.shape[1], size):
            total += alpha / size * x[n, other, h, w] ** 2
        y[n, c, h, w] = x[n, c, h, w] / total**beta
    return y


def local_response_norm_backward(
    x: Array, size: int, alpha: float, beta: float, k: float, grad_output: Array
) -> Array:
    """Return the gradient by x: each output gives to its own number and to the neighbors."""
    grad_x = np.zeros_like(x)
    for n, c, h, w in np.ndindex(x.shape):
        near = neighbors(c, x.shape[1], size)
        total = k + sum(alpha / size * x[n, other, h, w] ** 2 for other in near)
        grad = grad_output[n, c, h, w]
        grad_x[n, c, h, w] += grad / total**beta
        for other in near:
            slope = -beta * x[n, c, h, w] / total ** (beta + 1)
            grad_x[n, other, h, w] += grad * slope * alpha / size * 2 * x[n, other, h, w]
    return grad_x
