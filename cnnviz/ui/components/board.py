"""Parts in rows. A run of a page costs a browser by the element, so the whole picture of a training
is one element; what is drawn is decided part by part.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from cnnviz.ui.components.sent import sent

HERE = Path(__file__).parent
KINDS = ("bars", "chart", "confusion", "note", "scores", "sizes", "status", "tiles")
HELPERS = {"chart": ("chart_lines",)}
UNISOLATED = ("chart",)  # Plotly puts its styles into the page's head


@dataclass(frozen=True)
class Part:
    """One picture on a board.

    Parameters
    ----------
    name : str
        Under which it is kept from look to look and brought up to date.
    kind : str
        One of `KINDS`: the script `kind.js` and the styles `kind.css` draw it.
    data : dict
        What that script expects.
    min_height : int
        In pixels, kept free from the first frame, so that nothing below it moves.
    """

    name: str
    kind: str
    data: dict[str, Any]
    min_height: int = 0


@dataclass(frozen=True)
class Looks:
    """How a board keeps itself up to date, without the page around it.

    Parameters
    ----------
    address : str
        What it asks, relative to the page; the answer is JSON with `rows` (see `plain`), `at`,
        `every` and `state`.
    at : float
        When it was so, in seconds: what is older than what is drawn of this address is not drawn.
    every : float or None
        Seconds until it asks; None for never.
    state : str
        When the answer names another one, or there is none, the part of the page with the board
        runs again (it hears of `news`).
    """

    address: str
    at: float
    every: float | None
    state: str


@dataclass(frozen=True)
class Pixel:
    """A pixel that was chosen in a part of tiles."""

    part: str
    tile: int
    row: int
    column: int


def board(
    rows: Sequence[Sequence[Part]],
    *,
    key: str,
    on_tile: Callable[[Pixel], None] | None = None,
    looks: Looks | None = None,
) -> Any:
    """Show rows of parts, or bring those that are already on the page up to date.

    Parameters
    ----------
    rows : sequence of sequences of Part
    key : str
    on_tile : callable, optional
        Called with the pixel that was chosen in tiles that are choosable, or with a bar as
        a pixel of one row, before the page runs.
    looks : Looks, optional
        How what is shown is kept up to date.

    Returns
    -------
    Any
        What came back from the browser; it is not to be trusted. `cell`: see `confusion`.
    """
    data = {"rows": plain(rows), "looks": looks and vars(looks)}
    shown = {part.name: part for row in rows for part in row if "shape" in part.data}

    def told() -> None:
        pixel = checked_pixel((st.session_state.get(key) or {}).get("tile"), shown)
        if pixel is not None and on_tile is not None:
            on_tile(pixel)

    return _BOARD(
        key=key,
        data=sent(data),
        default={"cell": None, "tile": None},
        on_cell_change=lambda: None,
        on_tile_change=told,
        on_news_change=lambda: None,
    )


def plain(rows: Sequence[Sequence[Part]]) -> list[list[dict[str, Any]]]:
    """Return rows of parts as they travel to the browser."""
    return [[vars(part) for part in row] for row in rows]


def checked_pixel(value: Any, shown: Mapping[str, Part]) -> Pixel | None:
    """Return a pixel that came from a browser, or None if there is no such one."""
    if not isinstance(value, dict) or value.get("part") not in shown:
        return None
    part, at = value["part"], value.get("at")
    if not isinstance(at, list | tuple) or len(at) != 3:
        return None
    sizes = shown[part].data["shape"]
    if not all(type(i) is int and 0 <= i < n for i, n in zip(at, sizes, strict=True)):
        return None
    return Pixel(part, *at)


def note(name: str, title: str, words: str, *, help: str = "", min_height: int = 0) -> Part:
    """Return a title with a sentence: what stands where there is nothing to draw yet."""
    return Part(name, "note", {"title": title, "words": words, "help": help}, min_height)


def _declare() -> ComponentRenderer:
    """Declare the component: all scripts in one, each with the styles of its own part."""
    kinds = "".join(_kind(name) for name in KINDS)
    return st.components.v2.component(
        "cnnviz_board",
        html="<div class='cnnviz-board'></div>\n",
        css=_read("board.css") + "".join(_read(f"{name}.css") for name in UNISOLATED),
        js="\n".join(
            [_read("shared.js"), "const kinds = {}", kinds, _read("looks.js"), _read("board.js")]
        ),
        isolate_styles=False,
    )


def _kind(name: str) -> str:
    """Return a part's script and styles as an entry of the script's table `kinds`."""
    script = "".join(_read(f"{one}.js") for one in (*HELPERS.get(name, ()), name))
    script = script.replace("export default function", "return function", 1)
    style = None if name in UNISOLATED else _read("part.css") + _read(f"{name}.css")
    return f"kinds.{name} = {{ style: {json.dumps(style)}, show: (() => {{\n{script}\n}})() }}\n"


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


_BOARD = _declare()
