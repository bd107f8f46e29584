"""Make a component from the files that lie beside it."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

HERE = Path(__file__).parent


def declare(name: str, html: str, *, isolate_styles: bool = True) -> ComponentRenderer:
    """Declare the component of `name.js` and `name.css`; once, when its module is imported."""
    script, style = _read("shared.js") + _read(f"{name}.js"), _read(f"{name}.css")
    return st.components.v2.component(
        f"cnnviz_{name}",
        html=html + "\n",
        css=style,
        js=script,
        isolate_styles=isolate_styles,
    )


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
