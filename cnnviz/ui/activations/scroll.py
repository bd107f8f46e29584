"""The layers below each other, from pixels to logits: pictures, bars, and their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.explain.activity import activity
from cnnviz.explain.making import Unit
from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers import Dropout, Flatten
from cnnviz.nn.types import Array
from cnnviz.ui.activations.forward import Forward, common_limits, series
from cnnviz.ui.activations.state import ABOUT, ABOUTS, Chosen, Row, choose
from cnnviz.ui.activations.words import layer_words, name_of, numbers_words, remarks
from cnnviz.ui.components.bars import bars
from cnnviz.ui.components.board import Part, Pixel, note
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.words import count_of

MOST_MAPS = 32
BARS = 150
PIXELS = 112
NAMES = ("Image 1", "Image 2", "Image 1 − image 2")
QUIET = (Flatten, Dropout)
"""Layers whose output looks like their input: a line is enough."""


@dataclass(frozen=True)
class Look:
    """How the scroll is drawn.

    `limits` is the range of all layers' pictures, None where each layer has its own; with `own`
    each map has.
    """

    limits: tuple[float, float] | None
    own: bool
    every_map: bool
    class_names: Sequence[str]


def pixel_rows(passes: list[Forward]) -> list[list[Part]]:
    """Return the first line of the scroll: what goes into the first layer."""
    images = [one.trace[0].input[0] for one in passes]
    shown = images if len(images) == 1 else [*images, images[0] - images[1]]
    pictures = [
        tiles(
            f"pixels-{place}",
            np.ascontiguousarray(values, np.float32),
            label=NAMES[place],
            titles=["pixels"],
            palette="gray" if len(passes) == 1 else "diverging",
            limits=(0.0, 1.0),
            size=PIXELS,
            show_label=len(passes) > 1,
            legend=True,
            quiet=True,
        )
        for place, values in enumerate(shown)
    ]
    numbers = numbers_words([activity(one[None]) for one in images])
    words = f"What goes into the first layer → {numbers}"
    return [[note("pixels", "Pixels", words)], pictures]


def layer_rows(
    row: Row, passes: list[Forward], look: Look, chosen: Chosen | None
) -> list[list[Part]]:
    """Return one line of the scroll: a title with numbers, and pictures or bars."""
    first = passes[0]
    head = [_head(row, passes, look)]
    if all(isinstance(first.trace[i - 1].layer, QUIET) for i in range(row.first, row.last + 1)):
        return [head]
    limits = look.limits or common_limits(passes, range(row.last, row.last + 1))
    unit = chosen.unit if chosen is not None and within(row, chosen) else None
    pictures = []
    for place, values in enumerate(series(passes, row.last)):
        name = NAMES[place] if len(passes) > 1 else ""
        picture = _maps if values.ndim == 3 else _bars
        part = picture(
            f"{row.first}-{place}",
            values,
            label=name or f"Layer {row.last}, {name_of(first.trace[row.last - 1].layer)}",
            limits=limits,
            unit=unit,
            look=look,
            final=row.last == len(first.trace),
            several=len(passes) > 1,
        )
        pictures.append(part)
    return [head, pictures]


def clicked(passes: list[Forward], pixel: Pixel) -> None:
    """Take the number apart that was clicked, of that image; for callbacks."""
    name, _, place = pixel.part.partition("-")
    if name.isdecimal():
        layer, spot = int(name), (pixel.tile, pixel.row, pixel.column)
        choose(layer, spot if passes[0].output(layer).ndim == 3 else (pixel.column,))
        if len(passes) > 1:
            st.session_state[ABOUT] = [*ABOUTS][int(place)]


def within(row: Row, chosen: Chosen) -> bool:
    """Whether what is taken apart belongs to this line."""
    return row.first <= chosen.layer <= row.last


def _head(row: Row, passes: list[Forward], look: Look) -> Part:
    """Return number and kind of a layer, what it does, its numbers, and what deserves a look."""
    found, images = passes[0], [one.numbers[row.last - 1] for one in passes]
    layers = [found.trace[i - 1].layer for i in range(row.first, row.last + 1)]
    title = f"{row.first}" if row.first == row.last else f"{row.first}–{row.last}"
    title += f" · {' + '.join(map(name_of, layers))}"
    numbers = images[0]
    words = "; ".join(filter(None, map(layer_words, layers)))
    hidden = numbers.shape[0] - MOST_MAPS if len(numbers.shape) == 3 and not look.every_map else 0
    more = (
        f"{count_of(hidden, 'more map')}: switch on “All maps” to see them." if hidden > 0 else ""
    )
    said = ". ".join(filter(None, (numbers_words(images), f"{remarks(numbers)} {more}".strip())))
    return note(f"{row.first}-head", title, f"{words} → {said}")


def _maps(
    name: str,
    values: Array,
    *,
    label: str,
    limits: tuple[float, float],
    unit: Unit | None,
    look: Look,
    final: bool,
    several: bool,
) -> Part:
    """Return a layer's maps as tiles: two colors where there is something below zero."""
    shown = values if look.every_map else values[:MOST_MAPS]
    low, high = limits
    signs = low < 0
    return tiles(
        name,
        np.ascontiguousarray(shown, np.float32),
        label=label,
        titles=[f"map {i}" for i in range(len(shown))],
        palette="diverging" if signs else "gray",
        limits=(low, high) if signs else (0.0, high or 1.0),
        size=tile_size(values.shape, several),
        show_label=several,
        choosable=True,
        chosen=unit[0] if unit and unit[0] < len(shown) else None,
        cell=(unit[1], unit[2]) if unit else None,
        own=look.own,
        legend=True,
        quiet=True,
    )


def tile_size(shape: Shape, several: bool) -> int:
    """Return the longer side of a map in pixels: the fewer there are, the larger."""
    maps = shape[0]
    side = 112 if maps <= 8 else 84 if maps <= 16 else 64 if maps <= 32 else 52
    if several:
        side = max(44, round(0.6 * side))
    return side if max(shape[1:]) >= 7 else round(0.7 * side)


def _bars(
    name: str,
    values: Array,
    *,
    label: str,
    limits: tuple[float, float],
    unit: Unit | None,
    look: Look,
    final: bool,
    several: bool,
) -> Part:
    """Return a layer's numbers as bars, those of the last one with the names of the classes."""
    names = look.class_names if final and len(values) == len(look.class_names) else ()
    return bars(
        name,
        values,
        label=label,
        names=names,
        limits=limits,
        height=BARS,
        show_label=several,
        choosable=True,
        chosen=unit[0] if unit else None,
    )
