"""The one component of our own: parts in rows. A poll costs a browser by the element, so the
whole picture of a run is one element; what is drawn is decided part by part.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

HERE = Path(__file__).parent
KINDS = ("chart", "confusion", "note", "status", "tiles")
UNISOLATED = ("chart",)  # Plotly puts its styles into the page's head


@dataclass(frozen=True)
class Part:
    """One picture on a board.

    Parameters
    ----------
    name : str
        Under which it is kept from poll to poll and brought up to date.
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


def board(rows: Sequence[Sequence[Part]], *, key: str) -> Any:
    """Show rows of parts, or bring those that are already on the page up to date.

    Returns
    -------
    Any
        What came back from the browser; it is not to be trusted. `cell`: see `confusion`.
    """
    data = {"rows": [[asdict(part) for part in row] for row in rows]}
    return _BOARD(key=key, data=data, default={"cell": None}, on_cell_change=lambda: None)


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
        js=f"{_read('shared.js')}\nconst kinds = {{}}\n{kinds}{_read('board.js')}",
        isolate_styles=False,
    )


def _kind(name: str) -> str:
    """Return a part's script and styles as an entry of the script's table `kinds`."""
    script = _read(f"{name}.js").replace("export default function", "return function", 1)
    style = None if name in UNISOLATED else _read("part.css") + _read(f"{name}.css")
    return f"kinds.{name} = {{ style: {json.dumps(style)}, show: (() => {{\n{script}\n}})() }}\n"


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


_BOARD = _declare()
