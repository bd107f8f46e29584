"""Cells that were pinned on a picture: they stand in the URL, so that a link shows the same."""

from dataclasses import replace
from functools import partial

import streamlit as st

from cnnviz.nn.geometry import Pair
from cnnviz.ui.components.matrices import Linked, matrices
from cnnviz.ui.components.windows import Spot, checked_spot
from cnnviz.ui.state import grid


def cell(text: str) -> tuple[Pair]:
    """Read a row and a column: 0,2."""
    ((row, column),) = grid(1, 2)(text)
    if row < 0 or column < 0 or row % 1 or column % 1:
        raise ValueError(f"{text!r} is no row and column.")
    return ((int(row), int(column)),)


def keep_cell(key: str, chosen: Pair) -> None:
    """Keep the row and column that were pinned; for callbacks."""
    st.session_state[key] = (chosen,)


def kept_cell(key: str, size: Pair) -> Pair | None:
    """Return the row and column that were pinned, None if there is no such cell."""
    ((row, column),) = st.session_state.get(key) or (size,)
    return (row, column) if row < size[0] and column < size[1] else None


def spot(text: str) -> str:
    """Read a cell of a layer's windows: image.-1.2."""
    if _spot(text) is None:
        raise ValueError(f"{text!r} is no cell.")
    return text


def keep_spot(key: str, chosen: Spot) -> None:
    """Keep the cell that was pinned; for callbacks."""
    st.session_state[key] = ".".join(map(str, chosen))


def kept_spot(key: str) -> Spot | None:
    """Return the cell that was pinned, None if there is none."""
    return _spot(str(st.session_state.get(key)))


def _spot(text: str) -> Spot | None:
    panel, *numbers = text.split(".")
    return checked_spot([panel, *map(int, numbers)]) if all(map(_whole, numbers)) else None


def _whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal()


def place(text: str) -> str:
    """Read a panel and the place of a cell on it: columns.17."""
    panel, _, index = text.rpartition(".")
    if not 0 < len(panel) <= 40 or not index.isdecimal():
        raise ValueError(f"{text!r} is no panel and place.")
    return f"{panel}.{int(index)}"


def pinnable(linked: Linked, *, key: str, kept: str) -> None:
    """Draw linked panels; the cell that was pinned last is kept under a name in the URL."""
    start = _start(linked, str(st.session_state.get(kept)))
    matrices(replace(linked, start=start), key=key, on_cell=partial(_keep, kept))


def _keep(kept: str, panel: str, index: int) -> None:
    st.session_state[kept] = f"{panel}.{index}"


def _start(linked: Linked, text: str) -> tuple[str, int] | None:
    """Return the kept cell, the usual one if there is no such cell now."""
    name, _, index = text.rpartition(".")
    sizes = {panel.name: panel.values.size for row in linked.rows for panel in row}
    if index.isdecimal() and int(index) < sizes.get(name, 0):
        return name, int(index)
    return linked.start
