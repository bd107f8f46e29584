"""What one cell of a layer's output sees of the network's input."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

import numpy as np
from numpy.typing import NDArray

from cnnviz.nn.geometry import Grid, Pair, Window
from cnnviz.nn.transposed import TransposedWindow

Cells = NDArray[np.int64]
MOST_CELLS = 100_000  # windows × kernel cells along an axis that are looked at one by one
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


def all_seen(path: Sequence[tuple[Window, Grid]], image: Pair) -> Pair:
    """Return how much of an image (height, width) all outputs behind some windows see together.

    From the first row that any of them sees to the last one, and likewise columns; what strides
    and borders leave out does not count. With windows beyond `MOST_CELLS` it is the whole image.
    """
    fields = _all_seen(path, image, 0), _all_seen(path, image, 1)
    return fields if all(fields) else (0, 0)


def _all_seen(path: Sequence[tuple[Window, Grid]], image: Pair, axis: int) -> int:
    if any(
        max(grid.size[axis], grid.output[axis]) * grid.kernel[axis] > MOST_CELLS for _, grid in path
    ):
        return image[axis]
    seen: Cells | None = None
    for window, grid in reversed(path):
        seen = seen_through(window, grid, axis, seen)
    if seen is None:
        return image[axis]
    return int(seen[-1] - seen[0]) + 1 if len(seen) else 0


def seen_through(window: Window, grid: Grid, axis: int, outputs: Cells | None = None) -> Cells:
    """Return the input cells that some outputs, by default all, see along one axis, in order."""
    turned = isinstance(window, TransposedWindow)  # its windows stand on the output
    if outputs is None:
        outputs = np.arange((grid.size if turned else grid.output)[axis])
    places = np.arange(grid.kernel[axis]) * grid.dilation[axis] - grid.pads[axis][0]
    if turned:
        cells, rest = np.divmod(np.subtract.outer(outputs, places), grid.stride[axis])
        inside = (rest == 0) & (cells >= 0) & (cells < grid.output[axis])
    else:
        cells = np.add.outer(outputs * grid.stride[axis], places)
        inside = (cells >= 0) & (cells < grid.size[axis])
    return np.unique(cells[inside])
