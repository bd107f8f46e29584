"""Plotly figures that are polled: drawn once, then only updated, so that zoom and place stay."""

import streamlit as st

from cnnviz.figures import AnyFigure, plotly_js, to_json
from cnnviz.ui.components.declare import declare

_LIVE = declare("plotly_live", "<div class='cnnviz-live' role='img'></div>", isolate_styles=False)
_READY = "\nexport default () => { globalThis.dispatchEvent(new Event('plotly-ready')) }\n"
_LOADER = st.components.v2.component(
    "cnnviz_plotly_loader", html="<i hidden></i>\n", js=plotly_js() + _READY, isolate_styles=False
)


def plotly_loader() -> None:
    """Bring plotly.js to the browser: once a page, outside every polled fragment.

    It travels once a browser session (4.8 MB) and is taken from the browser's memory after that.
    """
    _LOADER(key="cnnviz_plotly_loader")


def live_chart(figure: AnyFigure, *, key: str, height: int = 300, alt: str) -> None:
    """Show a figure, or bring the one that is already on the page up to date.

    Parameters
    ----------
    figure : plotly Figure or dict
        As long as its `layout.uirevision` stays the same, a reader's zoom is kept.
    key : str
    height : int
        In pixels; reserved from the first frame, so that nothing below ever jumps.
    alt : str
        What the chart shows, in words, for those who do not see it.
    """
    data = {"figure": to_json(figure), "height": height, "alt": alt}
    _LIVE(key=key, data=data, height=height)
