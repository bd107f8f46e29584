"""Which images excite a filter most, and which patch of them it saw."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.explain.filters import response_place
from cnnviz.explain.images import Images, chunks
from cnnviz.nn.geometry import Pair, Shape
from cnnviz.nn.layers import Layer
from cnnviz.nn.model import Sequential
from cnnviz.nn.transposed import TransposedWindow
from cnnviz.nn.types import Array, ModelParams

Span = Pair
"""The first and the last row or column."""


@dataclass(frozen=True, eq=False)
class Excitement:
    """The largest response of each filter to each image, and where it was.

    Parameters
    ----------
    places : (n,) of the images
    values : float32 (n, F)
    cells : int64 (n, F)
        Row × OW + column of the strongest cell.
    size : (OH, OW)
    """

    places: NDArray[np.intp]
    values: NDArray[np.float32]
    cells: NDArray[np.int64]
    size: Pair

    def cell(self, number: int, unit: int) -> Pair:
        """Return row and column of a filter's strongest cell in the image of this number."""
        row, column = divmod(int(self.cells[number, unit]), self.size[1])
        return row, column

    def strongest(self, unit: int, most: int) -> list[int]:
        """Return the numbers of the images that excite a filter most, the strongest first."""
        values = self.values[:, unit].astype(np.float64)
        order = np.argsort(np.where(np.isnan(values), np.inf, -values), kind="stable")
        return [int(number) for number in order[:most] if np.isfinite(values[number])]


def excitement(
    model: Sequential,
    params: ModelParams,
    index: int,
    images: Images,
    places: NDArray[np.intp],
) -> Generator[float, None, Excitement]:
    """Yield the share that is done; return how strongly each filter responds to each image.

    The response is taken before the activation (behind batch normalization, if there is one):
    there no two of them look alike because both were cut off.

    Parameters
    ----------
    index : the convolution's place, from 0
    places : of the images that are looked at

    Raises
    ------
    ValueError
        If there is no image.
    """
    end = response_place(model, index)
    head = Sequential(model.layers[:end])
    values, cells, size = [], [], (1, 1)
    for part, x, _ in chunks(images, places):
        with np.errstate(all="ignore"):
            maps, _ = head.forward(params[:end], x)
        size = maps.shape[2:]
        flat = maps.reshape(*maps.shape[:2], -1)  # (n, F, OH · OW)
        best = flat.argmax(axis=2)
        cells.append(best)
        values.append(np.take_along_axis(flat, best[..., None], axis=2)[..., 0])
        yield part.stop / len(places)
    found = np.concatenate(values).astype(np.float32, copy=False)
    return Excitement(places, found, np.concatenate(cells).astype(np.int64), size)


def field(model: Sequential, input_shape: Shape, layers: int, cell: Pair) -> tuple[Span, Span]:
    """Return the rows and columns of the network's input that one cell sees, padding included.

    Parameters
    ----------
    layers : int
        How many of the first layers there are up to the cell; they keep rows and columns.
    cell : row and column

    Returns
    -------
    rows, columns : (first, last)
        Counted from the image's first ones; below 0 and behind the last lies padding.
    """
    shapes = model.input_shapes(input_shape)
    spans: list[Span] = [(cell[0], cell[0]), (cell[1], cell[1])]
    for number in range(layers - 1, -1, -1):
        size = shapes[number][1:]
        for axis in (0, 1):
            spans[axis] = _before(model.layers[number], size, axis, spans[axis])
    return spans[0], spans[1]


def _before(layer: Layer, size: Shape, axis: int, span: Span) -> Span:
    """Return what a span of a layer's output sees of its input of `size` (H, W), on one axis."""
    window = layer.window()
    if window is None:
        return span
    grid = window.place((size[0], size[1]), type(layer).__name__)
    stride, (before, _), reach = grid.stride[axis], grid.pads[axis], grid.extent[axis] - 1
    first, last = span
    if isinstance(window, TransposedWindow):  # input i lies on the outputs i · stride − before …
        return -((reach - first - before) // stride), (last + before) // stride
    return first * stride - before, last * stride - before + reach


def patch(image: Array, rows: Span, columns: Span) -> NDArray[np.float32]:
    """Return a part of an image (H, W); NaN where it lies outside."""
    height, width = rows[1] - rows[0] + 1, columns[1] - columns[0] + 1
    cut = np.full((height, width), np.nan, np.float32)
    inside = [
        range(max(first, 0), min(last + 1, size))
        for (first, last), size in zip((rows, columns), image.shape, strict=True)
    ]
    if all(inside):
        (top, bottom), (left, right) = ((places[0], places[-1] + 1) for places in inside)
        to = np.s_[top - rows[0] : bottom - rows[0], left - columns[0] : right - columns[0]]
        cut[to] = image[top:bottom, left:right]
    return cut
