"""The Shapes page, put together."""

from collections.abc import Callable

import streamlit as st

from cnnviz.ui.answering import answering
from cnnviz.ui.frame import heading
from cnnviz.ui.guard import guard
from cnnviz.ui.shapes import chain, controls
from cnnviz.ui.shapes.layer import layer_view
from cnnviz.ui.shapes.params import CODE, SPOT, TABLE, VIEWS
from cnnviz.ui.shapes.table import table_view
from cnnviz.ui.state import Table, publish_url

INTRODUCTION = (
    "Where the windows of a layer stand, how large its output is and why, and what becomes of it "
    "through a whole network."
)
SHOW: dict[str, Callable[[], None]] = {
    "layer": layer_view,
    "chain": chain.chain_view,
    "table": table_view,
}


def shapes_page() -> None:
    """Draw the page: the choice of a view, and the view."""
    heading("Shapes", INTRODUCTION)
    answering(_body)


def _body() -> None:
    """Draw the choice of a view, and the view."""
    controls.defaults()
    with guard():
        SHOW[_view()]()
    publish_url(in_use())


def _view() -> str:
    """Draw the choice of a view."""
    st.session_state.setdefault("shape_view", "layer")
    view = st.segmented_control(
        "View",
        list(VIEWS),
        key="shape_view",
        format_func=lambda view: VIEWS[view],
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return str(view)


def in_use() -> Table:
    """Return the part of the table that the open view needs."""
    return {key: TABLE[key] for key in ("shape_view", *_keys_in_use())}


def _keys_in_use() -> list[str]:
    view = st.session_state.get("shape_view")
    if view == "chain":
        return [*chain.keys_in_use(), CODE]
    return [*controls.keys_in_use(), *([SPOT, CODE] if view == "layer" else [])]
