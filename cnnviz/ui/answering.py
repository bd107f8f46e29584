"""What of a page runs again when one of its controls is used, and what breaks long work off."""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.ui.guard import guard

WORK_ASKED = "_work-asked"  # the work that the next run of the whole page is to do


def answering(draw: Callable[[], object], *, whole: bool = False) -> None:
    """Draw the part of a page that answers its own controls: they run it again, and no more.

    Without menu and heading an answer takes a quarter less time. But such a run is always ended
    before the next one begins. Where a press is to break it off, as it may take long, the whole
    page has to run: with `whole` always, otherwise only for work that was asked for.
    """

    def guarded() -> None:
        with guard():  # that of the page is not there when only the part runs
            draw()

    if not (whole or st.session_state.get(WORK_ASKED)):
        st.fragment(guarded)()
        return
    try:
        with st.container():  # in the place of the fragment's own
            guarded()
    finally:
        st.session_state.pop(WORK_ASKED, None)


def ask(name: str) -> None:
    """Have work done by the next run of the whole page; for callbacks."""
    st.session_state[WORK_ASKED] = name


def asked(name: str) -> bool:
    """Whether this run has to do that work; where only a part runs, the whole page runs instead."""
    if st.session_state.get(WORK_ASKED) != name:
        return False
    context = get_script_run_ctx()
    if context is not None and context.fragment_ids_this_run:
        st.rerun()
    del st.session_state[WORK_ASKED]
    return True
