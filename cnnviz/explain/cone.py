"""What a unit sees of the layer before it, and through all of them of the image."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.nn.geometry import Grid, Shape
from cnnviz.nn.layers import Layer
from cnnviz.nn.model import Sequential
from cnnviz.nn.transposed import TransposedWindow

Cells = tuple[int, ...]
"""Rows or columns, in order."""


@dataclass(frozen=True)
class Seen:
    """What the units of one layer see of its input.

    `rows[i]` are the input rows that an output in row i sees, `columns` likewise; both are None
    where each unit sees the cell of its own place or, with `everything`, all there are.
    """

    rows: tuple[Cells, ...] | None = None
    columns: tuple[Cells, ...] | None = None
    everything: bool = False


def seen_by_layers(model: Sequential, input_shape: Shape, layers: int) -> list[Seen]:
    """Return what the units of each of the first `layers` layers see, which have to fit."""
    found, shape = [], input_shape
    for layer in model.layers[:layers]:
        found.append(seen_by(layer, shape))
        shape = layer.output_shape(shape)
    return found


def seen_by(layer: Layer, input_shape: Shape) -> Seen:
    """Return what the units of a layer see of its input."""
    window = layer.window()
    if window is None:
        return Seen(everything=layer.sees_all)
    grid = window.place((input_shape[1], input_shape[2]), type(layer).__name__)
    met = inputs_met if isinstance(window, TransposedWindow) else cells_met
    rows, columns = (tuple(map(tuple, met(grid, axis))) for axis in (0, 1))
    return Seen(rows, columns)


def window_places(grid: Grid, axis: int) -> NDArray[np.int64]:
    """Return the rows or columns that each window's kernel cells stand on, (windows, kernel).

    They are counted from the image's first one; those below 0 and behind its last are padding.
    """
    starts = np.arange(grid.output[axis]) * grid.stride[axis] - grid.pads[axis][0]
    return starts[:, np.newaxis] + np.arange(grid.kernel[axis]) * grid.dilation[axis]


def cells_met(grid: Grid, axis: int) -> list[list[int]]:
    """Return for each window the cells of the image that it meets along an axis."""
    places = window_places(grid, axis)
    inside = (places >= 0) & (places < grid.size[axis])
    return [row[met].tolist() for row, met in zip(places, inside, strict=True)]


def inputs_met(grid: Grid, axis: int) -> list[list[int]]:
    """Return for each output of a transposed convolution the inputs whose kernel reaches it."""
    inputs: list[list[int]] = [[] for _ in range(grid.size[axis])]
    for index, cells in enumerate(cells_met(grid, axis)):
        for cell in cells:
            inputs[cell].append(index)
    return inputs
