"""The way back through a convolution, step by step, in the textbook's way and in im2col's.

Notation: C channels of H×W cells, F filters of KH×KW cells, OH×OW outputs, K = C · KH · KW,
P = OH · OW; one image, one group.
"""

from dataclasses import dataclass, replace

import numpy as np

from cnnviz.explain.cell import Convolved, convolve
from cnnviz.nn import reference
from cnnviz.nn.geometry import Grid
from cnnviz.nn.im2col import im2col
from cnnviz.nn.layers import Conv2d
from cnnviz.nn.types import Array


@dataclass(frozen=True, eq=False)
class WayBack:
    """What becomes of an output's gradient on its way to the input and to the weights.

    Parameters
    ----------
    x : (C, H, W)
    weight : (F, C, KH, KW)
    grad_output : (F, OH, OW)
    spread : (F, SH, SW), with stride − 1 zeros between neighbors
    full : the full convolution of `spread` with the turned kernels (C, F, KH, KW)
    turned : (C, H, W), the textbook's gradient by the input: `full` without the padding
    grad_columns : (K, P), the gradient by the columns: kernelsᵀ · gradient
    grad_input : (C, H, W), the layer's own: col2im of `grad_columns`
    columns : (K, P)
    grad_weight : (F, C, KH, KW), the layer's own
    turned_weight : (F, C, KH, KW), the textbook's
    """

    grid: Grid
    x: Array
    weight: Array
    grad_output: Array
    spread: Array
    full: Convolved
    turned: Array
    grad_columns: Array
    grad_input: Array
    columns: Array
    grad_weight: Array
    turned_weight: Array

    @property
    def input_difference(self) -> float:
        """The largest difference of the two gradients by the input."""
        return float(np.abs(self.turned - self.grad_input).max())

    @property
    def weight_difference(self) -> float:
        """The largest difference of the two gradients by the weights."""
        return float(np.abs(self.turned_weight - self.grad_weight).max())


def way_back(layer: Conv2d, x: Array, weight: Array, grad_output: Array) -> WayBack:
    """Return both ways back through a convolution of x (C, H, W) with one group.

    Raises
    ------
    ShapeError
        If the layer does not fit the image.
    ValueError
        If the gradient has not the shape of the output.
    """
    grid = layer.grid(x.shape)
    shape = (len(weight), *grid.output)
    if grad_output.shape != shape:
        raise ValueError(
            f"The output's gradient must have the output's shape {shape}, received "
            f"{grad_output.shape}."
        )
    plain = replace(layer, use_bias=False)
    grad_input, grads = plain.backward({"weight": weight}, x[None], grad_output[None])
    spread = reference.spread(grad_output[None], grid.stride)
    full = full_convolution(spread[0], weight, grid)
    return WayBack(
        grid=grid,
        x=x,
        weight=weight,
        grad_output=grad_output,
        spread=spread[0],
        full=full,
        turned=reference.without_padding(full.after[None], grid)[0],
        grad_columns=weight.reshape(len(weight), -1).T @ grad_output.reshape(len(weight), -1),
        grad_input=np.zeros_like(x) if grad_input is None else grad_input[0],
        columns=im2col(x[None], grid)[0],
        grad_weight=grads["weight"],
        turned_weight=turned_weight(x, spread[0], grid),
    )


def full_convolution(spread: Array, weight: Array, grid: Grid) -> Convolved:
    """Return the convolution of the spread gradient (F, SH, SW) with the turned kernels."""
    kernels = reference.swap_channels(reference.turn(weight))  # (C, F, KH, KW)
    layer = Conv2d(
        len(kernels), grid.kernel, dilation=grid.dilation, padding="full", use_bias=False
    )
    return convolve(layer, {"weight": np.ascontiguousarray(kernels)}, spread)


def turned_weight(x: Array, spread: Array, grid: Grid) -> Array:
    """Return the gradient by the weights: the convolution of x with the spread gradient.

    Kernel and output change places, and so do stride and dilation. Every filter meets every
    channel on its own: the channels are a batch.
    """
    F, *kernel = spread.shape
    layer = Conv2d(F, tuple(kernel), stride=grid.dilation, padding=grid.pads, use_bias=False)
    y, _ = layer.forward({"weight": np.ascontiguousarray(spread[:, None])}, x[:, None])
    KH, KW = grid.kernel
    return np.ascontiguousarray(y[:, :, :KH, :KW].swapaxes(0, 1))
