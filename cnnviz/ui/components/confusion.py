"""The confusion matrix: what was taken for what; a cell can be chosen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike

from cnnviz.ui.components.board import Part

Cell = tuple[int, int]


def confusion(
    name: str,
    counts: ArrayLike,
    classes: Sequence[str],
    *,
    of: str = "",
    selected: Cell | None = None,
    title: str = "",
    help: str = "",
    words: str = "",
    min_height: int = 0,
) -> Part:
    """Return a confusion matrix whose cells can be chosen, by click or with arrows and Enter.

    Parameters
    ----------
    counts : array_like of integers, shape (K, K)
        Images of the true class (row) that were taken for the class of the column.
    classes : sequence of str, length K
    of : str
        What the counts are of: with another name here, what was chosen before is forgotten.
    selected : (true, predicted), optional
        The cell that is chosen when the table comes to the page, see `chosen_cell`.
    title, help, words : str
        A line above the table, what there is to know where the pointer rests on it, and a
        smaller line beneath it.

    Raises
    ------
    ValueError
        If `counts` is not one row and one column of counts for each class.
    """
    data = {
        "counts": checked_counts(counts, classes),
        "classes": list(classes),
        "of": of,
        "selected": selected,
        "title": title,
        "help": help,
        "words": words,
    }
    return Part(name, "confusion", data, min_height)


def chosen_cell(board_key: str, classes: int, *, of: str = "") -> Cell | None:
    """Return the cell (true, predicted) chosen last on a board; None after a second click on it.

    A cell that was chosen in a matrix of something else is none.
    """
    chosen = (st.session_state.get(board_key) or {}).get("cell")
    if not isinstance(chosen, dict) or chosen.get("of") != of:
        return None
    return checked_cell(chosen.get("at"), classes)


def checked_cell(value: Any, classes: int) -> Cell | None:
    """A cell that came from a browser, or None if it is not one."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    true, predicted = value
    if not all(type(index) is int and 0 <= index < classes for index in (true, predicted)):
        return None
    return true, predicted


def checked_counts(counts: ArrayLike, classes: Sequence[str]) -> list[list[int]]:
    """Counts as plain numbers for the browser."""
    array = np.asarray(counts)
    square = (len(classes), len(classes))
    if array.shape != square:
        raise ValueError(
            f"{len(classes)} classes need counts of shape {square}, got {array.shape}."
        )
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"Counts are whole numbers from 0 up, got {array.dtype}.")
    if array.size and array.min() < 0:
        raise ValueError(f"Counts are whole numbers from 0 up, got {array.min()}.")
    return [[int(count) for count in row] for row in array]
