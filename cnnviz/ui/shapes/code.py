"""What the page shows as code, for one framework at a time."""

from collections.abc import Callable

import streamlit as st

from cnnviz.explain.code import FRAMEWORKS, Framework
from cnnviz.ui.inside.choices import switched
from cnnviz.ui.shapes.params import CODE


def as_code(write: Callable[[Framework], str]) -> None:
    """Draw the choice of a framework, and the code that is written for it."""
    st.subheader("The same as code", anchor=False)
    chosen = switched("Framework", CODE, {name: name for name in FRAMEWORKS})
    st.code(write(FRAMEWORKS[chosen]), language="python")
