"""What im2col makes of an image, where every number comes from, and what the way back does.

Notation: C channels of H×W cells, F filters of KH×KW cells, K = C · KH · KW, P = OH · OW windows.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter

import numpy as np

from cnnviz.nn import reference
from cnnviz.nn.geometry import Grid, Shape
from cnnviz.nn.im2col import col2im, im2col, pad
from cnnviz.nn.layers import Conv2d
from cnnviz.nn.summary import FLOAT_BYTES
from cnnviz.nn.types import Array

ENOUGH_SECONDS = 1.5


@dataclass(frozen=True, eq=False)
class Unfolded:
    """A convolution as a matrix product.

    Parameters
    ----------
    x, padded : (C, H, W), and the same with its padding (C, PH, PW)
    outside : (C, PH, PW) whether a cell of the padded image is padding
    origin : (K, P) the cell of the flat padded image that each entry of the columns is a copy of
    columns : (K, P)
    kernels : (F, K)
    product : (F, P)
    """

    grid: Grid
    x: Array
    padded: Array
    outside: Array
    origin: Array
    columns: Array
    kernels: Array
    product: Array


def unfold(layer: Conv2d, x: Array, weight: Array) -> Unfolded:
    """Return the matrices behind a convolution of x (C, H, W) with one group and no bias.

    Raises
    ------
    ShapeError
        If the layer does not fit the image.
    """
    grid = layer.grid(x.shape)
    y, _ = replace(layer, use_bias=False).forward({"weight": weight}, x[None])
    padded = pad(x[None], grid.border)
    cells = np.arange(padded.size).reshape(padded.shape)
    return Unfolded(
        grid=grid,
        x=x,
        padded=padded[0],
        outside=pad(np.zeros((1, *x.shape), bool), grid.border, 1.0)[0],
        origin=im2col(cells, without_padding(grid))[0],
        columns=im2col(x[None], grid)[0],
        kernels=weight.reshape(len(weight), -1),
        product=y.reshape(len(weight), grid.windows),
    )


def origins(shape: Shape, grid: Grid) -> Array:
    """Return (K, P): the number of the image cell behind each entry of the columns, −1: none."""
    cells = np.arange(1, math.prod(shape) + 1).reshape(1, *shape)
    entries: Array = im2col(cells, grid)[0] - 1  # padding is zero
    return entries


def without_padding(grid: Grid) -> Grid:
    """Return the same windows on an image that brings its padding with it."""
    return replace(grid, size=grid.bordered, pads=((0, 0), (0, 0)))


@dataclass(frozen=True)
class Repeats:
    """How often image cells stand in the columns.

    `cells` has, for each number of copies, the cells with so many; `padding` counts the entries
    that are copies of padding. Σ copies · cells + padding = K · P.
    """

    cells: dict[int, int]
    padding: int

    @property
    def entries(self) -> int:
        """K · P."""
        return sum(copies * cells for copies, cells in self.cells.items()) + self.padding


def repeats(unfolded: Unfolded) -> Repeats:
    """Return how often the cells of the image stand in its columns."""
    copies = np.bincount(unfolded.origin.ravel(), minlength=unfolded.padded.size)
    outside = unfolded.outside.ravel()
    values, cells = np.unique(copies[~outside], return_counts=True)
    return Repeats(
        dict(zip(values.tolist(), cells.tolist(), strict=True)), int(copies[outside].sum())
    )


@dataclass(frozen=True)
class Memory:
    """Bytes of one image and of its columns in float32."""

    image: int
    columns: int

    @property
    def ratio(self) -> float:
        """How many times as much the columns take."""
        return self.columns / self.image


def memory(unfolded: Unfolded) -> Memory:
    """Return what image and columns take."""
    return Memory(FLOAT_BYTES * unfolded.x.size, FLOAT_BYTES * unfolded.columns.size)


@dataclass(frozen=True, eq=False)
class WayBack:
    """What col2im makes of the columns it is given.

    Parameters
    ----------
    counts : (C, H, W) the windows that touch each cell: col2im of nothing but ones
    back : (C, H, W) col2im of the image's own columns
    others : (K, P) other columns, drawn at random
    scattered : (C, H, W) col2im of these
    """

    counts: Array
    back: Array
    others: Array
    scattered: Array


def way_back(unfolded: Unfolded, seed: int = 0) -> WayBack:
    """Return what col2im makes of ones, of the image's columns and of small whole numbers."""
    columns, grid = unfolded.columns, unfolded.grid
    drawn = np.random.default_rng(seed).integers(-3, 4, columns.shape).astype(columns.dtype)
    return WayBack(
        counts=col2im(np.ones_like(columns)[None], grid)[0],
        back=col2im(columns[None], grid)[0],
        others=drawn,
        scattered=col2im(drawn[None], grid)[0],
    )


def inner(a: Array, b: Array) -> float:
    """Return ⟨a, b⟩, the sum of all products, in float64."""
    return float(np.vdot(a.astype(np.float64), b.astype(np.float64)))


@dataclass(frozen=True)
class Race:
    """Median seconds of the same convolution by loops and by im2col.

    `difference` is the largest one between the two results.
    """

    loops: float
    im2col: float
    loop_runs: int
    im2col_runs: int
    difference: float


def race(layer: Conv2d, x: Array, weight: Array) -> Race:
    """Measure the loops of `reference` against the layer, each after one run to warm up."""
    grid = layer.grid(x.shape)
    plain, batch = replace(layer, use_bias=False), x[None]
    bias = np.zeros(len(weight), x.dtype)

    def by_loops() -> Array:
        return reference.conv2d(batch, weight, bias, grid)

    def by_product() -> Array:
        return plain.forward({"weight": weight}, batch)[0]

    difference = float(np.abs(by_loops() - by_product()).max())
    loops, products = timed(by_loops, most=7), timed(by_product, most=101)
    return Race(median(loops), median(products), len(loops), len(products), difference)


def timed(work: Callable[[], object], *, most: int, least: int = 3) -> list[float]:
    """Return the seconds of several runs: at least `least`, then `most` or enough of them."""
    seconds: list[float] = []
    while len(seconds) < least or (len(seconds) < most and sum(seconds) < ENOUGH_SECONDS):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return seconds
