"""A small convolution with its inputs: what im2col and Backward work on.

Its numbers are whole, so that every sum is exact; or it sees a picture, or is a run's own layer.
"""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from cnnviz.nn.geometry import AXES, Pair, ShapeError, pair
from cnnviz.nn.layers import Conv2d
from cnnviz.nn.spec import Spec
from cnnviz.nn.types import Array
from cnnviz.ui.lab.inputs import check_drawable, size_input
from cnnviz.ui.lab.source import (
    DRAWING_TABLE,
    SOURCES,
    layer_input,
    source_or_problem,
    source_table,
)
from cnnviz.ui.lab.trained import NO_RUN, Trained
from cnnviz.ui.state import Table, name, one_of
from cnnviz.ui.train.fields import choice_input, number_input
from cnnviz.ui.train.hints import hint
from cnnviz.ui.train.numbers import Numbers

NUMBERS = {"counted": "Counted", "random": "Random"}
PICTURES = {key: SOURCES[key] for key in ("picture", "drawing", "run")}
MOST_SIZE, MOST_CHANNELS = 28, 3
MOST_ENTRIES = 200_000  # in the matrix of columns
CHANNELS, FILTERS = Numbers("Channels", 1, MOST_CHANNELS), Numbers("Filters", 1, 8)
SEED = Numbers("Seed", 0, 9999)
SIZE = ("size", "Size", "6", "Height and width of the image: 6, or 5, 7.")
WINDOW = (
    ("kernel", "Kernel", "3", hint("Conv2d", "kernel_size")),
    ("stride", "Stride", "1", hint("Conv2d", "stride")),
    ("padding", "Padding", "valid", hint("Conv2d", "padding")),
    ("dilation", "Dilation", "1", hint("Conv2d", "dilation")),
)
"""Key, label, usual text and help of what is typed as one or two numbers, or as a word."""

OF_PICTURE = ("data", "image")
OF_RUN = ("run", "layer", "step", "image", "filters")
OF_NUMBERS = ("size", "channels")
OF_KERNEL = ("filters", "seed", *(key for key, *_ in WINDOW))


@dataclass(frozen=True, eq=False)
class Example:
    """A layer with one group and no bias, and what it works on: x (C, H, W), weight (F, C, …).

    `words` says in Markdown where picture and kernels come from.
    """

    layer: Conv2d
    x: Array
    weight: Array
    words: str = ""


def table(prefix: str) -> Table:
    """Return the parameters in the URL, with the readers of their texts."""
    counts = {"channels": CHANNELS.read, "filters": FILTERS.read, "seed": SEED.read}
    texts = dict.fromkeys([key for key, *_ in (SIZE, *WINDOW)], name)
    own = {"from": one_of(NUMBERS | PICTURES), **counts, **texts}
    borrowed = {prefix + key for key in ("data", "image", "run", "layer", "step")}
    return {
        **DRAWING_TABLE,
        **{key: read for key, read in source_table(prefix).items() if key in borrowed},
        **{prefix + key: read for key, read in own.items()},
    }


def in_use(prefix: str) -> Table:
    """Return the part of the table that the chosen image needs."""
    chosen = str(st.session_state.get(prefix + "from"))
    keys = {
        "picture": (*OF_PICTURE, *OF_KERNEL),
        "drawing": OF_KERNEL,
        "run": OF_RUN,
    }
    used = keys.get(chosen, (*OF_NUMBERS, *OF_KERNEL))
    whole = table(prefix)
    drawing = DRAWING_TABLE if chosen == "drawing" else {}
    return {prefix + key: whole[prefix + key] for key in ("from", *used)} | drawing


def example(
    prefix: str, *, most: int = MOST_SIZE, usual_filters: int = 2, pictures: bool = True
) -> Example:
    """Draw the inputs, their keys with this prefix; return what they describe.

    Parameters
    ----------
    most
        Cells that an image of numbers may have along an axis.
    usual_filters
        Filters as long as nobody has asked for others.
    pictures
        Whether pictures and layers of runs can be chosen too.

    Raises
    ------
    ValueError
        One sentence, where a number makes no sense or the kernel does not fit (ShapeError).
    """
    sources = NUMBERS | (PICTURES if pictures else {})
    with st.grid("auto", min_column_width=116):
        chosen = choice_input(
            "Input",
            prefix + "from",
            [*sources],
            "counted",
            format_func=lambda key: sources[key],
            help="Counted: every cell has a number of its own, so its copies are easily found. "
            "Random: whole numbers from −4 to 9.",
        )
        if chosen == "run":
            return of_run(prefix)
        if chosen in ("picture", "drawing"):
            source = source_or_problem(prefix, chosen, None)
            kernels = kernel_inputs(prefix, usual_filters)
            if isinstance(source, ValueError):
                raise source
            return with_kernels(kernels, source.x, source.words)
        size = size_input(SIZE[1], prefix + SIZE[0], *SIZE[2:])
        channels = _count(prefix, CHANNELS, 1, "Of the image, 1 to 3.")
        kernels = kernel_inputs(prefix, usual_filters)
    shape = int(CHANNELS.check(channels)), *image_size(size, most)
    x = image_of(chosen, shape, int(SEED.check(kernels["seed"])))
    return with_kernels(kernels, x, "")


