"""Transposed convolution: what goes back through a convolution, as a layer of its own."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.nn.blocks import blocks
from cnnviz.nn.geometry import AXES, Padding, Pair, Shape, compact_pair, pair
from cnnviz.nn.im2col import col2im, im2col
from cnnviz.nn.layers.base import check_features
from cnnviz.nn.layers.conv import Convolution
from cnnviz.nn.transposed import TransposedWindow
from cnnviz.nn.types import Array, Params


@dataclass(frozen=True)
class ConvTranspose2d(Convolution):
    """Each input cell lays the kernel, times its number, on the output; overlaps add up.

    This is the transpose of the convolution that has the output as its input, not its inverse:
    it gives back that convolution's size, not its numbers.

    Padding in numbers is PyTorch's and takes cells away: (size − 1) × stride + extent − padding
    + output_padding. Several sizes lead to the same one through a strided convolution;
    `output_padding`, below the larger of stride and dilation, chooses among them.

    The words are those of the convolution that is transposed, and decide the size alone. "same"
    is TensorFlow's: size × stride, where the kernel overlaps its neighbor by an odd number of
    cells one more is taken away at the end, with "same_lower" at the start. "valid" is
    TensorFlow's too: like padding 0, but never below size × stride, so a kernel smaller than the
    stride leaves cells at the end that have the bias alone; PyTorch's padding 0 leaves these out.
    "full" is padding of extent − 1. PyTorch knows no words here.
    """

    out_channels: int
    kernel_size: int | Pair
    stride: int | Pair = 1
    padding: Padding = 0
    output_padding: int | Pair = 0
    dilation: int | Pair = 1
    groups: int = 1
    use_bias: bool = True
    weight_init: str = "he"

    def __post_init__(self) -> None:
        """Check the arguments and keep the shortest way to write them."""
        super().__post_init__()
        name = "ConvTranspose2d: output_padding"
        added = compact_pair(self.output_padding, name, minimum=0)
        object.__setattr__(self, "output_padding", added)
        if added and isinstance(self.padding, str):
            raise ValueError(
                f'{name} {added} needs padding in numbers: "{self.padding}" decides the output\'s '
                f"size alone; write padding=0, or leave output_padding at 0."
            )
        _, stride, dilation = self.sizes()
        for axis, cells in enumerate(pair(added, name, minimum=0)):
            if cells >= max(stride[axis], dilation[axis]):
                raise ValueError(
                    f"{name} must be below the larger of stride and dilation, along the "
                    f"{AXES[axis]} max({stride[axis]}, {dilation[axis]}) = "
                    f"{max(stride[axis], dilation[axis])}, received {cells}; for a larger output "
                    f"use a larger stride or kernel."
                )

    def window(self) -> TransposedWindow:
        """Return the window that slides over the output."""
        added = pair(self.output_padding, "ConvTranspose2d", minimum=0)
        return TransposedWindow(*self.sizes(), self.padding, output_padding=added)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (F, OH, OW)."""
        return self.out_channels, *self.grid(input_shape).size

    def weight_shape(self, in_channels: int) -> Shape:
        """Return (C, F / groups, KH, KW)."""
        return in_channels, self.out_channels // self.groups, *self.window().kernel

    def fans(self, weight_shape: Shape) -> Pair:
        """Return C / groups · KH · KW / (SH · SW), rounded up, and F / groups · KH · KW.

        Of KH · KW kernel cells, one in SH · SW meets a given output. (PyTorch and Keras count as
        if the layer were the convolution that it transposes.)
        """
        C, F, KH, KW = weight_shape
        _, (SH, SW), _ = self.sizes()
        weights = C // self.groups * KH * KW
        return -(-weights // (SH * SW)), F * KH * KW

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return (N, F, OH, OW)."""
        weight = params["weight"]
        check_features("ConvTranspose2d", "channels", len(weight), x.shape[1])
        N, C, _, _ = x.shape
        grid = self.grid(x.shape[1:])
        matrix = self.matrix(weight).swapaxes(1, 2)  # (groups, K / groups, C / groups)
        inputs = x.reshape(N, C, grid.windows)
        y = np.empty((N, self.out_channels, *grid.size), np.result_type(x, weight))
        for block in blocks(N, self.scratch_floats(x.shape[1:])):
            y[block] = col2im(self.joined(matrix @ self.grouped(inputs[block])), grid)
        if self.use_bias:
            y += params["bias"][:, None, None]
        return y, x

    def backward(
        self, params: Params, cache: Any, grad_output: Array, *, input_grad: bool = True
    ) -> tuple[Array | None, Params]:
        """Return the gradients: by the input, the convolution of the output's."""
        x, weight = cache, params["weight"]
        N, C, _, _ = x.shape
        grid = self.grid(x.shape[1:])
        matrix = self.matrix(weight)  # (groups, C / groups, K / groups)
        inputs = x.reshape(N, C, grid.windows)
        grad_matrix = np.zeros_like(matrix)
        grad_input = np.empty(x.shape, x.dtype) if input_grad else None
        for block in blocks(N, self.scratch_floats(x.shape[1:])):
            columns = self.grouped(im2col(grad_output[block], grid))  # (n, groups, K / groups, P)
            grad_matrix += (self.grouped(inputs[block]) @ columns.swapaxes(2, 3)).sum(axis=0)
            if grad_input is not None:
                grad_input[block] = self.joined(matrix @ columns).reshape(-1, *x.shape[1:])
        grads = {"weight": grad_matrix.reshape(weight.shape)}
        if self.use_bias:
            grads["bias"] = grad_output.sum(axis=(0, 2, 3))
        return grad_input, grads
