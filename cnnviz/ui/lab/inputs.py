"""Inputs that a page of the lab checks itself: sizes as text, numbers of cells in grids."""

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from cnnviz.nn.spec import as_tuples
from cnnviz.nn.types import Array
from cnnviz.ui.train.editor import parse_size
from cnnviz.ui.train.fields import keep
from cnnviz.ui.train.numbers import Numbers

MOST_CELL = 1_000_000.0
ERROR = "_lab_error"  # why what was just typed was not taken over


def show_error() -> None:
    """Say once why what was typed was not taken over."""
    if sentence := st.session_state.pop(ERROR, ""):
        st.error(sentence, icon="⚠️")


def size_input(label: str, key: str, usual: str, help: str) -> object:
    """Draw an input for 2, or 2, 1, or a word; return what it says, unchecked."""
    keep(key, str(st.session_state.get(key) or usual))
    text = st.text_input(label, usual, key=key, help=help, persist_state="session")
    return as_tuples(parse_size(str(text)))


def cell_number(text: str) -> float:
    """Return the number that was typed into a cell; raises ValueError with a sentence."""
    try:
        number = float(text.strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        raise ValueError(f"A cell holds a number, not “{text[:20]}”: it stays as it was.") from None
    if not abs(number) <= MOST_CELL:
        raise ValueError(
            f"A cell holds a number from −{MOST_CELL:,.0f} to {MOST_CELL:,.0f}, not {text[:20]}: "
            "it stays as it was."
        )
    return number


def as_table(array: Array) -> tuple[tuple[float, ...], ...]:
    """Return (C, H, W) as a table for the URL: the rows of all channels below each other."""
    return tuple(tuple(map(float, row)) for row in array.reshape(-1, array.shape[-1]))


def from_table(table: tuple[tuple[float, ...], ...], depth: int) -> Array:
    """Return (C, H, W); undoes `as_table`. One channel where the depth does not fit."""
    rows = np.array(table, float)
    return rows.reshape(depth if len(rows) % depth == 0 else 1, -1, rows.shape[1])


def resized(x: Array, size: tuple[int, ...]) -> Array:
    """Return x cut off, or filled up with zeros, at the end of each axis."""
    new = np.zeros(size, x.dtype)
    kept = tuple(slice(min(a, b)) for a, b in zip(size, x.shape, strict=True))
    new[kept] = x[kept]
    return new


def resize_inputs(
    key: str, limits: Mapping[str, Numbers], x: Array, change: Callable[[Array], None]
) -> None:
    """Draw an input for the length of each axis of x that has limits; a change resizes x.

    `limits` has an entry for each of the last axes, in their order.
    """
    first = x.ndim - len(limits)
    for axis, (word, allowed) in enumerate(limits.items(), first):
        name = f"_{key}_{word}"
        keep(name, float(x.shape[axis]))
        st.number_input(
            allowed.label,
            step=1.0,
            format="%g",
            key=name,
            on_change=_resize,
            args=(name, allowed, x, axis, change),
            help=f"{allowed.least:g} to {allowed.most:g}. New cells hold 0.",
        )


def _resize(
    name: str, allowed: Numbers, x: Array, axis: int, change: Callable[[Array], None]
) -> None:
    try:
        length = int(allowed.check(st.session_state.get(name), "it stays as it was"))
    except ValueError as error:
        st.session_state[ERROR] = str(error)
        return
    change(resized(x, (*x.shape[:axis], length, *x.shape[axis + 1 :])))
