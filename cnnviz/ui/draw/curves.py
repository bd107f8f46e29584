"""How sure a run was of the drawings that were kept, at each of its checkpoints."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from time import monotonic

import numpy as np
import streamlit as st

from cnnviz.figures.prediction import Curve
from cnnviz.runs.errors import RunError
from cnnviz.runs.folder import RunFolder
from cnnviz.ui.draw.prediction import Probs, key_of, probs_of
from cnnviz.ui.draw.state import STOPPED
from cnnviz.ui.inside.memory import known, remembered
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.inside.subject import Subject

AT_ONCE = 0.15  # seconds of work that need no progress bar
LABEL = "Following the drawings through the training"


@dataclass(frozen=True, eq=False)
class Followed:
    """A drawing as a run gets it, and the class whose probability is wanted."""

    name: str
    place: int
    subject: Subject
    label: int


def missing(moment: Moment, drawings: list[Followed]) -> list[int]:
    """Return the steps at which not everything is known yet."""
    keys = [one.subject for one in drawings]
    return [
        step
        for step in moment.steps
        if not all(known(key_of(moment.run, step, subject)) for subject in keys)
    ]


def compute(moment: Moment, drawings: list[Followed], steps: list[int]) -> Iterator[float]:
    """Compute all drawings at these steps, a checkpoint at a time; yield the share that is done."""
    for place, step in enumerate(steps, 1):
        try:
            params = moment.run.params(step)
        except RunError:  # thinned out in this moment, or damaged: a gap in the curve
            continue
        for one in drawings:
            make = partial(probs_of, moment.model, params, one.subject)
            remembered(key_of(moment.run, step, one.subject), make)
        yield place / len(steps)


def curve(moment: Moment, one: Followed, *, second: bool) -> Curve:
    """Return what is known of a drawing's probability over the training."""
    found = [
        (step, probs)
        for step in moment.steps
        if (probs := _known(moment.run, step, one)) is not None
    ]
    steps = np.array([step for step, _ in found], np.int64)
    shares = np.array([probs[one.label] for _, probs in found], np.float32)
    return Curve(one.name, one.place, steps, shares, second)


def _known(run: RunFolder, step: int, one: Followed) -> Probs | None:
    try:
        return remembered(key_of(run, step, one.subject), _nothing)
    except LookupError:
        return None


def _nothing() -> Probs:
    raise LookupError("Not computed yet.")


def work_through(moments: list[tuple[Moment, list[Followed]]]) -> None:
    """Do what is missing, with progress and Cancel where it takes a while.

    Whatever was computed stays: a press anywhere on the page breaks it off, and the next run of
    the page goes on where it was.
    """
    work = [(moment, drawings, missing(moment, drawings)) for moment, drawings in moments]
    if not any(steps for *_, steps in work):
        return
    place = st.empty()
    if st.session_state.get(STOPPED):
        with place.container(horizontal=True, vertical_alignment="center"):
            st.caption("Not computed to the end.", width="content")
            st.button("Go on", key="_draw_go_on", on_click=_stop, args=[False])
        return
    begun, bar = monotonic(), None
    for part, (moment, drawings, steps) in enumerate(work):
        for share in compute(moment, drawings, steps):
            if monotonic() - begun < AT_ONCE:
                continue
            if bar is None:
                with place.container(horizontal=True, vertical_alignment="center"):
                    bar = st.progress(0.0, LABEL)
                    st.button("Cancel", key="_draw_cancel", on_click=_stop, args=[True])
            bar.progress((part + share) / len(work), LABEL)
    place.empty()


def _stop(stopped: bool) -> None:
    st.session_state[STOPPED] = stopped
