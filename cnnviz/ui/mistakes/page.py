"""The Mistakes page, put together."""

import streamlit as st

from cnnviz.ui.inside.moment import MOMENT_TABLE, follow, moment_bar
from cnnviz.ui.state import Table, publish_url

TABLE: Table = {**MOMENT_TABLE}


def mistakes_page() -> None:
    """Draw the page from top to bottom."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Mistakes", anchor=False, width="content")
        st.caption("What the network gets wrong, and how surely.", width="stretch")
    moment = moment_bar()
    if moment is None:
        publish_url(TABLE)
        return
    publish_url(TABLE)
    follow(moment)
