"""One layer on one image size: what the shape calculator is asked about."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from cnnviz.nn.geometry import (
    IN_NETWORK,
    Grid,
    Padding,
    Pads,
    Pair,
    Shape,
    Window,
    compact_padding,
    resolve_padding,
)
from cnnviz.nn.layers import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d
from cnnviz.nn.layers.conv import Convolution
from cnnviz.nn.layers.pool import Pool2d

IN_CHANNELS, OUT_CHANNELS = 3, 8
"""Channels of the image and filters of a convolution, wherever both have to be told."""

KINDS: tuple[str, ...] = ("Conv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool2d")


@dataclass(frozen=True)
class Setting:
    """A layer as it is typed, which may make no sense, on an image of `size` (height, width)."""

    kind: str = "Conv2d"
    size: Pair = (28, 28)
    kernel: Pair = (3, 3)
    stride: Pair = (1, 1)
    dilation: Pair = (1, 1)
    padding: Padding = "valid"
    output_padding: Pair = (0, 0)
    ceil_mode: bool = False

    @property
    def pools(self) -> bool:
        """Whether it is a pooling layer."""
        return self.kind in ("MaxPool2d", "AvgPool2d")

    @property
    def transposed(self) -> bool:
        """Whether it is a transposed convolution."""
        return self.kind == "ConvTranspose2d"

    @property
    def words(self) -> str | None:
        """The padding's name, None where it is given in numbers."""
        return self.padding if isinstance(self.padding, str) else None

    @property
    def pads(self) -> Pads | None:
        """((top, bottom), (left, right)) of a padding in numbers, None of one by its name."""
        return None if self.words else resolve_padding(self.padding, (0, 0), (0, 0), (1, 1))

    def layer(self) -> Convolution | Pool2d:
        """Return the layer; raises ValueError where its numbers make no sense."""
        more: dict[str, Any] = {"stride": self.stride, "dilation": self.dilation}
        more["padding"] = compact_padding(self.padding, f"{self.kind}: padding")
        if self.pools:
            pool = MaxPool2d if self.kind == "MaxPool2d" else AvgPool2d
            return pool(self.kernel, ceil_mode=self.ceil_mode, **more)
        if self.transposed:
            more["output_padding"] = self.output_padding
            return ConvTranspose2d(OUT_CHANNELS, self.kernel, **more)
        return Conv2d(OUT_CHANNELS, self.kernel, **more)

    def window(self) -> Window:
        """Return the layer's window."""
        return self.layer().window()

    def grid(self) -> Grid:
        """Return where the windows stand, of a transposed convolution those on its output.

        Raises
        ------
        ValueError
            With one sentence, if the numbers make no sense or the window does not fit.
        """
        return self.layer().grid((IN_CHANNELS, *self.size))

    def output(self) -> Pair:
        """Return the size of the output (height, width); raises ValueError as `grid`."""
        grid = self.grid()
        return grid.size if self.transposed else grid.output

    def shapes(self) -> tuple[Shape, Shape]:
        """Return the shapes of input and output; raises ValueError as `grid`."""
        before = (IN_CHANNELS, *self.size)
        return before, self.layer().output_shape(before)

    def problem(self) -> str:
        """Return why this is impossible, in a sentence, or ""."""
        try:
            self.grid()
        except ValueError as error:
            return alone(str(error))
        return ""


def alone(problem: str) -> str:
    """Return an engine's sentence without the way out that a layer has only within a network."""
    return problem.replace(IN_NETWORK, ", or a larger image")


Make = Callable[[int], Setting]
"""What a number would make of a setting."""


def made(setting: Setting, field: str, value: Any) -> Setting:
    """Return the setting with another value in a field."""
    return replace(setting, **{field: value})
