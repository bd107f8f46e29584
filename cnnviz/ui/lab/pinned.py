"""Cells that were pinned on a picture: they stand in the URL, so that a link shows the same."""

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from cnnviz.nn.geometry import Pair
from cnnviz.ui.components.linked import Pin
from cnnviz.ui.components.matrices import Linked, matrices
from cnnviz.ui.components.windows import Spot, checked_spot
from cnnviz.ui.state import grid


def cell(text: str) -> tuple[Pair]:
    """Read a row and a column: 0,2."""
    ((row, column),) = grid(1, 2)(text)
    if row < 0 or column < 0 or row % 1 or column % 1:
        raise ValueError(f"{text!r} is no row and column.")
    return ((int(row), int(column)),)


def keep_cell(key: str, chosen: Pair | None) -> None:
    """Keep the row and column that were pinned, or none; for callbacks."""
    _keep(key, chosen and (chosen,))


def kept_cell(key: str, size: Pair) -> Pair | None:
    """Return the row and column that were pinned, None if there is no such cell."""
    kept = st.session_state.get(key)
    ((row, column),) = kept if isinstance(kept, tuple) else (size,)
    return (row, column) if row < size[0] and column < size[1] else None


def pin(text: str) -> tuple[Pair] | str:
    """Read what is pinned on a linked picture: an output, 0,2, or another cell, kernel.0.1.2."""
    if "," in text:
        return cell(text)
    part, *numbers = text.split(".")
    if part not in ("input", "kernel") or len(numbers) != 3 or not all(map(str.isdecimal, numbers)):
        raise ValueError(f"{text!r} is nothing to pin.")
    return text


def keep_pin(key: str, chosen: Pin | None) -> None:
    """Keep what was pinned on a linked picture, or nothing; for callbacks."""
    if chosen and chosen[0] == "output":
        keep_cell(key, chosen[2:])
    else:
        _keep(key, chosen and ".".join(map(str, chosen)))


def kept_pin(key: str) -> Pin | None:
    """Return what was pinned on a linked picture; whether there is such a cell is not checked."""
    kept = st.session_state.get(key)
    if isinstance(kept, tuple):
        ((row, column),) = kept
        return "output", 0, row, column
    if not kept:
        return None
    part, channel, row, column = str(kept).split(".")
    return part, int(channel), int(row), int(column)


def spot(text: str) -> str:
    """Read a cell of a layer's windows: image.-1.2."""
    if _spot(text) is None:
        raise ValueError(f"{text!r} is no cell.")
    return text


def keep_spot(key: str, chosen: Spot | None) -> None:
    """Keep the cell that was pinned, or none; for callbacks."""
    _keep(key, chosen and ".".join(map(str, chosen)))


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
    found = _pinned(linked, str(st.session_state.get(kept)))
    shown = replace(linked, start=found, pinned=True) if found else linked
    matrices(shown, key=key, on_cell=partial(_keep_place, kept))


def _keep_place(kept: str, chosen: tuple[str, int] | None) -> None:
    _keep(kept, chosen and f"{chosen[0]}.{chosen[1]}")


def _pinned(linked: Linked, text: str) -> tuple[str, int] | None:
    """Return the kept cell, None if there is no such cell now."""
    name, _, index = text.rpartition(".")
    sizes = {panel.name: panel.values.size for row in linked.rows for panel in row}
    return (name, int(index)) if index.isdecimal() and int(index) < sizes.get(name, 0) else None


def _keep(key: str, value: Any) -> None:
    if value is None:
        st.session_state.pop(key, None)
    else:
        st.session_state[key] = value
