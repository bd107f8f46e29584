"""A run at one of its checkpoints: what every page that looks inside begins with."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from cnnviz.data import CLASSES, DataError
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import ModelParams
from cnnviz.runs.errors import RunError
from cnnviz.runs.folder import RunFolder, list_runs
from cnnviz.runs.settings import RunSettings
from cnnviz.runs.status import RESUMABLE, RunStatus
from cnnviz.ui.answering import answering
from cnnviz.ui.components.timeline import timeline
from cnnviz.ui.guard import guard
from cnnviz.ui.inside.links import open_page, set_state
from cnnviz.ui.inside.marks import marks
from cnnviz.ui.inside.memory import remembered
from cnnviz.ui.inside.pulse import FOLLOWED, follow, look
from cnnviz.ui.pictures import pictures
from cnnviz.ui.state import MOVING, Table, publish_url, run_id
from cnnviz.ui.train.numbers import Numbers
from cnnviz.ui.train.picker import chosen_run, headline, picker, settings_of, shown_run
from cnnviz.ui.words import badge, plain

STEP = "look_step"
SHOWN = "_look-shown"  # the step that is shown, also where nothing was asked for
MOMENT_TABLE: Table = {
    "run": run_id,
    STEP: Numbers("Step", 0, 10**9).read,
}
NOTHING = (
    "Nothing has been trained here yet. Press Train on the Train page: from its first step on, a "
    "run can be taken apart here, also while it goes on."
)
SOON = "This run has no weights yet: they are there in a moment, before the first step."
QUEUED = "This run waits for its turn and has no weights yet: they are there before its first step."
NEVER = "This run has no weights, and nothing is under way that would make any: "
ELSEWHERE = "choose another one under Runs, at the right."


@dataclass(frozen=True, eq=False)
class Moment:
    """A run at one of its checkpoints.

    Parameters
    ----------
    steps : tuple of int
        The steps of all checkpoints, rising; the first is 0, before any training.
    step : int
        The one that is shown.
    live : bool
        Whether that is the latest one, to be followed while the run goes on.
    params : list of dict of arrays
        The parameters after `step`.
    """

    run: RunFolder
    settings: RunSettings
    status: RunStatus
    steps: tuple[int, ...]
    step: int
    live: bool
    model: Sequential
    params: ModelParams

    @property
    def diverged(self) -> bool:
        """Whether it is the last checkpoint of a training that diverged."""
        return self.status.state == "diverged" and self.live

    def at(self, step: int) -> ModelParams:
        """Return the parameters of another checkpoint; raises RunError."""
        return params_of(self.run, step)


def params_of(run: RunFolder, step: int) -> ModelParams:
    """Return the parameters of a checkpoint, read once; raises RunError."""
    return remembered(("params", str(run.path), step), lambda: run.params(step))


def at_a_moment(
    body: Callable[[Moment], None], table: Callable[[], Table], *, whole: bool = False
) -> None:
    """Draw the timeline and, for the moment that it stands at, the body of a page.

    Parameters
    ----------
    body : callable
        Draws the page beneath the timeline.
    table : callable
        Returns, after that, which of the page's parameters stand in the URL.
    whole : bool
        See `answering`.
    """
    seen = look()
    st.session_state[FOLLOWED] = None
    answering(lambda: _shown(body, table), whole=whole)
    follow(seen)


def _shown(body: Callable[[Moment], None], table: Callable[[], Table]) -> None:
    """Draw timeline and body."""
    run = chosen_run(list_runs())
    if st.session_state.get(FOLLOWED) not in (None, run and run.id):
        st.rerun()  # another run is shown now: it is to be followed
    moment = moment_bar()
    if moment is not None:
        with guard():
            body(moment)
    publish_url(table())


def moment_bar() -> Moment | None:
    """Draw what the run is, the list of runs and the timeline; return the chosen moment.

    None where there is nothing to look at; why, and what to do, is said then.
    """
    with guard():
        runs = list_runs()
        run = shown_run(runs)
        if run is None:
            st.info(NOTHING, icon="👆")
            if st.button("Open the Train page", icon="🏋️", key="_to_train"):
                open_page("Train")
            return None
        return _moment(run, runs)
    return None


def _moment(run: RunFolder, runs: list[RunFolder]) -> Moment | None:
    status = run.status()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(badge(status.state), width="content")
        st.markdown(headline(run, status, settings_of(run)), width="stretch")
        picker(runs, run)
    settings = readable_settings(run)
    steps = tuple(run.checkpoint_steps())
    if not steps:
        st.info(no_weights(status), icon="⏳" if status.active else "ℹ️")
        return None
    asked = st.session_state.get(STEP)
    if asked is not None and asked > steps[-1] and not status.active:
        _choose(None)
        words = f"This run ends at step {steps[-1]:,}: there is no step {asked:,.0f}."
        st.toast(words, icon="🔗", duration="long")
    step, live = chosen_step(asked, steps)
    st.session_state[SHOWN] = step
    if st.session_state.get(MOVING) != run.id:
        st.session_state[MOVING] = None
    timeline(
        marks(run, steps),
        run=run.id,
        step=step,
        total=max(status.total_steps, steps[-1]),
        active=status.active,
        key="timeline",
        on_step=partial(_moved, run.id),
    )
    model = Sequential.from_specs(settings.layers)
    return Moment(run, settings, status, steps, step, live, model, readable_params(run, step))


def readable_settings(run: RunFolder) -> RunSettings:
    """Return a run's settings; raises RunError that names the run, and the way out."""
    try:
        return run.settings()
    except RunError as error:
        raise RunError(
            f"What network the run {plain(run.id)} trained cannot be read any more "
            f"({str(error).rstrip('.')}): {ELSEWHERE}"
        ) from error


def readable_params(run: RunFolder, step: int) -> ModelParams:
    """Return the parameters of a checkpoint; raises RunError with the way out."""
    try:
        return params_of(run, step)
    except RunError as error:
        raise RunError(
            f"The weights after step {step:,} cannot be read any more ({str(error).rstrip('.')}): "
            "move the timeline to another step."
        ) from error


def no_weights(status: RunStatus) -> str:
    """Return why a run without any checkpoint has none, and what to do."""
    if status.active:
        return QUEUED if status.state == "queued" else SOON
    resume = "press Resume on the Train page, or " * (status.state in RESUMABLE)
    return f"{NEVER}{resume}{ELSEWHERE}"


def _choose(step: int | None) -> None:
    set_state({STEP: step})


def _moved(run: str, step: int | None, moving: bool) -> None:
    _choose(step)
    st.session_state[MOVING] = run if moving else None


def hold() -> None:
    """Stay at the step that is shown, also when the run goes on; for callbacks."""
    _choose(st.session_state.get(SHOWN))


def class_names(moment: Moment) -> tuple[str, ...]:
    """Return what the classes are called; numbers where the data set is not here any more."""
    try:
        return pictures(moment.settings.data).class_names
    except DataError:
        return tuple(map(str, range(CLASSES)))


def chosen_step(asked: float | None, steps: tuple[int, ...]) -> tuple[int, bool]:
    """Return the last checkpoint that is not after the step asked for, and whether it is followed.

    Nothing asked for, or something after the end, means the latest.
    """
    if asked is None or asked >= steps[-1]:
        return steps[-1], True
    return max((step for step in steps if step <= asked), default=steps[0]), False
