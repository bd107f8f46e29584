"""Back and Forward: one entry in the browser's history for each page that is opened."""

from pathlib import Path

import streamlit as st

_HISTORY = st.components.v2.component(
    "cnnviz_history",
    html="<i hidden></i>\n",
    js=(Path(__file__).parent / "history.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def one_entry_a_page() -> None:
    """See to it, from the first page on that a browser opens."""
    _HISTORY(key="cnnviz_history")
