"""Filters in charts: accuracy without some of them, and how weights and gradients are spread."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures import typed_array
from cnnviz.figures.palette import ON_DARK, PALE, TRAINING, VALIDATION

CLEAR = "rgba(0,0,0,0)"
PlotlyDict = dict[str, Any]
Floats = NDArray[np.float64]

LEVELS = (0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1)  # shares that the legend names


def classes_figure(names: Sequence[str], whole: Floats, without: Floats | None) -> PlotlyDict:
    """Return the accuracy of each class with all filters, and with some switched off.

    Parameters
    ----------
    whole, without : (classes,) shares; NaN where a class has no image
    """
    traces = [_bars(names, whole, "all filters on", TRAINING)]
    if without is not None:
        traces.append(_bars(names, without, "some switched off", VALIDATION))
    across = {"type": "category", "showgrid": False, "categoryarray": list(names)}
    down = {"range": [0, 1.02], "tickformat": ".0%", "zeroline": False}
    return _figure(traces, across, down | {"title": {"text": "right"}}, legend=len(traces) > 1)


def _bars(names: Sequence[str], shares: Floats, called: str, color: str) -> PlotlyDict:
    return {
        "type": "bar",
        "x": list(names),
        "y": typed_array(np.asarray(shares, np.float32)),
        "name": called,
        "marker": {"color": color},
        "hovertemplate": f"%{{x}}, {called}: %{{y:.1%}}<extra></extra>",
    }


def spread_figure(
    steps: Sequence[int], edges: Floats, shares: Floats, chosen: int, what: str
) -> PlotlyDict:
    """Return a heatmap: a column for each step, darker where more of the numbers lie.

    The color follows the root of the share, so that the thin ends show.

    Parameters
    ----------
    edges : (B + 1,)
    shares : (T, B)
    chosen : the step that is marked
    what : weights or gradients
    """
    middles = (edges[1:] + edges[:-1]) / 2
    columns = [f"{step:,}" for step in steps]
    told = [
        [f"{low:.3g} to {high:.3g}: {100 * share:.2f} % of the {what}" for share in row]
        for (low, high), row in zip(pairwise(edges.tolist()), shares.T.tolist(), strict=True)
    ]
    heatmap = {
        "type": "heatmap",
        "x": columns,
        "y": typed_array(middles),
        "z": [[share**0.5 if share else None for share in row] for row in shares.T.tolist()],
        "zmin": 0,
        "zmax": float(np.sqrt(shares.max())) or 1.0,
        "colorscale": [[0, PALE], [1, TRAINING]],
        "colorbar": _shares_bar(float(shares.max())),
        "customdata": told,
        "hovertemplate": "step %{x}<br>%{customdata}<extra></extra>",
        "hoverongaps": False,
    }
    mark = {
        "type": "scatter",
        "mode": "lines",
        "x": [columns[list(steps).index(chosen)]] * 2,
        "y": [float(edges[0]), float(edges[-1])],
        "line": {"color": VALIDATION, "width": 2, "dash": "dot"},
        "hoverinfo": "skip",
    }
    across = {"type": "category", "showgrid": False, "title": {"text": "step"}}
    return _figure([heatmap, mark], across, {"title": {"text": what[:-1]}, "zeroline": True})


def _shares_bar(most: float) -> PlotlyDict:
    """Return the legend of colors that follow the root of a share."""
    levels = [level for level in LEVELS if level <= most]
    return {
        "title": {"text": "share"},
        "thickness": 10,
        "outlinewidth": 0,
        "tickvals": [level**0.5 for level in levels],
        "ticktext": [f"{100 * level:g} %" for level in levels],
    }


def _figure(
    traces: list[PlotlyDict], across: PlotlyDict, down: PlotlyDict, legend: bool = False
) -> PlotlyDict:
    plain = {"showline": False, "ticklabelstandoff": 4}
    place = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "bgcolor": CLEAR}
    return {
        "data": traces,
        "layout": {
            "meta": {"on_dark": ON_DARK},
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "margin": {"l": 64, "r": 8, "t": 28, "b": 48},
            "showlegend": legend,
            "legend": place,
            "barmode": "group",
            "bargap": 0.25,
            "hovermode": "closest",
            "xaxis": plain | across,
            "yaxis": plain | down,
        },
    }
