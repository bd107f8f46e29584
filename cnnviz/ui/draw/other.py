"""A second run beside the first one."""

import streamlit as st

from cnnviz.nn.model import Sequential
from cnnviz.runs.errors import RunError
from cnnviz.runs.folder import RunFolder, list_runs
from cnnviz.ui.draw.state import OTHER
from cnnviz.ui.guard import guard
from cnnviz.ui.inside.moment import Moment, chosen_step, params_of
from cnnviz.ui.lab.trained import MOST_RUNS, run_title
from cnnviz.ui.train.fields import keep
from cnnviz.ui.train.picker import described

NONE = ""
HELP = (
    "Another run gets the same drawing, at the same step or its last one before that; while the "
    "latest step is followed, at its own latest."
)


def other_input(moment: Moment) -> None:
    """Draw the choice of a second run."""
    runs, asked = _others(moment), st.session_state.get(OTHER)
    if asked and asked not in runs and asked != moment.run.id:
        st.caption(f"The second run, {asked}, is not here.")
    keep(OTHER, asked if asked in runs else NONE)
    st.selectbox(
        "Compare with",
        [NONE, *runs],
        key=OTHER,
        format_func=lambda one: run_title(runs[one]) if one else "No other run",
        help=HELP,
        persist_state="session",
    )
    with guard():
        _second(moment)


def both(moment: Moment) -> list[Moment]:
    """Return the run that is looked at, and the second one at about the same moment.

    Without the second one where none is chosen or it cannot be read; why, its input says.
    """
    try:
        second = _second(moment)
    except RunError:
        second = None
    return [moment, *([second] if second else [])]


def told_apart(second: Moment, first: Moment) -> str:
    """Return what a run is and the first is not: its network, data, seed, start, else its id.

    Nothing for the first itself.
    """
    seeds = [f"seed {one.settings.config.seed}" for one in (second, first)]
    own, others = described(second.run), described(first.run)
    pairs = zip((*own[:2], seeds[0], own[2]), (*others[:2], seeds[1], others[2]), strict=True)
    differing = (own for own, other in pairs if own != other)
    return "" if second is first else next(differing, second.run.id)


def _second(moment: Moment) -> Moment | None:
    found = _others(moment).get(str(st.session_state.get(OTHER)))
    return None if found is None else _like(moment, found)


def _others(moment: Moment) -> dict[str, RunFolder]:
    return {run.id: run for run in list_runs()[:MOST_RUNS] if run.id != moment.run.id}


def _like(moment: Moment, run: RunFolder) -> Moment:
    """Return another run at the moment that corresponds."""
    steps = tuple(run.checkpoint_steps())
    if not steps:
        raise RunError(f"The second run, {run.id}, has no weights yet: choose another one.")
    step, live = chosen_step(None if moment.live else moment.step, steps)
    settings = run.settings()
    model = Sequential.from_specs(settings.layers)
    return Moment(run, settings, run.status(), steps, step, live, model, params_of(run, step))
