"""What a network takes an image for: a bar for each class, and one class over the training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures import typed_array
from cnnviz.figures.palette import LINES, ON_DARK, TRAINING, VALIDATION

CLEAR = "rgba(0,0,0,0)"
Floats = NDArray[np.floating[Any]]


def prediction_figure(
    probs: Floats, names: Sequence[str], texts: Sequence[str], *, second: bool = False
) -> dict[str, Any]:
    """Return the probabilities (K,) as bars across, the largest one in full color.

    Parameters
    ----------
    names, texts : K words each
        What the classes are called, and how their probabilities are written.
    second : bool
        Whether they are those of a second run, which has a color of its own.
    """
    shown = np.where(np.isfinite(probs), probs, 0).astype(np.float32)
    places = np.arange(len(shown))
    color = VALIDATION if second else TRAINING
    exact = [f"{value:.9g}" for value in probs.tolist()]
    bar = {
        "type": "bar",
        "orientation": "h",
        "x": typed_array(shown),
        "y": typed_array(places.astype(np.int32)),
        "text": list(texts),
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [list(pair) for pair in zip(names, exact, strict=True)],
        "hovertemplate": "%{customdata[0]}: %{customdata[1]}<extra></extra>",
        "marker": {
            "color": color,
            "opacity": [1 if place == shown.argmax() else 0.45 for place in places],
            "line": {"width": 0},
        },
    }
    layout = {
        "uirevision": "prediction",
        "meta": {"on_dark": ON_DARK},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "showlegend": False,
        "bargap": 0.28,
        "hovermode": "y",
        "margin": {"l": 8, "r": 8, "t": 4, "b": 28},
        "xaxis": {
            "range": [0, 1.3],
            "tickvals": [0, 0.5, 1],
            "tickformat": ".0%",
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "tickvals": places.tolist(),
            "ticktext": list(names),
            "range": [len(shown) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
        },
    }
    return {"data": [bar], "layout": layout}


@dataclass(frozen=True, eq=False)
class Curve:
    """The probability of one class at some steps; `place` chooses the color, from 0."""

    name: str
    place: int
    steps: NDArray[np.integer[Any]]
    probs: Floats
    second: bool = False


def probability_figure(
    curves: Sequence[Curve], step: int, *, revision: str, last: int
) -> dict[str, Any]:
    """Return probabilities over the training, with a line at the step that is shown.

    Parameters
    ----------
    curves : sequence of Curve
        Those of a second run are dashed.
    revision : str
        While it stays the same, a reader's zoom is kept.
    last : int
        The last step on the axis.
    """
    traces = [_curve(one) for one in curves]
    line = {"color": VALIDATION, "width": 1.5, "dash": "dot"}
    ends = {"x0": step, "x1": step, "y0": 0, "y1": 1, "yref": "paper"}
    plain: Mapping[str, Any] = {"zeroline": False, "showline": False, "ticklabelstandoff": 4}
    across = {"title": {"text": "step"}, "showgrid": False, "tickformat": ",d", "showline": True}
    room = max(last, 1) * 0.01
    legend = {"orientation": "h", "xref": "container", "x": 0, "yref": "container", "y": 1}
    return {
        "data": traces,
        "layout": {
            "uirevision": revision,
            "meta": {"on_dark": ON_DARK},
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "margin": {"l": 60, "r": 8, "t": 36, "b": 48},
            "legend": {**legend, "yanchor": "top", "bgcolor": CLEAR},
            "showlegend": True,
            "hovermode": "closest",
            "shapes": [{"type": "line", "line": line, "layer": "below", **ends}],
            "xaxis": {**plain, **across, "range": [-room, max(last, 1) + room]},
            "yaxis": {**plain, "range": [-0.02, 1.04], "tickformat": ".0%"},
        },
    }


def _curve(curve: Curve) -> dict[str, Any]:
    color = LINES[curve.place % len(LINES)]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": typed_array(np.asarray(curve.steps, np.float32)),
        "y": typed_array(np.asarray(curve.probs, np.float32)),
        "name": curve.name,
        "line": {"color": color, "width": 1.75, "dash": "dash" if curve.second else "solid"},
        "marker": {"color": color, "size": 4, "symbol": "square" if curve.second else "circle"},
        "hovertemplate": f"{curve.name}<br>step %{{x:,d}}<br>%{{y:.2%}}<extra></extra>",
    }
