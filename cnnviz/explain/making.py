"""How one number of a layer's output was made, for every kind of layer.

A unit is the place of a number in the output of one image: (channel, row, column) or (feature,).
"""

from dataclasses import dataclass

import numpy as np

from cnnviz.explain.cone import seen_by_layers, window_places
from cnnviz.nn.geometry import Pair, Shape
from cnnviz.nn.layers import AvgPool2d, BatchNorm2d, Linear, LocalResponseNorm, MaxPool2d
from cnnviz.nn.layers.pool import Pool2d
from cnnviz.nn.model import LayerTrace, Sequential
from cnnviz.nn.types import Array, Params

Unit = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Weighted:
    """A sum of inputs, each times a weight, plus a bias; the largest products first.

    Parameters
    ----------
    places : (n, axes) where each input stands
    values, weights, products : (n,)
    bias : None where there is none
    total : the layer's own output
    """

    places: Array
    values: Array
    weights: Array
    products: Array
    bias: float | None
    total: float


def weighted(step: LayerTrace, params: Params, unit: Unit) -> Weighted:
    """Return the products behind a unit of a linear layer or of a convolution.

    The weight that an input meets is how the unit changes with it: the layer's way back tells.
    Inputs whose weight is 0 are left out, of a convolution also those outside the window.
    """
    x = step.input[0]
    if isinstance(step.layer, Linear):
        met = params["weight"][unit[0]]
    else:
        only = np.zeros_like(step.output)
        only[(0, *unit)] = 1
        back, _ = step.layer.backward(params, step.cache, only)
        met = np.zeros_like(x) if back is None else back[0]
    places = np.argwhere(met != 0)
    at = tuple(places.T)
    products = x[at].astype(np.float64) * met[at]
    order = np.argsort(-np.abs(products), kind="stable")
    bias = float(params["bias"][unit[0]]) if "bias" in params else None
    return Weighted(
        places[order],
        x[at][order],
        met[at][order],
        products[order],
        bias,
        float(step.output[(0, *unit)]),
    )


@dataclass(frozen=True, eq=False)
class Pooled:
    """The window of a pooling, and what became of it.

    Parameters
    ----------
    values : (KH, KW), 0 where the window meets no image
    outside : (KH, KW), whether a cell is padding or beyond
    rows, columns : where the cells stand in the layer's input
    winner : the kernel cell of the maximum; None for a mean
    count : the cells that a mean is taken over; 0 for a maximum
    total : the layer's own output
    """

    values: Array
    outside: Array
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    winner: Pair | None
    count: int
    total: float


