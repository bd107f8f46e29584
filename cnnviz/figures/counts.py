"""How many there are of each: classes, and values of pixels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures import typed_array
from cnnviz.figures.palette import ON_DARK, TRAINING

CLEAR = "rgba(0,0,0,0)"
PLAIN = {"zeroline": False, "ticklabelstandoff": 4}


def class_figure(counts: NDArray[np.int64], names: Sequence[str]) -> dict[str, Any]:
    """Return a bar for each class, in their order."""
    total = int(counts.sum())
    told = [
        f"{name}: {count:,} image{'s' * (count != 1)}, {100 * count / max(total, 1):.1f} %"
        for name, count in zip(names, counts.tolist(), strict=True)
    ]
    bars = _bars(counts, told) | {"orientation": "h"}
    bars["x"], bars["y"] = bars["y"], bars["x"]
    places = {"tickvals": bars["y"], "ticktext": list(names), "autorange": "reversed"}
    across = {**PLAIN, "rangemode": "tozero", "tickformat": ",d", "title": {"text": "images"}}
    return _figure(bars, across, {**PLAIN, **places, "showgrid": False, "automargin": True}, 0.2)


def histogram_figure(histogram: NDArray[np.int64]) -> dict[str, Any]:
    """Return a bar for each of the 256 values of a pixel, on a logarithmic scale."""
    total = int(histogram.sum())
    told = [
        f"value {value}: {count:,} pixel{'s' * (count != 1)}, {100 * count / max(total, 1):.2f} %"
        for value, count in enumerate(histogram.tolist())
    ]
    across = {**PLAIN, "title": {"text": "value of a pixel"}, "showgrid": False, "dtick": 32}
    most = float(np.log10(max(int(histogram.max()), 1)))
    scale = {"type": "log", "range": [-0.2, most + 0.2], "dtick": 1, "exponentformat": "power"}
    up = {**PLAIN, **scale, "title": {"text": "pixels"}}
    return _figure(_bars(histogram, told), across, up, 0.0)


def _bars(counts: NDArray[np.int64], told: list[str]) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": [*range(len(counts))],
        "y": typed_array(counts.astype(np.float64)),
        "marker": {"color": TRAINING, "line": {"width": 0}},
        "customdata": told,
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _figure(
    bars: dict[str, Any], across: dict[str, Any], up: dict[str, Any], gap: float
) -> dict[str, Any]:
    return {
        "data": [bars],
        "layout": {
            "uirevision": "counts",
            "meta": {"on_dark": ON_DARK},
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "margin": {"l": 64, "r": 16, "t": 8, "b": 48},
            "bargap": gap,
            "showlegend": False,
            "hovermode": "closest",
            "xaxis": across,
            "yaxis": up,
        },
    }
