"""Integers only: padding, output size, receptive field, what is dropped."""

from dataclasses import dataclass
from functools import cached_property

from cnnviz.nn.checks import choice, integer

Shape = tuple[int, ...]
"""A shape without the batch axis."""

Pair = tuple[int, int]
"""(height, width) or (before, after)."""

Pads = tuple[Pair, Pair]
"""((top, bottom), (left, right)): zeros around an image."""

Padding = str | int | Pair | Pads
"""What a user may write for padding."""

PADDINGS = ("valid", "same", "same_lower", "full")
AXES = ("height", "width")
IN_NETWORK = ", or remove a layer before it that makes the image smaller"
"""The end of a sentence, which holds behind other layers alone."""


class ShapeError(ValueError):
    """A layer does not fit its input; the sentence has the arithmetic."""


def pair(value: object, name: str, *, minimum: int = 1) -> Pair:
    """Return (height, width) of an integer or of a pair of integers."""
    if isinstance(value, tuple | list):
        if len(value) != 2:
            raise ValueError(f"{name} must be an integer or a pair of them, received {value!r}.")
        first, second = (integer(item, name, minimum=minimum) for item in value)
        return first, second
    size = integer(value, name, minimum=minimum)
    return size, size


def compact_pair(value: object, name: str, *, minimum: int = 1) -> int | Pair:
    """Return the shortest way to write a pair: 5 rather than (5, 5)."""
    height, width = pair(value, name, minimum=minimum)
    return height if height == width else (height, width)


def compact_padding(value: object, name: str) -> Padding:
    """Check a padding and return the shortest way to write it."""
    if isinstance(value, str):
        return choice(value, name, PADDINGS)
    if isinstance(value, tuple | list) and any(isinstance(item, tuple | list) for item in value):
        if len(value) != 2:
            raise ValueError(f"{name} must be ((top, bottom), (left, right)), received {value!r}.")
        rows, columns = (pair(item, name, minimum=0) for item in value)
    else:
        if isinstance(value, tuple | list) and len(value) != 2:
            raise ValueError(
                f"{name} must be an integer or a pair of them, or (top, bottom), (left, right), "
                f"received {value!r}."
            )
        height, width = pair(value, name, minimum=0)
        rows, columns = (height, height), (width, width)
    if rows[0] != rows[1] or columns[0] != columns[1]:
        return rows, columns
    return rows[0] if rows[0] == columns[0] else (rows[0], columns[0])


def window_extent(kernel: int, dilation: int) -> int:
    """Return the cells a dilated kernel spans: (kernel − 1) × dilation + 1."""
    return (kernel - 1) * dilation + 1


def output_size(size: int, extent: int, stride: int, pads: Pair, ceil_mode: bool = False) -> int:
    """Return the number of windows along one axis, 0 if not even one fits.

    With `ceil_mode` cells that are left over at the end get a window too, which reaches beyond
    the padding; it is dropped where it would start in the padding after the image, as in PyTorch.
    """
    room = size + sum(pads) - extent
    whole = room // stride + 1
    one_more = ceil_mode and room % stride > 0 and whole * stride < size + pads[0]
    return max(whole + one_more, 0)


