"""The layers below each other, from pixels to logits: pictures, bars, and their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from cnnviz.figures.bars import FEW, bars_figure
from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers import Dropout, Flatten
from cnnviz.nn.types import Array
from cnnviz.ui.activations.forward import Forward, common_limits
from cnnviz.ui.activations.state import Chosen, Row, choose
from cnnviz.ui.activations.words import brief, layer_words, name_of, numbers_words, remarks
from cnnviz.ui.components.board import Part, Pixel, board
from cnnviz.ui.components.chart import chart
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.words import count_of

MOST_MAPS = 32
BARS_HEIGHT = 150
NAMES = ("Image 1", "Image 2", "Image 1 − image 2")
DIFFERENCE = "2"
"""The name of the part that shows a difference: nothing in it can be taken apart."""

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


def layer_row(row: Row, passes: list[Forward], look: Look, chosen: Chosen | None) -> None:
    """Draw one line of the scroll: a title with numbers, and pictures or bars."""
    first = passes[0]
    numbers = first.numbers[row.last - 1]
    _head(row, first)
    quiet = all(isinstance(first.trace[i - 1].layer, QUIET) for i in range(row.first, row.last + 1))
    if quiet:
        return
    if said := remarks(numbers):
        st.caption(said)
    limits = look.limits or common_limits(passes, range(row.last, row.last + 1))
    unit = chosen.unit if chosen is not None and _within(row, chosen) else None
    final = row.last == len(first.trace)
    parts = []
    for place, values in enumerate(_series([one.output(row.last) for one in passes])):
        name = NAMES[place] if len(passes) > 1 else ""
        picture = _maps if values.ndim == 3 else _bars
        part = picture(
            f"{place}",
            values,
            label=name or f"Layer {row.last}, {name_of(first.trace[row.last - 1].layer)}",
            limits=_widened(limits, len(passes)),
            chosen=unit[0] if unit else None,
            look=look,
            final=final,
            several=len(passes) > 1,
        )
        parts.append(part)
    shape = first.output(row.last).shape
    board([parts], key=f"_act_layer_{row.first}", on_tile=partial(_clicked, row.first, shape))
    hidden = shape[0] - MOST_MAPS if len(shape) == 3 and not look.every_map else 0
    if hidden > 0:
        st.caption(f"{count_of(hidden, 'more map')}: switch on “All maps” to see them.")


def _within(row: Row, chosen: Chosen) -> bool:
    return row.first <= chosen.layer <= row.last


def _head(row: Row, found: Forward) -> None:
    """Draw number, kind and words of a layer, its numbers, and the button that takes it apart."""
    layers = [found.trace[i - 1].layer for i in range(row.first, row.last + 1)]
    numbers = f"{row.first}" if row.first == row.last else f"{row.first}–{row.last}"
    title = " + ".join(map(name_of, layers))
    words = "; ".join(filter(None, map(layer_words, layers)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{numbers} · {title}**  :gray[{words}]", width="stretch")
        st.caption(numbers_words(found.numbers[row.last - 1]), width="content")
        st.button(
            "Take apart",
            key=f"_act_open_{row.first}",
            type="tertiary",
            icon="🔬",
            help="How its strongest number was made; or click any cell or bar.",
            on_click=choose,
            args=(row.first,),
        )


def _clicked(layer: int, shape: Shape, pixel: Pixel) -> None:
    """Take the number apart that was clicked; for callbacks."""
    spot = (pixel.tile, pixel.row, pixel.column)
    choose(layer, spot if len(shape) == 3 else (pixel.column,))


def _series(outputs: list[Array]) -> list[Array]:
    """Return the outputs, of two images their difference too."""
    if len(outputs) == 1:
        return outputs
    with np.errstate(invalid="ignore"):
        return [*outputs, outputs[0] - outputs[1]]


def _widened(limits: tuple[float, float], images: int) -> tuple[float, float]:
    """Return the range that a difference needs as well: as far below zero as above."""
    if images == 1:
        return limits
    most = max(map(abs, limits))
    return -most, most


def _maps(
    name: str,
    values: Array,
    *,
    label: str,
    limits: tuple[float, float],
    chosen: int | None,
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
        choosable=name != DIFFERENCE,
        chosen=chosen if chosen is not None and chosen < len(shown) else None,
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
    chosen: int | None,
    look: Look,
    final: bool,
    several: bool,
) -> Part:
    """Return a layer's numbers as bars, those of the last one with the names of the classes."""
    names = look.class_names if final and len(values) == len(look.class_names) else ()
    return chart(
        name,
        bars_figure(values, names=names, limits=limits, chosen=chosen),
        alt=f"{label}, as bars; the largest is {_largest(values, names)}.",
        title=label if several else "",
        height=BARS_HEIGHT + (40 if len(values) <= FEW else 0),
        bars=0 if name == DIFFERENCE else len(values),
    )


def _largest(values: Array, names: Sequence[str]) -> str:
    """Return the largest of these numbers in words."""
    finite = np.where(np.isfinite(values), values, -np.inf)
    best = int(finite.argmax())
    return f"{names[best] if names else f'unit {best}'} with {brief(float(values[best]))}"
