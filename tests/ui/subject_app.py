"""The choice of an image alone, for tests: the newest run at a checkpoint."""

import streamlit as st

from cnnviz.nn.model import Sequential
from cnnviz.runs import list_runs
from cnnviz.ui.guard import guard
from cnnviz.ui.inside.moment import MOMENT_TABLE, STEP, Moment, chosen_step, params_of
from cnnviz.ui.inside.subject import SUBJECT_TABLE, subject_input
from cnnviz.ui.state import adopt_url, publish_url

TABLE = MOMENT_TABLE | SUBJECT_TABLE
adopt_url("subject", TABLE)
run = list_runs()[0]
steps = tuple(run.checkpoint_steps())
model = Sequential.from_specs(run.settings().layers)
step, live = chosen_step(st.session_state.get(STEP), steps)
params = params_of(run, step)
moment = Moment(run, run.settings(), run.status(), steps, step, live, model, params)
with guard():
    found = subject_input(moment)
    st.session_state["found"] = found
publish_url(TABLE)
