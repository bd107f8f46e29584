"""Choices that stand in the URL: one of a few, in a list or side by side."""

from collections.abc import Mapping
from typing import Any, TypeVar

import streamlit as st

from cnnviz.ui.train.fields import keep

K = TypeVar("K")


def picked(
    label: str,
    key: str,
    words: Mapping[K, str],
    help: str = "",
    *,
    usual: K | None = None,
    **more: Any,
) -> K:
    """Draw a list to choose from; return the chosen key, the usual or the first by default."""
    keep(key, _chosen(key, words, usual))
    st.selectbox(
        label,
        [*words],
        key=key,
        format_func=words.__getitem__,
        help=help or None,
        persist_state="session",
        **more,
    )
    return _chosen(key, words, usual)


def switched(
    label: str, key: str, words: Mapping[K, str], help: str = "", *, usual: K | None = None
) -> K:
    """Draw a choice whose options all stand side by side; return the chosen key."""
    keep(key, _chosen(key, words, usual))
    st.segmented_control(
        label,
        [*words],
        key=key,
        required=True,
        format_func=words.__getitem__,
        label_visibility="collapsed",
        help=help or None,
        width="content",
        persist_state="session",
    )
    return _chosen(key, words, usual)


def _chosen(key: str, words: Mapping[K, str], usual: K | None) -> K:
    found: K | None = st.session_state.get(key)
    if found is not None and found in words:
        return found
    return next(iter(words)) if usual is None else usual
