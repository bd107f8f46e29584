"""Plotly figures that change: drawn once, then only updated, so that zoom and place stay."""

from pathlib import Path

import streamlit as st

from cnnviz.figures import AnyFigure, plotly_js, to_json
from cnnviz.ui.components.board import Part

_READY = (Path(__file__).parent / "loader.js").read_text(encoding="utf-8")
EAGER = "//# allFunctionsCalledOnLoad\n"
"""Has Chromium compile the whole script beside the page instead of bit by bit within it."""

_LOADER = st.components.v2.component(
    "cnnviz_plotly_loader",
    html="<i hidden></i>\n",
    js=f"{EAGER}{plotly_js()}\n{_READY}",
    isolate_styles=False,
)


def plotly_loader() -> None:
    """Bring plotly.js to the browser: once a page, outside every fragment, behind the rest.

    It travels once a browser session (4.8 MB) and is taken from the browser's memory after that.
    """
    _LOADER(key="cnnviz_plotly_loader")


def chart(
    name: str,
    figure: AnyFigure | None,
    *,
    alt: str,
    height: int = 300,
    title: str = "",
    words: str = "",
    empty: str = "",
) -> Part:
    """Return a figure as a part of a board.

    Parameters
    ----------
    figure : plotly Figure or dict
        As long as its `layout.uirevision` stays the same, a reader's zoom is kept.
    alt : str
        What the chart shows, in words, for those who do not see it.
    height : int
        In pixels; reserved from the first frame, so that nothing below ever jumps.
    title, words : str
        A line above the chart, and up to two lines beneath it.
    empty : str
        What stands in the chart's place where there is no figure yet.
    """
    data = {
        "figure": figure and to_json(figure),
        "height": height,
        "alt": alt,
        "title": title,
        "words": words,
        "empty": empty,
    }
    return Part(name, "chart", data)
