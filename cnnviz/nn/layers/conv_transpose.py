"""Transposed convolution: what goes back through a convolution, as a layer of its own."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.nn.geometry import AXES, Padding, Pair, Shape, compact_pair, pair
from cnnviz.nn.layers.base import check_features
from cnnviz.nn.layers.conv import Convolution
from cnnviz.nn.slabs import columns, to_images, to_slabs
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
        grid, slabs = self.grid(x.shape[1:]), to_slabs(x)
        y = self.back(weight, self.grouped(slabs), grid)
        if self.use_bias:
            y += params["bias"][:, None, None]
        return to_images(y), to_images(slabs)

    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Return the gradients: by the input, the convolution of the output's."""
        slabs, weight = to_slabs(cache), params["weight"]
        grid = self.grid(cache.shape[1:])
        matrices = columns(to_slabs(grad_output), grid, self.groups)  # (G, H, K, W · N)
        grads = self.gradients(self.grouped(slabs), matrices, weight, grad_output)
        if not input_grad:
            return None, grads
        grad_input = np.empty_like(slabs)
        np.matmul(self.matrix(weight), matrices, out=self.grouped(grad_input))
        return to_images(grad_input), grads
