"""How far numerical differentiation is from backpropagation, over how far a number is moved."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cnnviz.figures import typed_array
from cnnviz.figures.palette import ON_DARK, TRAINING, VALIDATION

CLEAR = "rgba(0,0,0,0)"
LEAST = 1e-16  # what an error of exactly zero is drawn as: a logarithm has no zero


def epsilon_figure(
    epsilons: Sequence[float], errors: Mapping[str, Sequence[float]], chosen: float
) -> dict[str, Any]:
    """Return the relative error of each tensor over epsilon, both logarithmic.

    Parameters
    ----------
    errors : for each tensor one error for each epsilon
    chosen : the epsilon that is marked
    """
    x = np.array(epsilons)
    columns = {name: np.maximum(column, LEAST) for name, column in errors.items()}
    worst = np.max([*columns.values()], axis=0)
    thin = {"color": TRAINING, "width": 1}
    bold = {"color": TRAINING, "width": 2.5}
    traces = [_trace(x, y, name, line=thin, opacity=0.35) for name, y in columns.items()]
    traces.append(_trace(x, worst, "the largest", line=bold, marker={"size": 6}))
    at = int(np.abs(np.log10(x) - np.log10(chosen)).argmin())
    mark = {"color": VALIDATION, "size": 12, "symbol": "diamond"}
    traces.append(_trace(x[at : at + 1], worst[at : at + 1], "chosen", mode="markers", marker=mark))
    axis = {"type": "log", "exponentformat": "power", "zeroline": False, "ticklabelstandoff": 4}
    return {
        "data": traces,
        "layout": {
            "uirevision": "epsilon",
            "meta": {"on_dark": ON_DARK},
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "margin": {"l": 72, "r": 16, "t": 16, "b": 52},
            "showlegend": False,
            "hovermode": "closest",
            "xaxis": {**axis, "title": {"text": "ε, how far each number is moved"}},
            "yaxis": {**axis, "title": {"text": "relative error"}},
        },
    }


def _trace(x: Any, y: Any, name: str, **style: Any) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers" if "marker" in style else "lines",
        "x": typed_array(np.asarray(x, np.float64)),
        "y": typed_array(np.asarray(y, np.float64)),
        "name": name,
        "hovertemplate": f"{name}<br>ε %{{x:.0e}}<br>error %{{y:.1e}}<extra></extra>",
        **style,
    }
