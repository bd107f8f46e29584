"""Which run the page shows, and the list to choose another one from."""

from datetime import datetime
from typing import Literal

import streamlit as st

from cnnviz.runs.delete import run_bytes
from cnnviz.runs.errors import RunError
from cnnviz.runs.folder import RunFolder
from cnnviz.runs.settings import RunSettings
from cnnviz.runs.status import RunStatus
from cnnviz.ui.service import manager
from cnnviz.ui.words import STATES, count_of, percent, plain, size

MOST_SHOWN = 50
ASKED = "_delete"  # the run of which is asked whether to delete it
REFUSED = "_delete-refused"  # why one was not deleted: to be said once
GONE = "_run-gone"  # why another run is shown than the chosen one: to be said once
AT_WORK = "It waits or is being trained: pause or stop it first."


def shown_run(runs: list[RunFolder]) -> RunFolder | None:
    """Return the run that was chosen, or the newest one; says so where the chosen one is gone."""
    found = chosen_run(runs)
    if sentence := st.session_state.pop(GONE, ""):
        st.info(sentence, icon="ℹ️")
    return found


def chosen_run(runs: list[RunFolder]) -> RunFolder | None:
    """Return the same run; what there is to say waits until `shown_run` says it."""
    chosen = st.session_state.get("run")
    by_id = {run.id: run for run in runs}
    if chosen is not None and chosen not in by_id:
        st.session_state[GONE] = _gone(str(chosen), bool(runs))
    found = by_id.get(str(chosen)) or (runs[0] if runs else None)
    st.session_state["run"] = found.id if found else None
    return found


def _gone(run: str, others: bool) -> str:
    instead = "; the newest one is shown" if others else ""
    return f"The run {plain(run)} is not here (it may have been deleted){instead}."


def picker(runs: list[RunFolder], shown: RunFolder) -> None:
    """Draw the list of runs, newest first, each with its size; from here they are deleted too.

    Its label has no number: with another label it would be another list, which is closed.
    """
    box = st.popover(
        "Runs",
        icon="🗂️",
        key="_runs",
        on_change="rerun",
        help="Every run that was ever trained here: choose one to look at, or delete what you "
        "no longer need.",
    )
    if not box.open:
        st.session_state.pop(ASKED, None)
        return
    with box:
        if refused := st.session_state.pop(REFUSED, ""):
            st.error(refused, icon="⚠️")
        sizes = [run_bytes(run) for run in runs]
        height: int | Literal["content"] = 420 if len(runs) > 10 else "content"
        with st.container(height=height, border=False, gap="xsmall"):
            for run, room in zip(runs[:MOST_SHOWN], sizes, strict=False):
                _entry(run, room, shown)
        st.caption(_total(runs, sum(sizes)))


def _total(runs: list[RunFolder], room: int) -> str:
    where = plain(str(runs[0].path.parent))
    older = f" The {len(runs) - MOST_SHOWN:,} oldest are only there." * (len(runs) > MOST_SHOWN)
    return f"{count_of(len(runs), 'run')}, together {size(room)}, in {where}.{older}"


def _entry(run: RunFolder, room: int, shown: RunFolder) -> None:
    """Draw a run's line, or the question whether to delete it."""
    if st.session_state.get(ASKED) == run.id:
        _question(run, room)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        label = f"{line(run)} · {size(room)}"
        if run.id == shown.id:
            st.markdown(f"▸ {label}", width="stretch")
        else:
            with st.container(width="stretch"):
                st.button(
                    label, key=f"_pick-{run.id}", type="tertiary", on_click=_pick, args=[run.id]
                )
        busy = run.status().active
        st.button(
            "🗑️",
            key=f"_delete-{run.id}",
            type="tertiary",
            disabled=busy,
            help=AT_WORK if busy else f"Delete this run ({size(room)}); a question comes first.",
            on_click=_ask,
            args=[run.id],
        )


def _question(run: RunFolder, room: int) -> None:
    network, _, when = described(run)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"Delete {plain(network)} of {when} ({size(room)})? This cannot be undone.")
        with st.container(horizontal=True):
            st.button("Delete", key="_delete-yes", type="primary", on_click=_delete, args=[run.id])
            st.button("Keep it", key="_delete-no", on_click=_ask, args=[None])


def _ask(run: str | None) -> None:
    st.session_state[ASKED] = run


def _delete(run: str) -> None:
    st.session_state.pop(ASKED, None)
    try:
        manager().delete(run)
    except RunError as error:
        st.session_state[REFUSED] = str(error)
        return
    if st.session_state.get("run") == run:
        st.session_state["run"] = None  # the newest one is shown


def _pick(run: str) -> None:
    st.session_state["run"] = run
    st.session_state["_runs"] = False


def line(run: RunFolder) -> str:
    """Return a run in a line of Markdown: state, network, data, seed, when, accuracy."""
    sign, word, _ = STATES[run.status().state]
    settings, (network, data, when) = settings_of(run), map(plain, described(run))
    seed = [f"seed {settings.config.seed}"] if settings else []
    return " · ".join((f"{sign} {word}", network, data, *seed, when, percent(accuracy(run))))


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