def pooled(step: LayerTrace, unit: Unit) -> Pooled:
    """Return the window behind a unit of a pooling layer; raises ValueError for others."""
    layer = step.layer
    if not isinstance(layer, Pool2d):
        raise ValueError(f"{type(layer).__name__} has no pooling window.")
    channel, row, column = unit
    x = step.input[0, channel]
    grid = layer.grid(step.input.shape[1:])
    rows, columns = (window_places(grid, axis)[at] for axis, at in enumerate((row, column)))
    inside = np.outer(
        *((at >= 0) & (at < n) for at, n in zip((rows, columns), x.shape, strict=True))
    )
    values = np.zeros(grid.kernel, x.dtype)
    values[inside] = x[np.ix_(rows.clip(0, len(x) - 1), columns.clip(0, x.shape[1] - 1))][inside]
    winner, count = None, 0
    if isinstance(layer, MaxPool2d):
        won = int(step.cache[0][row, channel, column, 0])
        winner = (won // grid.kernel[1], won % grid.kernel[1])
    elif isinstance(layer, AvgPool2d):
        count = int(layer.divisors(grid, np.float64)[row, 0, column, 0])
    return Pooled(
        values,
        ~inside,
        tuple(map(int, rows)),
        tuple(map(int, columns)),
        winner,
        count,
        float(step.output[(0, *unit)]),
    )


@dataclass(frozen=True)
class Normalized:
    """(x − mean) / √(var + eps) · weight + bias = total, of a channel's running statistics."""

    x: float
    mean: float
    var: float
    eps: float
    weight: float
    bias: float
    total: float

    @property
    def scaled(self) -> float:
        """What the bias is added to."""
        return (self.x - self.mean) / float(np.sqrt(self.var + self.eps)) * self.weight


def normalized(step: LayerTrace, params: Params, unit: Unit) -> Normalized:
    """Return what made a unit of a batch normalization; raises ValueError for other layers."""
    if not isinstance(step.layer, BatchNorm2d):
        raise ValueError(f"{type(step.layer).__name__} normalizes nothing by its running mean.")
    mean, var, weight, bias = (
        float(params[key][unit[0]]) for key in ("running_mean", "running_var", "weight", "bias")
    )
    x, total = float(step.input[(0, *unit)]), float(step.output[(0, *unit)])
    return Normalized(x, mean, var, step.layer.eps, weight, bias, total)


@dataclass(frozen=True, eq=False)
class AmongNeighbors:
    """x · (k + alpha / size · Σ neighbors²)^−beta = total.

    Parameters
    ----------
    first : the channel of the first neighbor
    neighbors : their values at the same place, the own one among them
    base : what stands in the brackets
    """

    x: float
    first: int
    neighbors: Array
    base: float
    total: float


def among_neighbors(step: LayerTrace, unit: Unit) -> AmongNeighbors:
    """Return what made a unit of a local response normalization; ValueError for other layers."""
    layer = step.layer
    if not isinstance(layer, LocalResponseNorm):
        raise ValueError(f"{type(layer).__name__} looks at no neighbor channels.")
    channel, row, column = unit
    first = max(channel - layer.size // 2, 0)
    x, sums, _ = step.cache
    return AmongNeighbors(
        x=float(x[0, channel, row, column]),
        first=first,
        neighbors=x[0, first : channel + (layer.size - 1) // 2 + 1, row, column],
        base=float(sums[0, channel, row, column]),
        total=float(step.output[(0, *unit)]),
    )


def strongest_unit(output: Array) -> Unit:
    """Return the place in one image's output (1, …) of the number farthest from zero."""
    size = np.nan_to_num(np.abs(output[0]), nan=-1.0)
    return tuple(int(i) for i in np.unravel_index(int(size.argmax()), size.shape))


@dataclass(frozen=True)
class Field:
    """The pixels of the network's input that a unit depends on: rows and columns, in order."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]


def field(model: Sequential, input_shape: Shape, layers: int, unit: Unit) -> Field:
    """Return what a unit behind the first `layers` layers sees of the image (C, H, W)."""
    _, H, W = input_shape
    everything = Field(tuple(range(H)), tuple(range(W)))
    if len(unit) != 3:
        return _of_vector(model, input_shape, layers, unit) or everything
    rows, columns = {unit[1]}, {unit[2]}
    for seen in reversed(seen_by_layers(model, input_shape, layers)):
        if seen.everything:
            return everything
        if seen.rows is not None and seen.columns is not None:
            rows = {cell for row in rows for cell in seen.rows[row]}
            columns = {cell for column in columns for cell in seen.columns[column]}
    return Field(tuple(sorted(rows)), tuple(sorted(columns)))


def _of_vector(model: Sequential, input_shape: Shape, layers: int, unit: Unit) -> Field | None:
    """Return what a unit of a vector sees: that of the map's cell it is, None for all."""
    shapes = model.input_shapes(input_shape)[: layers + 1]
    last = max(i for i, shape in enumerate(shapes) if len(shape) == 3)
    if any(layer.sees_all for layer in model.layers[last:layers]):
        return None
    cell = tuple(int(i) for i in np.unravel_index(unit[0], shapes[last]))
    return field(model, input_shape, last, cell)
