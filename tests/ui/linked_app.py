"""A page with one linked picture: the settings stand in the address."""

import streamlit as st

from cnnviz.nn.geometry import Pair
from cnnviz.ui.components.linked import Edit, linked
from tests.ui.linked_examples import drawn, example

st.set_page_config(layout="wide")
sizes = st.query_params.get("drawn")
found = drawn(*map(int, sizes.split(","))) if sizes else example("one")


def told_cell(cell: Pair) -> None:
    """Keep what was pinned."""
    st.session_state["told"] = f"Pinned {cell}"


def told_edit(edit: Edit) -> None:
    """Keep what was typed."""
    st.session_state["told"] = f"Typed {edit.text} at {edit.part} {edit.channel} {edit.cell}"


linked(
    found,
    key="linked",
    shown=range(min(len(found.x), 3)),
    on_cell=told_cell,
    editable=("input", "kernel"),
    on_edit=told_edit,
)
st.text(st.session_state.get("told", "Nothing told"))
