"""Where the windows of a layer stand: the padded image beside the output, linked by hovering."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.explain.cone import window_places
from cnnviz.nn.geometry import Grid
from cnnviz.ui.components.sent import sent

HERE = Path(__file__).parent
SPOTS = ("image", "output")
MOST_CELLS = 96
"""More rows or columns than these are too small to point at."""


@dataclass(frozen=True)
class Words:
    """What the two grids are called, and what a cell of the second one does to the first.

    "Output row 0, column 0 sees rows 0, 1 and columns 0, 1" is `cells`, a place, and what it
    `acts`; `around` follows the name of the image where there is something around it.
    """

    image: str
    around: str
    cells: str
    acts: str
    border: str
    unseen: str


SLIDING = Words("Input", ", with its padding", "Output", "sees", "padding", "seen by no window")
TRANSPOSED = Words(
    "Output",
    ", with what is cut away",
    "Input",
    "lays the kernel on",
    "cut away",
    "reached by no kernel cell: the bias alone",
)


Spot = tuple[str, int, int]
"""A cell of the "image" or the "output": row and column, below zero in the padding before it."""


def windows(
    grid: Grid,
    words: Words,
    *,
    key: str,
    start: Spot | None = None,
    on_cell: Callable[[Spot | None], None],
) -> None:
    """Draw the windows of a grid; only for at most `MOST_CELLS` cells along each axis.

    It begins with the cell `start` pinned; `on_cell` is called with one that was pinned, None where
    it was let go.
    """
    places = [window_places(grid, axis) for axis in (0, 1)]
    if any(grid.overhang):
        words = beyond(words, padded=any(map(any, grid.pads)))
    data = {
        "image": grid.size,
        "border": grid.border,
        "output": grid.output,
        "places": [found.tolist() for found in places],
        "missed": [missed(grid, axis, places[axis]) for axis in (0, 1)],
        "words": words.__dict__,
        "start": start,
        "pinned": start is not None,
    }

    def told() -> None:
        value = (st.session_state.get(key) or {}).get("cell")
        pinned = checked_spot(value)
        if pinned or value == []:
            on_cell(pinned)

    _WINDOWS(key=key, data=sent(data), on_cell_change=told)


def beyond(words: Words, *, padded: bool) -> Words:
    """Return words for an image that the last windows reach beyond."""
    if padded:
        around, border = ", with its padding and what lies beyond", "padding, or beyond it"
    else:
        around, border = ", with what lies beyond", "beyond the input: does not count"
    return replace(words, around=around, border=border)


def checked_spot(value: Any) -> Spot | None:
    """Return a cell that came from a browser, or None if it is not one."""
    if not isinstance(value, list | tuple) or len(value) != 3 or value[0] not in SPOTS:
        return None
    panel, row, column = value
    if type(row) is not int or type(column) is not int or max(abs(row), abs(column)) > MOST_CELLS:
        return None
    return panel, row, column


def fits(grid: Grid) -> bool:
    """Whether a grid is small enough to be drawn."""
    return max(*grid.bordered, *grid.output) <= MOST_CELLS


def missed(grid: Grid, axis: int, places: NDArray[np.int64]) -> list[int]:
    """Return the rows or columns of the image and its padding on which no kernel cell stands."""
    first = -grid.border[axis][0]
    everything = np.arange(first, first + grid.bordered[axis])
    found: list[int] = np.setdiff1d(everything, places).tolist()
    return found


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


_WINDOWS = st.components.v2.component(
    "cnnviz_windows",
    html="<div class='part windows'></div>\n",
    css=_read("part.css") + _read("windows.css"),
    js="\n".join(map(_read, ("shared.js", "windows.js"))),
)
