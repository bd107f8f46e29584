"""The Train page, put together."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from cnnviz.runs.folder import RunFolder, list_runs
from cnnviz.runs.manager import Manager
from cnnviz.runs.settings import RunSettings
from cnnviz.ui.answering import answering
from cnnviz.ui.components.board import board
from cnnviz.ui.components.chart import plotly_loader
from cnnviz.ui.frame import heading
from cnnviz.ui.guard import guard
from cnnviz.ui.service import IDLE_MINUTES, LEAST_IDLE, MOST_IDLE, manager
from cnnviz.ui.state import publish_url
from cnnviz.ui.train.defaults import SMOOTHING
from cnnviz.ui.train.editor import editor
from cnnviz.ui.train.fields import follow
from cnnviz.ui.train.hints import SETTINGS
from cnnviz.ui.train.network import problem_with
from cnnviz.ui.train.numbers import Numbers
from cnnviz.ui.train.picker import chosen_run, headline, picker, settings_of, shown_run
from cnnviz.ui.train.presets import preset_row
from cnnviz.ui.train.sets import data_sets, downloads
from cnnviz.ui.train.settings import Choice, adopt_pending, load_settings, settings_panel
from cnnviz.ui.train.transport import Shown, transport
from cnnviz.ui.train.watch import BOARD, watch

INTRODUCTION = (
    "Choose what to learn from and how, press **Train**, and watch. A run goes on when you leave "
    "this page; nothing you press here loses it."
)


DRAWN = "_train-drawn"  # the run that the whole page has drawn, as it was then, or None
IDLE = Numbers("Pause after minutes without a browser", LEAST_IDLE, MOST_IDLE, whole=False)


def train_page() -> None:
    """Draw the page from top to bottom: settings, buttons, the run."""
    heading("Train", INTRODUCTION)
    for key, usual in (("smoothing", SMOOTHING), ("log", False)):
        st.session_state.setdefault(key, usual)  # they stand in the URL
    st.session_state.pop(DRAWN, None)
    answering(settings_and_buttons)
    shown: Shown | None = st.session_state.get(DRAWN)  # one look for the buttons and for the run
    with guard():
        if shown is None:
            board([], key=BOARD)  # its script is in the browser before there is anything to draw
            st.info("Nothing has been trained here yet: press Train.", icon="👆")
        else:
            run_bar(list_runs(), shown)
            watch(shown.run, shown.settings, shown.status)
    plotly_loader()


def settings_and_buttons() -> None:
    """Draw what is to be trained, and what starts and stops it."""
    adopt_pending()
    choice = choose()
    with guard():
        runs = list_runs()
        run = chosen_run(runs)
        shown = look(manager(), run) if run else None
        # What is drawn below may be another run, or this one as it was: the whole page runs then,
        # when what was pressed is done.
        old = moment(st.session_state.setdefault(DRAWN, shown)) != moment(shown)
        if not old:
            shown_run(runs)
        if transport(manager(), choice, shown) or old:
            st.rerun()
    publish_url()


def moment(shown: Shown | None) -> tuple[str, str]:
    """Return the run that is drawn, and its state."""
    return (shown.run.id, shown.status.state) if shown else ("", "")


def choose() -> Choice:
    """Draw the settings, the data and the network; return what can be started."""
    with guard():
        preset_row()
    strip, words, row = st.container(), st.container(), st.container(horizontal=True)
    choice = settings_panel(strip, words, row)
    with guard(), row:
        data_sets()
    with guard():
        downloads()
    with guard():
        editor()
    if choice.settings is None:
        return choice
    problem = problem_with(choice.settings)
    if problem:
        st.error(problem, icon="⚠️")
    return replace(choice, problem=problem)


def look(service: Manager, run: RunFolder) -> Shown:
    """Return the run as the buttons need it."""
    return Shown(run, run.status(), settings_of(run), service.controls(run.id))


def run_bar(runs: list[RunFolder], shown: Shown) -> None:
    """Draw what the shown run is, the list of runs, and how its curves are drawn."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(headline(shown.run, shown.status, shown.settings), width="stretch")
        picker(runs, shown.run)
        more(shown)


def more(shown: Shown) -> None:
    """Draw what is needed now and then: smoothing, the settings again, the history as a file."""
    with st.popover("More", icon="⚙️", help="Curves, history as a file, idle time."):
        st.slider(
            "Smoothing",
            0.0,
            0.99,
            step=0.01,
            key="smoothing",
            help=SETTINGS["smoothing"],
            persist_state="session",
        )
        st.toggle("Logarithmic loss", key="log", help=SETTINGS["log"], persist_state="session")
        st.button(
            "Use its settings",
            icon="📋",
            disabled=shown.settings is None,
            help="Put this run's data, network and numbers into the settings above.",
            on_click=_use_settings,
            args=[shown.settings],
        )
        st.download_button(
            "History as CSV",
            lambda: history_csv(shown.run),
            f"{shown.run.id}.csv",
            "text/csv",
            icon="💾",
            on_click="ignore",
            help="One line a step: loss, hits, images, learning rate, seconds.",
        )
        idle_input()


def _use_settings(settings: RunSettings | None) -> None:
    if settings is not None:
        load_settings(settings)


def history_csv(run: RunFolder) -> bytes:
    """Return a run's history as a table in CSV form."""
    return pd.DataFrame(run.history()).to_csv(index=False).encode()


def idle_input() -> None:
    """Draw the minutes after which runs pause when nobody watches."""
    service = manager()
    now = service.idle_seconds / 60 or IDLE_MINUTES
    follow("_idle", now)
    minutes = st.number_input(
        IDLE.label, value=now, step=1.0, format="%g", key="_idle", help=SETTINGS["idle"]
    )
    with guard():
        service.idle_seconds = 60 * IDLE.check(minutes, f"it stays at {now:g}")
