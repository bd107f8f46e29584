"""All filters of a layer as small multiples."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.nn.types import Array
from cnnviz.ui.components.board import Part, Pixel, board
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.filters.bank import JUDGED, Bank, order_of, values_of
from cnnviz.ui.filters.state import (
    ALL,
    CHANNEL,
    ORDER,
    ORDERS,
    RANGE,
    RANGES,
    SHEET,
    SHOW,
    SHOWN,
    UNIT,
)
from cnnviz.ui.inside.choices import picked
from cnnviz.ui.inside.links import set_state
from cnnviz.ui.words import signed

MOST_TILES = 64
WIDE, GAP = 1_000, 8  # pixels for a row of tiles, and between them
LEAST_TILE, CAPTION = 14, 72  # the smallest side of a tile, and of one with a caption
NARROW = 148
SIGNS = {"norm": "norm", "change": "Δ", "importance": "imp."}
ORDER_HELP = (
    "Norm: the root of the sum of a filter's squared weights. Change: the norm of what was added "
    "to it since step 0. Importance: an estimate, from one pass over "
    f"{JUDGED} validation images, of how much the loss would change without it "
    "(|Σ activation × gradient|); “Switch off” measures it."
)
RANGE_HELP = (
    "Common: one color scale for all, so that sizes can be compared. Own: each filter uses the "
    "whole scale, so that the pattern of a faint one shows."
)


@dataclass(frozen=True, eq=False)
class Sheet:
    """What of the grid is shown.

    Parameters
    ----------
    units : the filters on this page, in their order
    values : (F,) by what they are ordered; None for their index
    channel : one of the filters' input channels, or `ALL`
    """

    units: NDArray[np.intp]
    values: NDArray[np.float64] | None
    order: str
    shown: str
    own: bool
    channel: int


def controls(found: Bank) -> Sheet:
    """Draw what else is chosen beside the layer; return what is shown."""
    with st.container(width=NARROW):
        shown = picked("Show", SHOW, SHOWN, f"Before: step {found.first}, before any training.")
    with st.container(width=NARROW):
        order = picked("Order", ORDER, ORDERS, ORDER_HELP)
    with st.container(width=NARROW):
        own = picked("Color range", RANGE, RANGES, RANGE_HELP) == "own"
    channel = 0
    if found.channels > 1:
        names = {place: str(place) for place in range(found.channels)}
        names[ALL] = f"All {found.channels}"
        with st.container(width=NARROW):
            channel = picked("Input channel", CHANNEL, names, channel_help(found))
    else:
        set_state({CHANNEL: None})
    values = values_of(found, order)
    units = order_of(found, values)
    rows = MOST_TILES if channel != ALL else max(MOST_TILES // found.channels, 1)
    sheets = -(-len(units) // rows)
    sheet = 1
    if sheets > 1:
        words = {number: f"{number} of {sheets}" for number in range(1, sheets + 1)}
        with st.container(width=NARROW):
            sheet = picked("Page", SHEET, words, f"{found.count} filters, {rows} a page.")
    else:
        set_state({SHEET: None})
    return Sheet(units[(sheet - 1) * rows : sheet * rows], values, order, shown, own, channel)


def channel_help(found: Bank) -> str:
    """Return what an input channel is here."""
    words = f"Each filter has weights of its own for each of {found.channels} channels it reads."
    if found.layer.groups > 1:
        words += (
            f" The layer has {found.layer.groups} groups: a filter reads the channels of its group "
            "only, here counted from 0 within it."
        )
    return words


def grid(found: Bank, sheet: Sheet, unit: int) -> None:
    """Draw the filters of a sheet; a click chooses one."""
    versions = {"now": found.now, "before": found.before}
    common = limit(np.stack([found.now, found.before]))
    with np.errstate(all="ignore"):
        difference = found.now - found.before
    wanted: tuple[str, ...] = (sheet.shown,)
    if sheet.shown == "all":  # before any step there is but one
        wanted = ("before", "now", "difference") if found.moment.step > found.first else ("before",)
    parts = [
        part(
            found,
            sheet,
            name,
            versions.get(name, difference),
            limit(difference) if name == "difference" else common,
            unit,
        )
        for name in wanted
    ]
    columns = found.channels if sheet.channel == ALL else 1

    def chosen(pixel: Pixel) -> None:
        set_state({UNIT: int(sheet.units[pixel.tile // columns])})

    board([[one] for one in parts], key="_filters_grid", on_tile=chosen)


def limit(weights: Array) -> float:
    """Return how far from zero the farthest finite weight is; 1 where all are zero."""
    finite = np.abs(weights[np.isfinite(weights)])
    return (float(finite.max()) if finite.size else 0.0) or 1.0


def part(found: Bank, sheet: Sheet, name: str, weights: Array, reach: float, unit: int) -> Part:
    """Return one version of the filters as tiles."""
    whole = sheet.channel == ALL
    places = range(found.channels) if whole else (sheet.channel,)
    images = np.ascontiguousarray(weights[sheet.units][:, list(places)], np.float32)
    count = len(places)
    titles = [
        f"Filter {one}" + (f", {found.channel_name(one, place)}" if found.channels > 1 else "")
        for one in map(int, sheet.units)
        for place in places
    ]
    here = np.flatnonzero(sheet.units == unit)
    usual = tile_size(len(sheet.units))
    size = max(min(usual, WIDE // count - GAP), LEAST_TILE) if whole else usual
    return tiles(
        f"filters-{name}",
        images.reshape(-1, *images.shape[2:]),
        label=label(found, name) + (rows_words(found) if whole else ""),
        titles=titles,
        captions=captions(sheet, images, count, size),
        palette="diverging",
        limits=(-reach, reach),
        size=size,
        choosable=True,
        chosen=int(here[0]) * count if here.size else None,
        own=sheet.own,
        columns=count if whole else 0,
    )


def tile_size(count: int) -> int:
    """Return the side of a tile in pixels: the fewer, the larger."""
    return 88 if count <= 8 else 72 if count <= 20 else 56


def label(found: Bank, name: str) -> str:
    """Return what a version of the filters is called."""
    step = found.moment.step
    return {
        "now": f"After step {step:,}",
        "before": f"Before training, step {found.first:,}",
        "difference": f"What was added from step {found.first:,} to {step:,}",
    }[name]


def rows_words(found: Bank) -> str:
    """Return what rows and columns are where all input channels are shown."""
    last = found.channels - 1
    return f" · a row for each filter, a column for each of its input channels, 0 to {last}"


def captions(sheet: Sheet, images: Array, count: int, size: int) -> list[str]:
    """Return what stands beneath the tiles: `count` for each of the filters (n, count, …)."""
    if count * max(size, CAPTION) > WIDE:
        return []
    names = [
        caption(sheet, int(unit), image) for unit, image in zip(sheet.units, images, strict=True)
    ]
    return [text for name in names for text in (name, *[""] * (count - 1))]


def caption(sheet: Sheet, unit: int, weights: Array) -> str:
    """Return what stands beneath a filter."""
    lines = [f"filter {unit}" if sheet.channel == ALL else str(unit)]
    if sheet.values is not None:
        lines.append(f"{SIGNS[sheet.order]} {sheet.values[unit]:.3g}")
    if sheet.own and sheet.channel != ALL:
        lines.append(f"±{limit(weights):.2g}")
    return "\n".join(lines)


def words(found: Bank) -> str:
    """Return what one sees in the grid, with the numbers of this run."""
    F, C, KH, KW = found.now.shape
    what = (
        f"{F} filter{'s' * (F != 1)} of {C} × {KH} × {KW} weights, counted from 0; "
        "orange is positive, blue negative; what fades into the page is near zero."
    )
    step = found.moment.step
    if step == found.first:
        return f"{what} This is step {step}: nothing but noise, drawn at random. Move the timeline."
    known = np.isfinite(found.change)
    if not known.any():
        return f"{what} After step {step:,} they are no numbers any more: the training diverged."
    change = np.where(known, found.change, 0.0)
    most, least = int(change.argmax()), int(np.where(known, change, np.inf).argmin())
    start = float(np.median(np.sqrt((found.before.astype(np.float64) ** 2).sum(axis=(1, 2, 3)))))
    share = f" ({100 * float(np.median(change[known])) / start:.0f} %)" if start else ""
    told = (
        f"Since step {found.first} a filter has typically moved by "
        f"{float(np.median(change[known])):.2g}, beside a norm of {start:.2g} at the start{share}"
    )
    if F > 1:
        told += f"; filter {most} most, {signed(change[most], 3)}, filter {least} least, " + signed(
            change[least], 3
        )
    look = (
        "Look for edges and strokes: orange beside blue."
        if found.number == 1
        else "They combine what earlier layers found, so they rarely look like strokes."
    )
    return f"{what} {told}. {look} What still looks like its noise at step 0 has learned little."
