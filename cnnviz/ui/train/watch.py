"""A run on the page, kept up to date for as long as something can change."""

import streamlit as st

from cnnviz.data import CLASSES
from cnnviz.runs.folder import RunFolder
from cnnviz.runs.settings import RunSettings
from cnnviz.runs.status import RunStatus
from cnnviz.ui.components.board import board
from cnnviz.ui.components.confusion import chosen_cell
from cnnviz.ui.guard import guard
from cnnviz.ui.service import this_watcher
from cnnviz.ui.train.live import rows
from cnnviz.ui.train.looks import looks
from cnnviz.ui.train.view import Look, read, standing

BOARD = "board"


@st.fragment
def watch(run: RunFolder, settings: RunSettings | None, found: RunStatus) -> None:
    """Draw a run; where it stands otherwise than the page has found it, draw all of the page."""
    view, look = read(run, settings), chosen(run.id)
    with guard():
        board(rows(view, look), key=BOARD, looks=looks(view, look, this_watcher()))
    if standing(view.status) != standing(found):
        st.rerun()  # buttons and inputs depend on it


def chosen(run: str) -> Look:
    """Return how this reader wants the run to be shown."""
    smoothing, log = st.session_state["smoothing"], st.session_state["log"]
    return Look(float(smoothing), bool(log), chosen_cell(BOARD, CLASSES, of=run))
