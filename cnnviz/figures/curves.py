"""Loss and accuracy of a training run, as figures."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnviz.figures.palette import ON_DARK, TRAINING, VALIDATION
from cnnviz.figures.smooth import smooth
from cnnviz.figures.thin import thin

History = NDArray[np.void]
"""One record a step, with the fields step, loss, correct, images, lr and seconds."""

Floats = NDArray[np.float32]
Value = Literal["loss", "accuracy"]

PALE = 0.35
POINTS = 1000


class Epoch(Protocol):
    """What the curves need to know about a finished epoch."""

    @property
    def epoch(self) -> int: ...
    @property
    def step(self) -> int: ...
    @property
    def validation_loss(self) -> float: ...
    @property
    def validation_accuracy(self) -> float: ...


class Point(NamedTuple):
    """A value and the step it belongs to."""

    step: int
    value: float


class Extrema(NamedTuple):
    """The points worth naming beside a curve."""

    largest: Point
    smallest: Point
    latest: Point


def batch_values(history: History, value: Value) -> Floats:
    """Loss or share of correct answers of each training batch, shape (N,)."""
    values = history["loss"] if value == "loss" else history["correct"] / history["images"]
    return np.asarray(values, np.float32)


def extrema(history: History, value: Value = "loss") -> Extrema | None:
    """Largest, smallest and latest value of the training batches, or None before the first.

    NaN and infinity are neither largest nor smallest, but they may be the latest.
    """
    values = batch_values(history, value)
    finite = np.flatnonzero(np.isfinite(values))
    if not len(finite):
        return None
    places = finite[values[finite].argmax()], finite[values[finite].argmin()], len(values) - 1
    return Extrema(*(Point(int(history["step"][i]), float(values[i])) for i in places))


def loss_figure(
    history: History,
    epochs: Sequence[Epoch],
    *,
    run_id: str,
    smoothing: float = 0.9,
    log_scale: bool = False,
) -> go.Figure:
    """Cross-entropy of the training batches and of the validation images, over steps.

    Parameters
    ----------
    history : structured array, shape (N,)
        May be empty.
    epochs : sequence of Epoch
    run_id : str
        While it stays the same, a reader's zoom is kept.
    smoothing : float
        Weight of the past in the bold curve, see `smooth`; 0 draws the raw curve alone.
    log_scale : bool
        Draw the loss on a logarithmic axis.
    """
    figure = _figure(history, epochs, "loss", ".4f", run_id, smoothing)
    kind = "log" if log_scale else "linear"
    return figure.update_yaxes(title_text="loss (cross-entropy)", type=kind, rangemode="tozero")


def accuracy_figure(
    history: History, epochs: Sequence[Epoch], *, run_id: str, smoothing: float = 0.9
) -> go.Figure:
    """Share of right answers in the training batches and the validation images, over steps.

    The parameters are those of `loss_figure`.
    """
    figure = _figure(history, epochs, "accuracy", ".1%", run_id, smoothing)
    return figure.update_yaxes(title_text="accuracy", range=[0, 1.02], tickformat=".0%")


def _figure(
    history: History,
    epochs: Sequence[Epoch],
    value: Value,
    form: str,
    run_id: str,
    smoothing: float,
) -> go.Figure:
    steps, raw = history["step"], batch_values(history, value)
    traces = [_batches(steps, raw, value, form)]
    if smoothing:
        trend = smooth(raw, history["images"], smoothing)
        traces.append(_trend(steps, trend, form))
    if epochs:
        traces.append(_validation(epochs, value, form))
    return go.Figure(traces, _layout(run_id, empty=not len(steps)))


def _line(x: Any, y: Any, name: str, hover: str, **style: Any) -> go.Scatter:
    text = f"step %{{x:,d}}<br>{hover}<extra>{name}</extra>"
    return go.Scatter(x=x, y=y, name=name, hovertemplate=text, **style)


def _batches(steps: Any, raw: Floats, value: Value, form: str) -> go.Scatter:
    x, y = thin(steps, raw, POINTS)
    line = {"color": TRAINING, "width": 1}
    hover = f"{value} of this batch %{{y:{form}}}"
    return _line(x, y, "training batch", hover, mode="lines", line=line, opacity=PALE)


def _trend(steps: Any, trend: Floats, form: str) -> go.Scatter:
    x, y = thin(steps, trend, POINTS)
    line = {"color": TRAINING, "width": 2.25}
    return _line(x, y, "training, smoothed", f"mean %{{y:{form}}}", mode="lines", line=line)


def _validation(epochs: Sequence[Epoch], value: Value, form: str) -> go.Scatter:
    x = np.array([epoch.step for epoch in epochs], np.float32)
    y = np.array([getattr(epoch, f"validation_{value}") for epoch in epochs], np.float32)
    return _line(
        x,
        y,
        "validation",
        f"after epoch %{{customdata}}: {value} %{{y:{form}}}",
        customdata=np.array([epoch.epoch for epoch in epochs]),
        mode="lines+markers",
        line={"color": VALIDATION, "width": 1.5, "dash": "dot"},
        marker={"color": VALIDATION, "size": 9, "symbol": "diamond"},
    )


def _layout(run_id: str, *, empty: bool) -> go.Layout:
    clear = "rgba(0,0,0,0)"
    axis: dict[str, Any] = {"zeroline": False, "showline": False, "ticks": "", "automargin": False}
    note = {
        "text": "The curve starts with the first step.",
        "showarrow": False,
        "xref": "paper",
        "yref": "paper",
        "x": 0.5,
        "y": 0.5,
    }
    return go.Layout(
        template="none",
        uirevision=run_id,
        meta={"on_dark": ON_DARK},
        paper_bgcolor=clear,
        plot_bgcolor=clear,
        margin={"l": 60, "r": 12, "t": 34, "b": 44},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "bgcolor": clear},
        hovermode="closest",
        xaxis={**axis, "title": {"text": "step"}, "rangemode": "tozero", "tickformat": ",d"},
        yaxis=axis,
        annotations=[note] if empty else [],
        showlegend=True,
    )
