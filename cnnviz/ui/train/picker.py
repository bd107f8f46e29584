"""Which run the page shows, and the list to choose another one from."""

from datetime import datetime
from typing import Literal

import streamlit as st

from cnnviz.runs.errors import RunError
from cnnviz.runs.folder import RunFolder
from cnnviz.runs.settings import RunSettings
from cnnviz.runs.status import RunStatus
from cnnviz.ui.words import STATES, percent, plain

MOST_SHOWN = 50


def shown_run(runs: list[RunFolder]) -> RunFolder | None:
    """Return the run that was chosen, or the newest one; says so where the chosen one is gone."""
    chosen = st.session_state.get("run")
    by_id = {run.id: run for run in runs}
    if chosen is not None and chosen not in by_id:
        st.info(f"The run {plain(chosen)} is not here; the newest one is shown.", icon="ℹ️")
    found = by_id.get(str(chosen)) or (runs[0] if runs else None)
    st.session_state["run"] = found.id if found else None
    return found


def picker(runs: list[RunFolder], shown: RunFolder) -> None:
    """Draw the list of runs, newest first."""
    box = st.popover(
        f"Runs ({len(runs)})",
        icon="🗂️",
        key="_runs",
        on_change="rerun",
        help="Every run that was ever trained here; choose one to look at.",
    )
    if not box.open:
        return
    height: int | Literal["content"] = 420 if len(runs) > 10 else "content"
    with box, st.container(height=height, border=False, gap="xsmall"):
        for run in runs[:MOST_SHOWN]:
            label = line(run)
            if run.id == shown.id:
                st.markdown(f"▸ {label}")
            else:
                st.button(
                    label, key=f"_pick-{run.id}", type="tertiary", on_click=_pick, args=[run.id]
                )
        if len(runs) > MOST_SHOWN:
            st.caption(
                f"{len(runs) - MOST_SHOWN:,} older ones are in {plain(str(shown.path.parent))}."
            )


def _pick(run: str) -> None:
    st.session_state["run"] = run
    st.session_state["_runs"] = False


def line(run: RunFolder) -> str:
    """Return a run in a line of Markdown: when, state, network, data, accuracy."""
    sign, word, _ = STATES[run.status().state]
    return " · ".join((f"{sign} {word}", *map(plain, described(run)), percent(accuracy(run))))


def described(run: RunFolder) -> tuple[str, str, str]:
    """Return network, data and start of a run; of a damaged one what its name tells."""
    settings = settings_of(run)
    when = started(run.id)
    if settings is None:
        return run.id, "–", when
    return settings.network, settings.data.dataset, when


def started(run_id: str) -> str:
    """Return when a run was started, from its id: 20 Nov, 23:30."""
    try:
        moment = datetime.strptime(run_id[:15], "%Y%m%d-%H%M%S")
    except ValueError:
        return "–"
    return f"{moment.day} {moment:%b, %H:%M}"


def settings_of(run: RunFolder) -> RunSettings | None:
    """Return a run's settings, None where they cannot be read."""
    try:
        return run.settings()
    except RunError:
        return None


def accuracy(run: RunFolder) -> float | None:
    """Return the test accuracy, or that of the last validation, or None."""
    test = run.evaluation("test")
    if test is not None:
        return test.accuracy
    epochs = run.epochs()
    return epochs[-1].validation_accuracy if epochs else None


def headline(run: RunFolder, status: RunStatus, settings: RunSettings | None) -> str:
    """Return what the shown run is, in a line of Markdown."""
    if settings is None:
        return f"**{plain(run.id)}**"
    origin = " · from a terminal" if status.owner == "terminal" else ""
    return (
        f"**{plain(settings.network)}** on **{plain(settings.data.dataset)}** · "
        f"seed {settings.config.seed} · {started(run.id)}{origin}"
    )
