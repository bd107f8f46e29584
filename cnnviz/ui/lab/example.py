"""A small convolution of whole numbers, with its inputs: what im2col and Backward work on."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.nn.geometry import Pair, pair
from cnnviz.nn.layers import Conv2d
from cnnviz.nn.types import Array
from cnnviz.ui.state import Table, name, one_of
from cnnviz.ui.train.editor import parse_size
from cnnviz.ui.train.fields import choice_input, keep, number_input
from cnnviz.ui.train.hints import hint
from cnnviz.ui.train.numbers import Numbers

IMAGES = {"counted": "counted: 1, 2, 3, …", "random": "random whole numbers"}
AXES = ("height", "width")
CHANNELS, FILTERS = Numbers("Channels", 1, 3), Numbers("Filters", 1, 8)
SEED = Numbers("Seed", 0, 9999)
WORDS = {
    "size": ("Size", "6", "Height and width of the image: 6, or 5, 7."),
    "kernel": ("Kernel", "3", hint("Conv2d", "kernel_size")),
    "stride": ("Stride", "1", hint("Conv2d", "stride")),
    "padding": ("Padding", "valid", hint("Conv2d", "padding")),
    "dilation": ("Dilation", "1", hint("Conv2d", "dilation")),
}
"""Label, usual text and help of what is typed as one or two numbers, or as a word."""


@dataclass(frozen=True, eq=False)
class Example:
    """A layer with one group and no bias, and what it works on: x (C, H, W), weight (F, C, …)."""

    layer: Conv2d
    x: Array
    weight: Array


def table(prefix: str) -> Table:
    """Return the parameters in the URL, with the readers of their texts."""
    numbers = {"channels": CHANNELS.read, "filters": FILTERS.read, "seed": SEED.read}
    readers = {"image": one_of(IMAGES), **numbers, **dict.fromkeys(WORDS, name)}
    return {prefix + key: reader for key, reader in readers.items()}


def example(prefix: str, *, most: int = 28, usual_filters: int = 2) -> Example:
    """Draw the inputs, their keys with this prefix; return what they describe.

    Parameters
    ----------
    most
        Cells that the image may have along an axis.
    usual_filters
        Filters as long as nobody has asked for others.

    Raises
    ------
    ValueError
        One sentence, where a number makes no sense or the kernel does not fit (ShapeError).
    """
    with st.grid("auto", min_column_width=105):
        image = choice_input(
            "Image",
            prefix + "image",
            [*IMAGES],
            "counted",
            format_func=lambda key: IMAGES[key],
            help="Counted: every cell has a number of its own, so its copies are easily found.",
        )
        words = {key: _word(prefix, key) for key in WORDS}
        channels = _count(prefix, CHANNELS, 1, "Of the image, 1 to 3.")
        filters = _count(
            prefix, FILTERS, usual_filters, "Of the kernel, 1 to 8: each makes an output map."
        )
        seed = _count(prefix, SEED, 0, "Another seed draws other random numbers.")
    layer = Conv2d(
        int(FILTERS.check(filters)),
        parse_size(words["kernel"]),
        parse_size(words["stride"]),
        parse_size(words["padding"]),
        parse_size(words["dilation"]),
        use_bias=False,
    )
    shape = (int(CHANNELS.check(channels)), *image_size(words["size"], most))
    layer.output_shape(shape)
    return filled(layer, shape, image, int(SEED.check(seed)))


def image_size(text: str, most: int) -> Pair:
    """Return (height, width); raises ValueError with a sentence."""
    size = pair(parse_size(text), "The image's size")
    for axis, cells in zip(AXES, size, strict=True):
        Numbers(f"The image's {axis}", 1, most).check(cells, "type a smaller one")
    return size


def filled(layer: Conv2d, shape: tuple[int, int, int], image: str, seed: int) -> Example:
    """Return the example with its numbers: float32, and whole, so that all sums are exact."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(-2, 3, layer.weight_shape(shape[0])).astype(np.float32)
    drawn = rng.integers(-4, 10, shape).astype(np.float32)
    counted = np.arange(1, drawn.size + 1, dtype=np.float32).reshape(shape)
    return Example(layer, counted if image == "counted" else drawn, weight)


def _word(prefix: str, key: str) -> str:
    """Draw an input of one or two numbers; an emptied one takes the usual text."""
    label, usual, help = WORDS[key]
    keep(prefix + key, str(st.session_state.get(prefix + key) or usual))
    return str(st.text_input(label, usual, key=prefix + key, help=help, persist_state="session"))


def _count(prefix: str, allowed: Numbers, usual: int, help: str) -> object:
    key = prefix + allowed.label.lower()
    return number_input(allowed.label, key, usual, whole=True, help=help)
