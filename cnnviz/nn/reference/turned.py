"""The way back through a convolution as textbooks derive it: two convolutions more.

By the input it is the full convolution of the output's gradient, with stride − 1 zeros between
its cells, with the kernel turned by 180°. By the weights it is the convolution of the input with
that same spread gradient. (Goodfellow, Bengio and Courville 2016, Deep Learning, section 9.5;
Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning", chapter 4.)
"""

import numpy as np

from cnnviz.nn.geometry import Grid, Pair, Window
from cnnviz.nn.reference.conv import conv2d
from cnnviz.nn.types import Array


def spread(grad_output: Array, stride: Pair) -> Array:
    """Return the gradient (N, F, OH, OW) with stride − 1 zeros between neighbors."""
    N, F, OH, OW = grad_output.shape
    SH, SW = stride
    wide = np.zeros((N, F, (OH - 1) * SH + 1, (OW - 1) * SW + 1), grad_output.dtype)
    wide[:, :, ::SH, ::SW] = grad_output
    return wide


def turn(weight: Array) -> Array:
    """Return the kernels turned by 180°: the last row first, the last column first."""
    return weight[:, :, ::-1, ::-1]


def swap_channels(weight: Array, groups: int = 1) -> Array:
    """Return weights (F, C / groups, KH, KW) as (C, F / groups, KH, KW): from F back to C."""
    F, C, KH, KW = weight.shape
    parts = weight.reshape(groups, F // groups, C, KH, KW)
    return parts.swapaxes(1, 2).reshape(groups * C, F // groups, KH, KW)


def full_convolution(x: Array, weight: Array, dilation: Pair, groups: int = 1) -> Array:
    """Return the convolution that takes every overlap of kernel and image, stride 1."""
    window = Window(weight.shape[2:], dilation=dilation, padding="full")
    grid = window.place(x.shape[2:], "full_convolution")
    return conv2d(x, weight, np.zeros(len(weight), x.dtype), grid, groups)


def without_padding(covered: Array, grid: Grid) -> Array:
    """Return the image of what the windows cover: dropped cells are zeros, padding is cut away."""
    (top, _), (left, _) = grid.pads
    below, beside = grid.dropped
    padded = np.pad(covered, ((0, 0), (0, 0), (0, below), (0, beside)))  # (N, C, PH, PW)
    return padded[:, :, top : top + grid.size[0], left : left + grid.size[1]]


def input_gradient(weight: Array, grad_output: Array, grid: Grid, groups: int = 1) -> Array:
    """Return the gradient (N, C, H, W) by the input of `conv2d`."""
    kernel = swap_channels(turn(weight), groups)  # (C, F / groups, KH, KW)
    covered = full_convolution(spread(grad_output, grid.stride), kernel, grid.dilation, groups)
    return without_padding(covered, grid)


def weight_gradient(x: Array, grad_output: Array, grid: Grid, groups: int = 1) -> Array:
    """Return the gradient (F, C / groups, KH, KW) by the weights of `conv2d`.

    Kernel and output change places, and so do stride and dilation: kernel cells are `dilation`
    apart on the image. The images take the place of channels, over which a convolution adds.
    """
    wide = spread(grad_output, grid.stride)
    places = Grid(
        grid.size,
        kernel=wide.shape[2:],
        stride=grid.dilation,
        dilation=(1, 1),
        pads=grid.pads,
        output=grid.kernel,
    )
    gradients = [
        conv2d(images, kernels, np.zeros(len(kernels), x.dtype), places)  # (C / g, F / g, KH, KW)
        for images, kernels in zip(
            np.split(x.swapaxes(0, 1), groups), np.split(wide.swapaxes(0, 1), groups), strict=True
        )
    ]
    return np.concatenate([gradient.swapaxes(0, 1) for gradient in gradients])
