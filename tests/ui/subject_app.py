"""The choice of an image alone, for tests: the newest run at its latest checkpoint."""

import streamlit as st

from cnnviz.nn.model import Sequential
from cnnviz.runs import list_runs
from cnnviz.ui.guard import guard
from cnnviz.ui.inside.moment import Moment, params_of
from cnnviz.ui.inside.subject import SUBJECT_TABLE, subject_input
from cnnviz.ui.state import adopt_url, publish_url

adopt_url("subject", SUBJECT_TABLE)
run = list_runs()[0]
steps = tuple(run.checkpoint_steps())
model = Sequential.from_specs(run.settings().layers)
params = params_of(run, steps[-1])
moment = Moment(run, run.settings(), run.status(), steps, steps[-1], True, model, params)
with guard():
    found = subject_input(moment)
    st.session_state["found"] = found
publish_url(SUBJECT_TABLE)
