"""The picture of a run that renews itself: the one polled fragment of the page."""

import numpy as np
import streamlit as st

from cnnviz.figures import AnyFigure
from cnnviz.figures.curves import Value, accuracy_figure, extrema, loss_figure
from cnnviz.runs.folder import RunFolder
from cnnviz.runs.records import History, LiveView
from cnnviz.runs.settings import RunSettings
from cnnviz.runs.status import RunStatus
from cnnviz.ui.components.plotly_live import live_chart
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.guard import guard
from cnnviz.ui.pictures import Pictures, pictures
from cnnviz.ui.service import freeze_imports
from cnnviz.ui.train.results import results
from cnnviz.ui.train.view import View, read, strip
from cnnviz.ui.words import badge, compact, duration, percent, plain

CHART_HEIGHT, WORDS_HEIGHT = 300, 48
MOST_FILTERS = 64
STARTING, UNDER_WAY, AT_REST = 0.2, 1.0, 3.0


def live_view(run: RunFolder, status: RunStatus, settings: RunSettings | None) -> None:
    """Draw the run and keep the drawing up to date for as long as something can change."""
    freeze_imports()
    seen = (status.state, status.step > 0)
    every = poll_seconds(status)
    st.fragment(_watch, run_every=every)(run, settings, seen)


def poll_seconds(status: RunStatus) -> float | None:
    """Return how often to look: often before the first step, never at what cannot change."""
    if status.state in ("finished", "diverged", "damaged"):
        return None
    if not status.active:
        return AT_REST  # another window may resume it
    return STARTING if status.step == 0 and status.state != "queued" else UNDER_WAY


def _watch(run: RunFolder, settings: RunSettings | None, seen: tuple[str, bool]) -> None:
    view = read(run, settings)
    with guard():
        _state(view)
        _curves(view)
    with guard():
        if settings is not None:
            shown = pictures(settings.data)
            _inside(view, shown)
            results(view, shown)
    if (view.status.state, view.status.step > 0) != seen:
        st.rerun()  # buttons and the pace of looking depend on the state


def _state(view: View) -> None:
    status = view.status
    done = status.step / status.total_steps if status.total_steps else 0.0
    words = f"step {status.step:,} of {status.total_steps:,}" if status.total_steps else "step –"
    epoch = f"epoch {status.epoch} of {status.epochs}" if status.epochs else "epoch –"
    text = f"{badge(status.state)} {words} · {epoch} {plain(status.message)}"
    st.progress(min(max(done, 0.0), 1.0), text)
    with st.grid(6, min_column_width=95):
        last = view.epochs[-1] if view.epochs else None
        test = view.run.evaluation("test") if status.state == "finished" else None
        st.metric(
            "Validation", percent(last.validation_accuracy if last else None), help=VALIDATION
        )
        st.metric("Test", percent(test.accuracy if test else None), help=TEST)
        st.metric(
            "Images/s", f"{status.images_per_second:,.0f}" if status.step else "–", help=SPEED
        )
        st.metric("Elapsed", duration(status.elapsed), help="Time spent training, without pauses.")
        st.metric(
            "Remaining", duration(status.remaining), help="An estimate from the speed so far."
        )
        st.metric("Rate used", rate(view.history), help=RATE)


VALIDATION = "Share of the held-out images that were got right after the last epoch."
TEST = "Share of the test images that were got right, measured once at the end."
SPEED = "Training images a second: forward, backward and the step."
RATE = "The learning rate of the last step, after the schedule."


def rate(history: History) -> str:
    """Return the learning rate of the last step."""
    return compact(float(f"{history['lr'][-1]:.3g}")) if len(history) else "–"


def _curves(view: View) -> None:
    smoothing = float(st.session_state.get("smoothing", 0.9))
    log = bool(st.session_state.get("log"))
    name = view.run.id
    left, right = st.columns(2)
    with left:
        loss = loss_figure(
            view.history, view.epochs, run_id=name, smoothing=smoothing, log_scale=log
        )
        _chart("Loss", loss, "loss", view.history)
    with right:
        accuracy = accuracy_figure(view.history, view.epochs, run_id=name, smoothing=smoothing)
        _chart("Accuracy", accuracy, "accuracy", view.history)


def _chart(title: str, figure: AnyFigure, value: Value, history: History) -> None:
    words = extremes(history, value)
    st.markdown(f"**{title}**")
    live_chart(figure, key=f"chart-{value}", height=CHART_HEIGHT, alt=f"{title}: {words}")
    with st.container(height=WORDS_HEIGHT, border=False):  # one line or two: nothing below moves
        st.caption(words)


def extremes(history: History, value: Value) -> str:
    """Return largest, smallest and latest value in words."""
    found = extrema(history, value)
    if found is None:
        return "Largest – · smallest – · latest –"
    form = "{:.4g}" if value == "loss" else "{:.1%}"
    return " · ".join(
        f"{name} {form.format(point.value)} (step {point.step:,})"
        for name, point in zip(("Largest", "smallest", "latest"), found, strict=True)
    )


def _inside(view: View, shown: Pictures) -> None:
    left, right = st.columns(2)
    with left:
        _filters(view.live)
    with right:
        _strip(view, shown)


def _filters(live: LiveView | None) -> None:
    st.markdown("**First layer's filters**", help=FILTERS)
    if live is None:
        st.caption("They appear with the first step.")
        return
    maps = filter_images(live)
    if maps is None:
        st.caption("The first layer with weights is no convolution: there are no filters to show.")
        return
    tiles(
        maps,
        key="tiles-filters",
        label=f"Filters of the first convolution after step {live.step:,}",
        titles=[f"filter {i + 1}" for i in range(len(maps))],
        palette="diverging",
        size=filter_size(len(maps)),
        show_label=False,
    )


FILTERS = (
    "The weights of the first convolution: each filter answers where the image looks like it. "
    "Zero is neutral; the scale is the same for all filters."
)
STRIP = (
    "The same test images for every run: beneath each one what the network takes it for now, and "
    "how surely. The network never learns from them."
)


def filter_images(live: LiveView) -> np.ndarray | None:
    """Return the filters as images (F, KH, KW), at most 64; None where there are none."""
    if live.weight.ndim != 4:
        return None
    return np.ascontiguousarray(live.weight[:MOST_FILTERS, 0], np.float32)


def filter_size(count: int) -> int:
    """Return the side of a filter's tile in pixels: the fewer there are, the larger."""
    return 96 if count <= 8 else 64 if count <= 32 else 44


def _strip(view: View, shown: Pictures) -> None:
    st.markdown("**Test images**", help=STRIP)
    found = strip(shown, view.live)
    tiles(
        found.images,
        key="tiles-strip",
        label="Test images with the network's prediction",
        captions=found.captions,
        marks=found.marks,
        titles=found.titles,
        show_label=False,
    )
