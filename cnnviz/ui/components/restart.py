"""Pages that outlive their server."""

from pathlib import Path

import streamlit as st

_RESTART = st.components.v2.component(
    "cnnviz_restart",
    html="<i hidden></i>\n",
    js=(Path(__file__).parent / "restart.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def reload_after_restart(started: str) -> None:
    """Load the page anew when the server has another mark of its start than `started`."""
    _RESTART(key="cnnviz_restart", data={"started": started})
