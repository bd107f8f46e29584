"""A page of which a part answers by itself, with work that takes long, for the browser tests."""

import time
from collections.abc import Generator

import streamlit as st

from cnnviz.ui.answering import answering
from cnnviz.ui.frame import STYLE
from cnnviz.ui.inside.work import work

PAUSE, STEPS = 0.05, 400


def count(what: str) -> int:
    """Return how often this has been run."""
    st.session_state[what] = st.session_state.get(what, 0) + 1
    return int(st.session_state[what])


def task() -> Generator[float, None, str]:
    """Yield shares for twenty seconds."""
    for step in range(STEPS):
        time.sleep(PAUSE)
        yield step / STEPS
    return "done"


def part() -> None:
    """Draw what answers by itself."""
    st.markdown(f"Part {count('part')}")
    st.markdown(f"Ticked: {st.checkbox('Tick')}")
    if st.checkbox("Fail"):
        raise RuntimeError("Nobody thought of this.")
    st.markdown(f"Result: {work('key', 'Do it', task(), name='go')}")


st.html(STYLE)
st.markdown(f"Page {count('page')}")
answering(part)
