"""What PyTorch does in the place of each layer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from with_torch import Tensors, tensor, torch

from cnnviz.nn.geometry import Pads, Shape

F = torch.nn.functional


@dataclass(frozen=True, eq=False)
class Pass:
    """One forward pass of ours that PyTorch is to do as well."""

    layer: Any
    shape: Shape
    cache: Any
    training: bool


def pad(x: Any, pads: Pads, value: float = 0.0) -> Any:
    """Pad each side by its own number; PyTorch's layers know only equal sides."""
    (top, bottom), (left, right) = pads
    return F.pad(x, (left, right, top, bottom), value=value)


def in_numbers(padding: Any) -> Any:
    """Return a padding as PyTorch's layers take it, None where its sides differ or it is a word."""
    if isinstance(padding, str):
        return 0 if padding == "valid" else None
    uneven = isinstance(padding, tuple) and isinstance(padding[0], tuple)
    return None if uneven else padding


def conv(done: Pass, x: Any, params: Tensors) -> Any:
    """Leave "valid" and, where PyTorch knows it, "same" to PyTorch; resolve other words."""
    layer, padding = done.layer, in_numbers(done.layer.padding)
    if layer.padding == "valid" or (layer.padding == "same" and layer.stride == 1):
        padding = layer.padding
    if padding is None:
        x, padding = pad(x, layer.grid(done.shape).pads), 0
    weight, bias = params["weight"], params.get("bias")
    return F.conv2d(x, weight, bias, layer.stride, padding, layer.dilation, layer.groups)


def conv_transpose(done: Pass, x: Any, params: Tensors) -> Any:
    """Where padding is uneven or a word: take away and add cells behind PyTorch's layer."""
    layer, weight, bias = done.layer, params["weight"], params.get("bias")
    padding = None if isinstance(layer.padding, str) else in_numbers(layer.padding)
    groups, dilation = layer.groups, layer.dilation
    if padding is not None:
        added = layer.output_padding
        return F.conv_transpose2d(x, weight, bias, layer.stride, padding, added, groups, dilation)
    y = F.conv_transpose2d(x, weight, None, layer.stride, 0, 0, groups, dilation)
    grid = layer.grid(done.shape)
    (top, _), (left, _) = grid.pads
    below, beside = grid.size[0] + top - y.shape[2], grid.size[1] + left - y.shape[3]
    y = pad(y, ((-top, below), (-left, beside)))
    return y if bias is None else y + bias[:, None, None]


def pool_padding(layer: Any) -> Any:
    """Return padding that PyTorch's pooling takes, at most half a kernel; None otherwise."""
    padding = in_numbers(layer.padding)
    if padding is None or np.any(np.multiply(2, padding) > layer.window().kernel):
        return None
    return padding


def max_pool(done: Pass, x: Any, params: Tensors) -> Any:
    """Give PyTorch an image with a border of −∞ where it does not take the padding."""
    layer, window = done.layer, done.layer.window()
    padding, ceil_mode = pool_padding(layer), layer.ceil_mode
    if padding is None:
        x, padding, ceil_mode = pad(x, layer.grid(done.shape).border, -torch.inf), 0, False
    return F.max_pool2d(x, window.kernel, window.stride, padding, window.dilation, ceil_mode)


def avg_pool(done: Pass, x: Any, params: Tensors) -> Any:
    """Where padding is uneven, a word, or cells are skipped: a convolution of ones, by counts."""
    layer, window = done.layer, done.layer.window()
    padding, counted = pool_padding(layer), layer.count_include_pad
    if padding is not None and layer.dilation == 1:
        return F.avg_pool2d(x, window.kernel, window.stride, padding, layer.ceil_mode, counted)
    grid, channels = layer.grid(done.shape), x.shape[1]
    below, beside = grid.overhang
    cells = pad(pad(torch.ones_like(x), grid.pads, float(counted)), ((0, below), (0, beside)))
    ones = x.new_ones(channels, 1, *grid.kernel)
    total, count = (
        F.conv2d(image, ones, None, grid.stride, 0, grid.dilation, channels)
        for image in (pad(x, grid.border), cells)
    )
    return total / count


def batch_norm(done: Pass, x: Any, params: Tensors) -> Any:
    """Change the running statistics among `params` in place, as PyTorch does."""
    statistics = params["running_mean"], params["running_var"]
    weight, bias, layer = params["weight"], params["bias"], done.layer
    return F.batch_norm(x, *statistics, weight, bias, done.training, layer.momentum, layer.eps)


def dropout(done: Pass, x: Any, params: Tensors) -> Any:
    """Forget where ours forgot: PyTorch cannot be asked for the same places."""
    rate = done.layer.rate
    if not done.training or not rate:
        return F.dropout(x, rate, training=False)
    return x * tensor(done.cache > 0) / (1 - rate)


def response_norm(done: Pass, x: Any, params: Tensors) -> Any:
    layer = done.layer
    return F.local_response_norm(x, layer.size, layer.alpha, layer.beta, layer.k)


TWINS: dict[str, Callable[[Pass, Any, Tensors], Any]] = {
    "Conv2d": conv,
    "ConvTranspose2d": conv_transpose,
    "MaxPool2d": max_pool,
    "AvgPool2d": avg_pool,
    "GlobalAvgPool2d": lambda done, x, params: F.adaptive_avg_pool2d(x, 1).flatten(1),
    "BatchNorm2d": batch_norm,
    "LocalResponseNorm": response_norm,
    "ReLU": lambda done, x, params: F.relu(x),
    "LeakyReLU": lambda done, x, params: F.leaky_relu(x, done.layer.negative_slope),
    "Sigmoid": lambda done, x, params: torch.sigmoid(x),
    "Tanh": lambda done, x, params: torch.tanh(x),
    "Flatten": lambda done, x, params: torch.flatten(x, 1),
    "Linear": lambda done, x, params: F.linear(x, params["weight"], params.get("bias")),
    "Dropout": dropout,
}
"""Functions of (our pass, x, parameters)."""

WITHOUT: dict[str, str] = {}
"""Layers that PyTorch does not have, each with the reason."""


def twin(done: Pass, x: Any, params: Tensors) -> Any:
    """Return PyTorch's output in the place of a layer."""
    return TWINS[type(done.layer).__name__](done, x, params)
