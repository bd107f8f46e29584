"""Inputs that a page of the lab checks itself: sizes as text, numbers of cells in grids."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import streamlit as st

from cnnviz.explain.setting import alone
from cnnviz.nn.geometry import AXES, Grid, ShapeError
from cnnviz.nn.spec import as_tuples
from cnnviz.nn.types import Array
from cnnviz.ui.train.editor import parse_size
from cnnviz.ui.train.fields import keep
from cnnviz.ui.train.numbers import Numbers

MOST_CELL = 1_000_000.0
MOST_CELLS = 64  # along one axis of the padded image
TOLD = "_lab_told"  # what is to be said once


def tell(sentence: str, *, wrong: bool = True) -> None:
    """Have a sentence said once by `show_told`, as an error or as a hint."""
    st.session_state[TOLD] = (sentence, wrong)


def show_told() -> None:
    """Say once why what was typed, or what a link asked for, was not taken over."""
    sentence, wrong = st.session_state.pop(TOLD, ("", False))
    if sentence and wrong:
        st.error(sentence, icon="⚠️")
    elif sentence:
        st.info(sentence, icon="ℹ️")


@contextmanager
def one_layer() -> Iterator[None]:
    """Say of a kernel that does not fit what can be done where there is no layer before it."""
    try:
        yield
    except ShapeError as error:
        raise ShapeError(alone(str(error))) from None


def check_drawable(grid: Grid) -> None:
    """Raise ShapeError where padding makes an image too large to be drawn cell by cell."""
    for axis, name in enumerate(AXES):
        (before, after), size = grid.border[axis], grid.size[axis]
        if grid.bordered[axis] > MOST_CELLS:
            raise ShapeError(
                f"The padded input is too large to draw: {name} {size:,} + padding {before:,} + "
                f"{after:,} = {grid.bordered[axis]:,}, and {MOST_CELLS} cells can be shown; "
                f"use at most {MOST_CELLS - size:,} cells of padding in all."
            )


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
            value=None,
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
    typed = st.session_state.get(name)
    if typed is None:  # emptied: it stays as it was
        return
    try:
        length = int(allowed.check(typed, "it stays as it was"))
    except ValueError as error:
        tell(str(error))
        return
    change(resized(x, (*x.shape[:axis], length, *x.shape[axis + 1 :])))
