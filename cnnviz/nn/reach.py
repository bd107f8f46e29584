"""What one cell of a layer's output sees of the network's input."""

from dataclasses import dataclass
from fractions import Fraction
from math import prod

from cnnviz.nn.geometry import Pair, Window
from cnnviz.nn.transposed import TransposedWindow

Jump = tuple[Fraction, Fraction]
"""Cells of the network's input from one output to the next, along both axes."""


@dataclass(frozen=True)
class Reach:
    """The windows on the way from the network's input to a layer's output, the first one first."""

    path: tuple[Window, ...] = ()

    def through(self, window: Window) -> "Reach":
        """Return the reach behind one more layer."""
        return Reach((*self.path, window))

    @property
    def receptive_field(self) -> Pair:
        """The most that one output cell sees of the input (height, width), padding included.

        All outputs of convolutions see equally much. Those of a transposed convolution do not:
        with kernel 3 and stride 2 they see one and two cells in turn, and 2 is returned. Where
        more layers with strides or dilation follow, no output may see as much: then it is a bound.
        """
        return self._field(0), self._field(1)

    @property
    def jump(self) -> Jump:
        """The strides multiplied; a transposed convolution divides by its stride."""
        return self._jump(0), self._jump(1)

    def _field(self, axis: int) -> int:
        span = 0
        for window in reversed(self.path):
            span = seen(window, axis, span)
        return span + 1

    def _jump(self, axis: int) -> Fraction:
        return prod((pace(window, axis) for window in self.path), start=Fraction(1))


def pace(window: Window, axis: int) -> Fraction:
    """Return the input cells from one output to the next, along one axis."""
    stride = window.stride[axis]
    return Fraction(1, stride) if isinstance(window, TransposedWindow) else Fraction(stride)


def seen(window: Window, axis: int, span: int) -> int:
    """Return the distance of the outermost input cells that outputs `span` cells apart see.

    Input and output cells of a transposed convolution meet where their distance on the output,
    kernel cell × dilation + what the outputs are apart, is a multiple of the stride.
    """
    kernel, stride, dilation = window.kernel[axis], window.stride[axis], window.dilation[axis]
    farthest = (kernel - 1) * dilation
    if not isinstance(window, TransposedWindow):
        return span * stride + farthest
    if dilation == 1:
        return (farthest + span) // stride
    return next(
        (apart + span) // stride
        for apart in range(farthest, -1, -dilation)
        if (apart + span) % stride <= 2 * span
    )
