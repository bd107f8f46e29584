"""Make a component from the files that lie beside it."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

HERE = Path(__file__).parent


def declare(name: str, html: str, *, isolate_styles: bool = True) -> ComponentRenderer:
    """Declare the component of `name.js` and `name.css`; once, when its module is imported."""
    return st.components.v2.component(
        f"cnnviz_{name}",
        html=html + "\n",
        css=(HERE / f"{name}.css").read_text(encoding="utf-8"),
        js=(HERE / f"{name}.js").read_text(encoding="utf-8"),
        isolate_styles=isolate_styles,
    )
