"""Confidence beside accuracy: the reliability diagram, with the images of each bin beneath it."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures import typed_array
from cnnviz.figures.palette import ON_DARK, TRAINING, VALIDATION

CLEAR = "rgba(0,0,0,0)"
PlotlyDict = dict[str, Any]


class Bins(Protocol):
    """Confidences in B bins, see `cnnviz.training.scores.Reliability`."""

    @property
    def edges(self) -> NDArray[np.float64]: ...

    @property
    def images(self) -> NDArray[np.int64]: ...

    @property
    def right(self) -> NDArray[np.int64]: ...

    @property
    def confidence(self) -> NDArray[np.float64]: ...

    @property
    def accuracy(self) -> NDArray[np.float64]: ...


def reliability_figure(bins: Bins) -> PlotlyDict:
    """Return bars of accuracy over confidence, the mean confidences, and counts beneath.

    Where a bar ends at the dotted diagonal, the network is right as often as it says.
    """
    middles = (bins.edges[:-1] + bins.edges[1:]) / 2
    widths = np.diff(bins.edges) * 0.94
    told = [words(bins, number) for number in range(len(middles))]
    hover = {"customdata": told, "hovertemplate": "%{customdata}<extra></extra>"}
    bars = {"type": "bar", "x": typed_array(middles), "width": typed_array(widths), **hover}
    blue = {"color": TRAINING}
    traces: list[PlotlyDict] = [
        {**bars, "y": typed_array(bins.accuracy), "name": "accuracy", "marker": blue},
        {
            "type": "scatter",
            "x": [0, 1],
            "y": [0, 1],
            "name": "as often right as it says",
            "mode": "lines",
            "line": {"color": VALIDATION, "width": 1.5, "dash": "dot"},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "x": typed_array(bins.confidence),
            "y": typed_array(bins.accuracy),
            "name": "at the mean confidence",
            "mode": "markers",
            "marker": {"color": VALIDATION, "size": 9, "symbol": "diamond"},
            **hover,
        },
        {
            **bars,
            "y": typed_array(bins.images.astype(np.float64)),
            "yaxis": "y2",
            "name": "images",
            "marker": blue,
            "opacity": 0.55,
            "showlegend": False,
        },
    ]
    return {"data": traces, "layout": _layout()}


def words(bins: Bins, number: int) -> str:
    """Return what a bin says to the pointer."""
    low, high = bins.edges[number : number + 2]
    where = f"sure between {100 * low:.1f} % and {100 * high:.1f} %"
    count, right = int(bins.images[number]), int(bins.right[number])
    if not count:
        return f"{where}: no image"
    return (
        f"{where}: {count:,} image{'s' * (count != 1)}<br>right: {right:,} / {count:,} = "
        f"{100 * right / count:.1f} %<br>mean confidence: {100 * bins.confidence[number]:.1f} %"
    )


def _layout() -> PlotlyDict:
    plain = {"zeroline": False, "ticklabelstandoff": 4}
    share = {**plain, "tickformat": ".0%"}
    legend = {"orientation": "h", "xref": "container", "x": 0, "yref": "container", "y": 1}
    return {
        "uirevision": "reliability",
        "meta": {"on_dark": ON_DARK},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "margin": {"l": 64, "r": 20, "t": 32, "b": 48},
        "legend": {**legend, "yanchor": "top", "bgcolor": CLEAR},
        "hovermode": "closest",
        "barmode": "overlay",
        "xaxis": {
            **share,
            "range": [0, 1],
            "showgrid": False,
            "anchor": "y2",
            "title": {"text": "confidence: the probability of what it says"},
        },
        "yaxis": {**share, "range": [0, 1.02], "domain": [0.34, 1], "title": {"text": "accuracy"}},
        "yaxis2": {
            **plain,
            "domain": [0, 0.24],
            "nticks": 3,
            "rangemode": "tozero",
            "tickformat": ",d",
            "title": {"text": "images"},
        },
    }
