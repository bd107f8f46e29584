"""Loss and accuracy of a training run, as figures in the plain form that plotly.js reads."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures import typed_array
from cnnviz.figures.palette import ON_DARK, TRAINING, VALIDATION
from cnnviz.figures.smooth import smooth
from cnnviz.figures.thin import thin

History = NDArray[np.void]
"""One record a step, with the fields step, loss, correct, images, lr and seconds."""

Floats = NDArray[np.float32]
Value = Literal["loss", "accuracy"]

PlotlyDict = dict[str, Any]

RAW_POINTS = 600
TREND_POINTS = 300
VALIDATION_POINTS = 200
MANY = 60  # validations, from which on their marks would hide the curves
CLEAR = "rgba(0,0,0,0)"


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


def room(step: int, total: int) -> int:
    """How far an axis of steps reaches for now: `total` halved as often as `step` still fits in.

    A curve then grows within axes that stay as they are, instead of being squeezed each time.
    """
    return total >> ((total // step).bit_length() - 1) if 0 < step < total else max(step, total)


def loss_figure(
    history: History,
    epochs: Sequence[Epoch],
    *,
    run_id: str,
    smoothing: float = 0.9,
    until: int = 0,
    log_scale: bool = False,
    loss: str = "",
) -> PlotlyDict:
    """Loss of the training batches and of the validation images, over steps.

    Parameters
    ----------
    history : structured array, shape (N,)
    epochs : sequence of Epoch
    run_id : str
        While it stays the same, a reader's zoom is kept.
    smoothing : float
        Weight of the past in the bold curve, see `smooth`; 0 draws the raw curve alone.
    until : int
        A step that the axis reaches at least, see `room`.
    log_scale : bool
        Draw the loss on a logarithmic axis.
    loss : str
        What it is: cross-entropy, say.
    """
    kind = {"type": "log" if log_scale else "linear"}
    axis = {**kind, "rangemode": "tozero", "exponentformat": "power"}
    traces = _traces(history, epochs, "loss", ".4f", smoothing)
    return _figure(traces, f"loss ({loss})" if loss else "loss", axis, run_id, until)


def accuracy_figure(
    history: History,
    epochs: Sequence[Epoch],
    *,
    run_id: str,
    smoothing: float = 0.9,
    until: int = 0,
) -> PlotlyDict:
    """Share of right answers in the training batches and the validation images, over steps.

    The parameters are those of `loss_figure`.
    """
    axis = {"range": [0, 1.02], "tickformat": ".0%"}
    traces = _traces(history, epochs, "accuracy", ".1%", smoothing)
    return _figure(traces, "accuracy", axis, run_id, until)


def _traces(
    history: History, epochs: Sequence[Epoch], value: Value, form: str, smoothing: float
) -> list[PlotlyDict]:
    """Raw batches, their trend and the validation points, from back to front."""
    steps, raw = history["step"], batch_values(history, value)
    traces = [_batches(steps, raw, f"{value} of this batch %{{y:{form}}}")]
    if smoothing:
        trend = smooth(raw, history["images"], smoothing)
        traces.append(_trend(steps, trend, f"smoothed {value} %{{y:{form}}}"))
    if epochs:
        traces.append(_validation(epochs, value, form))
    return traces


def _trace(x: Floats, y: Floats, name: str, hover: str, **style: Any) -> PlotlyDict:
    return {
        "type": "scatter",
        "x": typed_array(x),
        "y": typed_array(y),
        "name": name,
        "hovertemplate": f"step %{{x:,d}}<br>{hover}<extra></extra>",
        **style,
    }


def _batches(steps: NDArray[Any], raw: Floats, hover: str) -> PlotlyDict:
    x, y = thin(steps, raw, RAW_POINTS)
    line = {"color": TRAINING, "width": 1}
    return _trace(x, y, "batches", hover, mode="lines", line=line, opacity=0.5)


def _trend(steps: NDArray[Any], trend: Floats, hover: str) -> PlotlyDict:
    x, y = thin(steps, trend, TREND_POINTS)
    line = {"color": TRAINING, "width": 2.25}
    return _trace(x, y, "smoothed", hover, mode="lines", line=line)


def _validation(epochs: Sequence[Epoch], value: Value, form: str) -> PlotlyDict:
    numbers = {epoch.step: epoch.epoch for epoch in epochs}
    found = [getattr(epoch, f"validation_{value}") for epoch in epochs]
    x, y = thin([epoch.step for epoch in epochs], found, VALIDATION_POINTS)
    few = len(epochs) <= MANY
    return _trace(
        x,
        y,
        "validation",
        f"validation {value} after epoch %{{customdata}}: %{{y:{form}}}",
        customdata=[numbers[int(step)] for step in x],
        mode="lines+markers",
        line={"color": VALIDATION, "width": 1.5, "dash": "dot" if few else "solid"},
        marker={"color": VALIDATION, "size": 9 if few else 3, "symbol": "diamond"},
    )


def _figure(
    traces: list[PlotlyDict], title: str, axis: PlotlyDict, run_id: str, until: int
) -> PlotlyDict:
    plain = {"zeroline": False, "showline": False, "ticklabelstandoff": 4}
    across = {"title": {"text": "step"}, "showgrid": False, "rangemode": "tozero"}
    across["autorangeoptions"] = {"include": until}
    legend = {"orientation": "h", "xref": "container", "x": 0, "yref": "container", "y": 1}
    return {
        "data": traces,
        "layout": {
            "uirevision": run_id,
            "meta": {"on_dark": ON_DARK},
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "margin": {"l": 64, "r": 8, "t": 32, "b": 48},
            "legend": {**legend, "yanchor": "top", "bgcolor": CLEAR},
            "showlegend": True,
            "hovermode": "closest",
            "xaxis": {**plain, **across, "showline": True, "tickformat": ",d"},
            "yaxis": {**plain, **axis, "title": {"text": title}},
        },
    }
