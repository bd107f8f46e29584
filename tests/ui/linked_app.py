"""A page with one linked picture: the settings stand in the address."""

import streamlit as st

from cnnviz.ui.components.linked import Edit, Pin, linked
from tests.ui.linked_examples import drawn, example

st.set_page_config(layout="wide")
sizes = st.query_params.get("drawn")
found = drawn(*map(int, sizes.split(","))) if sizes else example("one")


def told_pin(pin: Pin | None) -> None:
    """Keep what was pinned."""
    st.session_state["told"] = f"Pinned {pin}"


def told_edit(edit: Edit) -> None:
    """Keep what was typed."""
    st.session_state["told"] = f"Typed {edit.text} at {edit.part} {edit.channel} {edit.cell}"


linked(
    found,
    key="linked",
    shown=range(min(len(found.x), 3)),
    on_pin=told_pin,
    editable=("input", "kernel"),
    on_edit=told_edit,
)
st.text(st.session_state.get("told", "Nothing told"))
