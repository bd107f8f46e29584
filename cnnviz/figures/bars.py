"""The numbers of a vector as bars: units of a dense layer, logits, probabilities."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures import typed_array
from cnnviz.figures.palette import ON_DARK, TRAINING, VALIDATION

CLEAR = "rgba(0,0,0,0)"
FEW = 16
"""Up to so many bars their numbers are written on them."""


def bars_figure(
    values: NDArray[np.floating[Any]],
    *,
    names: Sequence[str] = (),
    limits: tuple[float, float] | None = None,
    chosen: int | None = None,
    percent: bool = False,
) -> dict[str, Any]:
    """Return the figure; what is no finite number is a gap.

    Parameters
    ----------
    values : (n,)
    names : what the bars are called; by default unit 0, unit 1, …
    limits : (lowest, highest) of the axis, 0 always among them; by default those of the values
    chosen : the bar that stands out
    percent : whether the values are shares
    """
    array = np.asarray(values, np.float32)
    shown = np.where(np.isfinite(array), array, np.nan).astype(np.float32)
    few, form = len(array) <= FEW, ".1%" if percent else ".3~g"
    called = list(names) or [f"unit {i}" for i in range(len(array))]
    bar: dict[str, Any] = {
        "type": "bar",
        "x": typed_array(np.arange(len(array), dtype=np.int32)),
        "y": typed_array(shown),
        "customdata": called,
        "hovertemplate": f"%{{customdata}}: %{{y:{'.3%' if percent else '.9~g'}}}<extra></extra>",
        "marker": {
            "color": [VALIDATION if value > 0 else TRAINING for value in array.tolist()],
            "line": {"width": 0},
            "opacity": 1
            if chosen is None
            else [1 if i == chosen else 0.45 for i in range(len(array))],
        },
    }
    if few:
        bar |= {"texttemplate": f"%{{y:{form}}}", "textposition": "outside", "cliponaxis": False}
    low, high = _limits(shown, limits)
    room = 0.16 * (high - low) if few else 0.04 * (high - low)
    across: dict[str, Any] = {"showgrid": False, "zeroline": False, "fixedrange": len(array) <= FEW}
    if names:
        across |= {"tickvals": [*range(len(array))], "ticktext": called}
    layout = {
        "uirevision": f"{len(array)}",
        "meta": {"on_dark": ON_DARK},
        "showlegend": False,
        "hovermode": "x",
        "bargap": 0.15 if len(array) <= 200 else 0,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "margin": {"l": 52, "r": 8, "t": 8, "b": 44 if names else 24},
        "xaxis": across,
        "yaxis": {
            "range": [low - room * (low < 0), high + room * (high > 0)],
            "zeroline": True,
            "tickformat": ".0%" if percent else "",
            "nticks": 5,
            "fixedrange": True,
        },
    }
    return {"data": [bar], "layout": layout}


def _limits(shown: NDArray[np.float32], limits: tuple[float, float] | None) -> tuple[float, float]:
    finite = shown[np.isfinite(shown)]
    low, high = limits or (
        (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    )
    low, high = min(low, 0.0), max(high, 0.0)
    return (low, high) if high > low else (0.0, 1.0)
