"""What the reader is asked on the Convolution page; the engine has the answers."""

from dataclasses import replace

import numpy as np

from cnnviz.explain.cell import Convolved, terms
from cnnviz.nn.geometry import Pair
from cnnviz.ui.lab.card import Answer, Question


def missing_product(found: Convolved, filter: int, cell: Pair) -> Question:
    """Ask for the largest product of an output cell, given the other products and their sum."""
    parts = terms(found, filter, cell)
    place = np.unravel_index(np.abs(parts.products).argmax(), parts.products.shape)
    product, value, weight = (
        float(array[place]) for array in (parts.products, parts.values, parts.weights)
    )
    whole = float(parts.products.sum())
    channel, row, column = (int(i) for i in place)
    of = f", channel {found.channels(filter)[channel]}" if len(parts.values) > 1 else ""
    return Question(
        f"The products of output row {cell[0]}, column {cell[1]} add up to **{number(whole)}**. "
        f"Without the one of kernel row {row}, column {column}{of} they add up to "
        f"**{number(whole - product)}**. What is that product?",
        (Answer("Product", product, tolerance=0.002 * max(abs(product), abs(whole), 1e-9)),),
        "The whole is the rest plus the missing product.",
        f"{number(whole)} − {signed(whole - product)} = {number(product)}, and value × weight is "
        f"{number(value)} × {signed(weight)} = {number(product)}.",
    )


def elsewhere(cell: Pair, output: Pair) -> Pair:
    """Return an output cell whose products are not those on the page: the one opposite."""
    opposite = (output[0] - 1 - cell[0], output[1] - 1 - cell[1])
    return (0, 0) if opposite == cell else opposite


def output_size(found: Convolved) -> Question:
    """Ask for the output's height and width with a longer stride than the one on the page."""
    stride = (found.grid.stride[0] + 1, found.grid.stride[1] + 1)
    grid = replace(found.layer, stride=stride).grid(found.x.shape)
    by = f"{stride[0]}" if stride[0] == stride[1] else f"{stride[0]} × {stride[1]}"
    sums = [
        f"({grid.size[axis]} + {before} + {after} − {grid.extent[axis]}) ÷ {grid.stride[axis]} "
        f"rounded down, + 1 = {grid.output[axis]}"
        for axis, (before, after) in enumerate(grid.pads)
    ]
    return Question(
        f"Were the stride **{by}**, how many rows and columns would the output have?",
        (Answer("Rows", grid.output[0]), Answer("Columns", grid.output[1])),
        "Count the places where the window fits: size plus padding, minus the window, in steps of "
        "the stride, plus the first one.",
        f"Rows: {sums[0]}. Columns: {sums[1]}.",
    )


def number(value: float) -> str:
    """Return a number in at most four digits."""
    return f"{value + 0.0:.4g}".replace("-", "−")


def signed(value: float) -> str:
    """Return a number that stands behind a sign: in brackets where it has one itself."""
    return f"({number(value)})" if value < 0 else number(value)