def kernel_inputs(prefix: str, usual_filters: int) -> Spec:
    """Draw the inputs for the kernels; return what was typed, unchecked."""
    typed = {key: size_input(label, prefix + key, *more) for key, label, *more in WINDOW}
    filters = _count(prefix, FILTERS, usual_filters, "1 to 8: each makes an output map.")
    seed = _count(prefix, SEED, 0, "Another seed draws other random numbers.")
    return typed | {"filters": filters, "seed": seed}


def with_kernels(typed: Spec, x: Array, words: str) -> Example:
    """Return the example with an image and random kernels, as typed in `kernel_inputs`."""
    layer = Conv2d(
        int(FILTERS.check(typed["filters"])),
        typed["kernel"],
        typed["stride"],
        typed["padding"],
        typed["dilation"],
        use_bias=False,
    )
    check_columns(layer, x)
    rng = np.random.default_rng([int(SEED.check(typed["seed"])), 1])
    weight = rng.integers(-2, 3, layer.weight_shape(len(x))).astype(np.float32)
    return Example(layer, x, weight, words)


def check_columns(layer: Conv2d, x: Array) -> None:
    """Raise ShapeError where the padded image, or the matrix of columns, is too large to draw."""
    grid, C = layer.grid(x.shape), len(x)
    check_drawable(grid)
    (KH, KW), (OH, OW) = grid.kernel, grid.output
    entries = C * KH * KW * OH * OW
    if entries > MOST_ENTRIES:
        raise ShapeError(
            f"The columns are too large to draw: {C} × {KH} × {KW} rows times {OH} × {OW} columns "
            f"= {entries:,} entries, and {MOST_ENTRIES:,} can be shown; use a larger stride, a "
            "smaller kernel or a smaller image."
        )


def of_run(prefix: str) -> Example:
    """Draw the inputs for a run's layer and an image; return the layer's first filters on it."""
    found = layer_input(prefix)
    if found is None:
        raise ValueError(NO_RUN)
    source = source_or_problem(prefix, "run", found)
    filters = _count(prefix, FILTERS, 2, "The layer's first filters, 1 to 8.")
    if isinstance(source, ValueError):
        raise source
    return first_part(found, source.x, int(FILTERS.check(filters)), source.words)


def first_part(found: Trained, x: Array, filters: int, words: str) -> Example:
    """Return the first filters of a run's layer on the first channels of its input."""
    weight = found.weights["weight"]
    F, C = weight.shape[:2]
    weight = np.ascontiguousarray(weight[: min(filters, F // found.layer.groups), :MOST_CHANNELS])
    layer = replace(found.layer, out_channels=len(weight), groups=1, use_bias=False)
    part = f"The first {len(weight)} of {F} filters"
    if C > MOST_CHANNELS:
        part += f" on the first {MOST_CHANNELS} of {C} channels: their part of the sums"
    return Example(layer, x[: weight.shape[1]], weight, f"{words} {part}, without the bias.")


def image_size(typed: object, most: int) -> Pair:
    """Return (height, width); raises ValueError with a sentence."""
    size = pair(typed, "The image's size")
    for axis, cells in zip(AXES, size, strict=True):
        Numbers(f"The image's {axis}", 1, most).check(cells, "type a smaller one")
    return size


def image_of(kind: str, shape: tuple[int, int, int], seed: int) -> Array:
    """Return an image of whole numbers, counted from 1 or drawn from −4 to 9, as float32."""
    if kind == "counted":
        return np.arange(1, np.prod(shape) + 1, dtype=np.float32).reshape(shape)
    return np.random.default_rng(seed).integers(-4, 10, shape).astype(np.float32)


def _count(prefix: str, allowed: Numbers, usual: int, help: str) -> object:
    key = prefix + allowed.label.lower()
    return number_input(allowed.label, key, usual, whole=True, help=help)
