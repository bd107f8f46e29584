"""Matrices and pictures whose cells belong together: point at one, and the others light up.

Everything is answered in the browser: pointing, the arrow keys, pinning with a click.
"""

import math
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.ui.components.sent import sent

HERE = Path(__file__).parent
SCRIPTS = (
    "shared",
    "linked_sum",
    "matrices_data",
    "matrices_layout",
    "matrices_paint",
    "matrices_links",
    "matrices_words",
    "matrices",
)


@dataclass(frozen=True, eq=False)
class Panel:
    """A matrix, or a picture of several channels, each cell with a value.

    Parameters
    ----------
    name, title : str
        For programs and for people.
    values : array, shape (rows, columns) or (blocks, rows, columns)
    tags : array of integers, same shape, optional
        Cells with the same number, on whichever panel, belong together; −1 belongs to none.
    outside : array of bool, same shape, optional
        Cells that are padding: drawn hatched.
    blocks, rows, columns : sequences of str
        What each of them is called; missing names are left out.
    across : int
        Blocks side by side.
    limit : float, optional
        The value that has the strongest color; by default the largest.
    help : str
        What there is to know, where the pointer rests on the title.
    copies : str
        The sentence that tells how many cells of panel `copies_on` belong to a cell of this one,
        with "#" for the number of times: "It stands in the columns #."
    copied_from : str
        The panel whose cells of the same tags have the same values and padding: then these do
        not travel twice.
    sums : bool
        Whether a cell is the sum of those cells: they are then printed.
    """

    name: str
    title: str
    values: NDArray[Any]
    tags: NDArray[np.integer[Any]] | None = None
    outside: NDArray[np.bool_] | None = None
    blocks: Sequence[str] = ()
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()
    across: int = 1
    limit: float | None = None
    help: str = ""
    copies: str = ""
    copies_on: str = ""
    copied_from: str = ""
    sums: bool = False


@dataclass(frozen=True)
class Product:
    """Three panels of which one is the product of the two others: result = left @ right."""

    left: str
    right: str
    result: str


@dataclass(frozen=True, eq=False)
class Linked:
    """What stands on the page together, in rows.

    Parameters
    ----------
    label : str
        What all of it shows, for screen readers.
    hint : str
        What to do, as long as nothing is pointed at.
    start : (panel, cell), optional
        What is lit before anybody points, with the cell's place in the flat panel.
    pinned : bool
        Whether that is pinned.
    """

    rows: Sequence[Sequence[Panel]]
    label: str
    hint: str
    product: Product | None = None
    start: tuple[str, int] | None = None
    pinned: bool = False


def matrices(
    linked: Linked,
    *,
    key: str,
    on_cell: Callable[[tuple[str, int] | None], None] | None = None,
) -> None:
    """Show linked panels.

    `on_cell` is called with panel and place of a cell that was pinned, None where it was let go.
    """
    data = matrices_data(linked)

    def told() -> None:
        value = (st.session_state.get(key) or {}).get("cell")
        pinned = checked_place(value, data)
        if on_cell is not None and (pinned or value == []):
            on_cell(pinned)

    _MATRICES(key=key, data=sent(data) | {"hears": on_cell is not None}, on_cell_change=told)


def checked_place(value: Any, data: dict[str, Any]) -> tuple[str, int] | None:
    """Return a (panel, place) that came from a browser, or None if it is not one."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    name, index = value
    sizes = {panel["name"]: math.prod(panel["shape"]) for panel in data["panels"]}
    if not isinstance(name, str) or type(index) is not int:
        return None
    return (name, index) if 0 <= index < sizes.get(name, 0) else None


def matrices_data(linked: Linked) -> dict[str, Any]:
    """Return what travels to the browser, checked.

    Raises
    ------
    ValueError
        If shapes do not fit, or a name belongs to no panel.
    """
    panels = [_panel(panel) for row in linked.rows for panel in row]
    shapes = {panel["name"]: panel["shape"] for panel in panels}
    product = linked.product
    if product is not None:
        _check_product(product, shapes)
    return {
        "rows": [[panel.name for panel in row] for row in linked.rows],
        "panels": panels,
        "label": linked.label,
        "hint": linked.hint,
        "product": product and [product.left, product.right, product.result],
        "start": linked.start,
        "pinned": linked.pinned,
    }


def _check_product(product: Product, shapes: dict[str, tuple[int, ...]]) -> None:
    """Raise ValueError where the three panels are no matrix product."""
    names = (product.left, product.right, product.result)
    if missing := [name for name in names if name not in shapes]:
        raise ValueError(f"There is no panel {missing[0]!r}; there are {', '.join(shapes)}.")
    (_, m, n), (_, n_too, p), result = (shapes[name] for name in names)
    if n != n_too or result != (1, m, p):
        raise ValueError(f"{m}×{n} times {n_too}×{p} is not {result[1]}×{result[2]}.")


def _panel(panel: Panel) -> dict[str, Any]:
    values = np.asarray(panel.values, np.float32)
    values = values[np.newaxis] if values.ndim == 2 else values
    if values.ndim != 3:
        raise ValueError(f"A panel has two or three axes, {panel.name} has {panel.values.shape}.")
    limit = panel.limit
    if limit is None:
        finite = values[np.isfinite(values)]
        limit = float(np.abs(finite).max()) if finite.size else 0.0
    return {
        "name": panel.name,
        "title": panel.title,
        "shape": values.shape,
        "values": "" if panel.copied_from else _packed(panel, values, np.float32),
        "tags": _packed(panel, panel.tags, np.int32),
        "outside": _packed(panel, panel.outside, np.uint8),
        "blocks": list(panel.blocks),
        "rowNames": list(panel.rows),
        "columnNames": list(panel.columns),
        "across": panel.across,
        "limit": limit or 1.0,
        "help": panel.help,
        "copies": panel.copies,
        "copiesOn": panel.copies_on,
        "copiedFrom": panel.copied_from,
        "sums": panel.sums,
    }


def _packed(panel: Panel, array: NDArray[Any] | None, kind: type[Any]) -> str:
    """Return an array as little-endian bytes in base64, "" for none."""
    if array is None:
        return ""
    if array.size != np.asarray(panel.values).size:
        raise ValueError(
            f"{panel.name} has {panel.values.shape} cells, but {array.shape} tags or marks."
        )
    return b64encode(array.astype(np.dtype(kind).newbyteorder("<")).tobytes()).decode()


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


_MATRICES = st.components.v2.component(
    "cnnviz_matrices",
    html="<div class='part matrices'></div>\n",
    css=_read("part.css") + _read("matrices.css"),
    js="\n".join(_read(f"{name}.js") for name in SCRIPTS),
)
