"""What of a page runs again when one of its controls is used, and what breaks long work off."""

from collections.abc import Callable
from typing import ParamSpec

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

ASKED = "_work-asked"  # the work that the next run of the whole page is to do

P = ParamSpec("P")


def answering(
    draw: Callable[P, object], whole: bool = False, *args: P.args, **kwargs: P.kwargs
) -> None:
    """Draw the part of a page that answers its own controls: they run it again, and no more.

    Without menu and heading an answer takes a quarter less time. But such a run is always ended
    before the next one begins. Where any press is to break it off, as it may take long, the page
    has to run as a `whole`; for work that was asked for it does so of itself.
    """
    if not (whole or st.session_state.get(ASKED)):
        st.fragment(draw)(*args, **kwargs)
        return
    try:
        with st.container():  # in the place of the fragment's own
            draw(*args, **kwargs)
    finally:
        st.session_state.pop(ASKED, None)


def ask(name: str) -> None:
    """Have work done by the next run of the whole page; for callbacks."""
    st.session_state[ASKED] = name


def asked(name: str) -> bool:
    """Whether this run has to do that work; where this one is a part, the one that has begins."""
    if st.session_state.get(ASKED) != name:
        return False
    context = get_script_run_ctx()
    if context is not None and context.fragment_ids_this_run:
        st.rerun()
    del st.session_state[ASKED]
    return True
