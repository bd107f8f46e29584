"""The confusion matrix: what was taken for what; a cell can be chosen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike

from cnnviz.ui.components.declare import declare

Cell = tuple[int, int]

_CONFUSION = declare("confusion", "<div class='confusion'></div>")


def confusion_matrix(
    counts: ArrayLike, classes: Sequence[str], *, key: str, selected: Cell | None = None
) -> Cell | None:
    """Show a confusion matrix and return the chosen cell.

    Parameters
    ----------
    counts : array_like of integers, shape (K, K)
        Images of the true class (row) that were taken for the class of the column.
    classes : sequence of str, length K
    key : str
    selected : (true, predicted), optional
        The cell that is chosen before anybody chose one.

    Returns
    -------
    (true, predicted) or None
        The cell that was clicked, or chosen with arrows and Enter, last; a second click on it
        takes the choice back.

    Raises
    ------
    ValueError
        If `counts` is not one row and one column of counts for each class.
    """
    table = checked_counts(counts, classes)
    before = _chosen(st.session_state.get(key), selected, len(classes))
    result = _CONFUSION(
        key=key,
        data={"counts": table, "classes": list(classes), "selected": before},
        default={"cell": selected},
        on_cell_change=lambda: None,
    )
    return checked_cell(result.cell, len(classes))


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


def _chosen(state: Any, selected: Cell | None, classes: int) -> Cell | None:
    """The cell in the session's state; `selected` before there is one."""
    return selected if state is None else checked_cell(state.get("cell"), classes)