def named_padding(word: str, size: int, extent: int, stride: int) -> Pair:
    """Return (before, after) of a padding given by its name, along one axis.

    "same" is TensorFlow's: ceil(size / stride) windows, an odd cell after; "same_lower" before.
    """
    if word == "valid":
        return 0, 0
    if word == "full":
        return extent - 1, extent - 1
    windows = -(-size // stride)
    total = max((windows - 1) * stride + extent - size, 0)
    less, more = total // 2, total - total // 2
    return (less, more) if word == "same" else (more, less)


def resolve_padding(padding: Padding, size: Pair, extent: Pair, stride: Pair) -> Pads:
    """Return ((top, bottom), (left, right)) of any padding a user may write."""
    if isinstance(padding, str):
        top_bottom, left_right = (
            named_padding(padding, size[axis], extent[axis], stride[axis]) for axis in (0, 1)
        )
        return top_bottom, left_right
    if isinstance(padding, int):
        return (padding, padding), (padding, padding)
    if isinstance(padding[0], int):
        height, width = padding
        return (height, height), (width, width)
    return padding


@dataclass(frozen=True)
class Grid:
    """Where a window comes to stand on an image of one size: all integers resolved."""

    size: Pair
    kernel: Pair
    stride: Pair
    dilation: Pair
    pads: Pads
    output: Pair

    @cached_property
    def extent(self) -> Pair:
        """The cells that a window spans."""
        return (
            window_extent(self.kernel[0], self.dilation[0]),
            window_extent(self.kernel[1], self.dilation[1]),
        )

    @cached_property
    def padded(self) -> Pair:
        """The size of the image with its padding."""
        return self.size[0] + sum(self.pads[0]), self.size[1] + sum(self.pads[1])

    @cached_property
    def dropped(self) -> Pair:
        """Rows and columns at the end of the padded image that no window reaches."""
        return max(self._rest(0), 0), max(self._rest(1), 0)

    @cached_property
    def overhang(self) -> Pair:
        """Rows and columns beyond the padded image that a last window of ceil_mode reaches."""
        return max(-self._rest(0), 0), max(-self._rest(1), 0)

    def _rest(self, axis: int) -> int:
        """Return the cells behind the last window, negative where it reaches too far."""
        end = (self.output[axis] - 1) * self.stride[axis] + self.extent[axis]
        return self.padded[axis] - end

    @cached_property
    def border(self) -> Pads:
        """What lies around the image so that all windows have their cells: padding, overhang."""
        ((top, bottom), (left, right)), (below, beside) = self.pads, self.overhang
        return (top, bottom + below), (left, right + beside)

    @cached_property
    def bordered(self) -> Pair:
        """The size of the image with its border."""
        (rows, columns), (below, beside) = self.padded, self.overhang
        return rows + below, columns + beside

    @cached_property
    def apart(self) -> bool:
        """Whether no two windows overlap."""
        return self.extent[0] <= self.stride[0] and self.extent[1] <= self.stride[1]

    @cached_property
    def covered_once(self) -> bool:
        """Whether windows side by side take each cell of the bordered image once."""
        return self.kernel == self.stride and self.dilation == (1, 1) and self.dropped == (0, 0)

    @cached_property
    def windows(self) -> int:
        """P = OH · OW."""
        return self.output[0] * self.output[1]

    def only_padding(self) -> tuple[str, int] | None:
        """Return (axis, index) of the first window that would see nothing but padding."""
        if self.pads == ((0, 0), (0, 0)):
            return None
        for axis, name in enumerate(AXES):
            for index in range(self.output[axis]):
                if not self.met(axis, index):
                    return name, index
        return None

    def met(self, axis: int, index: int, *, padding: bool = False) -> range:
        """Return the kernel cells of a window that fall on the image, along one axis.

        With `padding` also those that fall on its padding, but not on the overhang.
        """
        before, after = self.pads[axis] if padding else (0, 0)
        start = index * self.stride[axis] - self.pads[axis][0]
        first = -((start + before) // self.dilation[axis])  # at or behind the start
        stop = -((start - self.size[axis] - after) // self.dilation[axis])  # at or behind the end
        return range(max(first, 0), min(stop, self.kernel[axis]))

    @cached_property
    def beside(self) -> tuple[tuple[slice, slice], ...]:
        """For each kernel column: in which windows it falls on the image, and on what pixels."""
        stride, dilation, (left, _) = self.stride[1], self.dilation[1], self.pads[1]
        found = []
        for cell in range(self.kernel[1]):
            before = left - cell * dilation
            first = max(-(-before // stride), 0)  # the first window at or behind the start
            stop = min(-(-(self.size[1] + before) // stride), self.output[1])  # behind the end
            if first >= stop:
                found.append((slice(0, 0), slice(0, 0)))
                continue
            start = first * stride - before
            pixels = slice(start, start + (stop - first - 1) * stride + 1, stride)
            found.append((slice(first, stop), pixels))
        return tuple(found)


@dataclass(frozen=True)
class Window:
    """A sliding window as a layer describes it: pairs, and padding as the user wrote it."""

    kernel: Pair
    stride: Pair = (1, 1)
    dilation: Pair = (1, 1)
    padding: Padding = "valid"
    ceil_mode: bool = False

    def place(self, size: Pair, owner: str) -> Grid:
        """Return the grid of this window on an image of `size` (height, width).

        Raises
        ------
        ShapeError
            If the window does not fit; the sentence begins with `owner`.
        """
        extent = (
            window_extent(self.kernel[0], self.dilation[0]),
            window_extent(self.kernel[1], self.dilation[1]),
        )
        pads = resolve_padding(self.padding, size, extent, self.stride)
        output = (
            output_size(size[0], extent[0], self.stride[0], pads[0], self.ceil_mode),
            output_size(size[1], extent[1], self.stride[1], pads[1], self.ceil_mode),
        )
        for axis in (0, 1):
            if output[axis] < 1:
                raise ShapeError(self._misfit(owner, axis, size[axis], pads[axis]))
        return Grid(size, self.kernel, self.stride, self.dilation, pads, output)

    def _misfit(self, owner: str, axis: int, size: int, pads: Pair) -> str:
        """Return the sentence for a window that is larger than the padded image."""
        kernel, dilation = self.kernel[axis], self.dilation[axis]
        extent = window_extent(kernel, dilation)
        window = f"({kernel} − 1) × {dilation} + 1 = {extent}" if dilation > 1 else f"{extent}"
        smaller = "a smaller kernel or dilation" if dilation > 1 else "a smaller kernel"
        return (
            f"{owner}: the {self.kernel[0]}×{self.kernel[1]} kernel does not fit: {AXES[axis]} "
            f"{size} + padding {pads[0]} + {pads[1]} = {size + sum(pads)} is smaller than the "
            f'window of {window}; use padding="same", {smaller}{IN_NETWORK}.'
        )
