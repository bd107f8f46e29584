"""A second run beside the first one."""

import streamlit as st

from cnnviz.nn.model import Sequential
from cnnviz.runs.errors import RunError
from cnnviz.runs.folder import RunFolder, list_runs
from cnnviz.ui.draw.state import OTHER
from cnnviz.ui.inside.moment import Moment, chosen_step, params_of
from cnnviz.ui.lab.trained import MOST_RUNS, run_title
from cnnviz.ui.train.fields import keep

NONE = ""
HELP = (
    "Another run gets the same drawing, at the same step or its last one before that; while the "
    "latest step is followed, at its own latest."
)


def other_input(moment: Moment) -> Moment | None:
    """Draw the choice of a second run; return it at about the same moment, None without one."""
    runs = {run.id: run for run in list_runs()[:MOST_RUNS] if run.id != moment.run.id}
    asked = st.session_state.get(OTHER)
    if asked and asked not in runs and asked != moment.run.id:
        st.caption(f"The second run, {asked}, is not here.")
    options = [NONE, *runs]
    keep(OTHER, asked if asked in runs else NONE)
    st.selectbox(
        "Compare with",
        options,
        key=OTHER,
        format_func=lambda one: run_title(runs[one]) if one else "No other run",
        help=HELP,
        persist_state="session",
    )
    chosen = st.session_state.get(OTHER)
    return moment_like(moment, runs[chosen]) if chosen in runs else None


def moment_like(moment: Moment, run: RunFolder) -> Moment:
    """Return another run at the moment that corresponds; raises RunError with a sentence."""
    steps = tuple(run.checkpoint_steps())
    if not steps:
        raise RunError(f"The second run, {run.id}, has no weights yet: choose another one.")
    step, live = chosen_step(None if moment.live else moment.step, steps)
    settings = run.settings()
    model = Sequential.from_specs(settings.layers)
    return Moment(run, settings, run.status(), steps, step, live, model, params_of(run, step))
