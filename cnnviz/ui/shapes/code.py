"""What the page shows as code, a tab for each framework."""

from collections.abc import Mapping

import streamlit as st


def as_code(written: Mapping[str, str]) -> None:
    """Draw code under the names of frameworks."""
    st.subheader("The same as code", anchor=False)
    for tab, text in zip(st.tabs([*written]), written.values(), strict=True):
        with tab:
            st.code(text, language="python")
