"""Output sizes as a picture: kernel down, stride across, one block for each padding."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from plotly.graph_objects import Figure

from cnnviz.figures.palette import ON_DARK, PALE, TRAINING

CLEAR = "rgba(0,0,0,0)"
NUMBERS, LARGE = "#14303F", ON_DARK[TRAINING]
EXCHANGED = {NUMBERS: "#FFFFFF", LARGE: TRAINING, PALE: ON_DARK[PALE]}
"""On dark ground: light numbers on cells that are dark, the largest too."""
CELL, TALL = 30, 42  # pixels in height, with one line and with two


def sizes_figure(
    tables: Mapping[str, NDArray[np.int64]], kernels: Sequence[int], strides: Sequence[int]
) -> Figure:
    """Return the figure; tables are (kernels, strides, 2), 0 where a setting is impossible."""
    gap = np.full((len(kernels), 1, 2), -1)  # an empty column behind each block
    sizes = np.hstack([part for table in tables.values() for part in (table, gap)])[:, :-1]
    both = bool((sizes[..., 0] != sizes[..., 1]).any())
    places = np.arange(sizes.shape[1])
    told = [f"stride {stride}, padding {padding}" for padding in tables for stride in (*strides, 0)]
    hover = [
        [_told(kernel, where, size) for where, size in zip(told, row, strict=False)]
        for kernel, row in zip(kernels, sizes.tolist(), strict=True)
    ]
    sides = np.sqrt(np.maximum(sizes, 0).prod(axis=2))  # of squares with as many cells
    heatmap = {
        "type": "heatmap",
        "x": places,
        "y": list(kernels),
        "z": np.where(sides > 0, sides, np.nan),
        "colorscale": [[0, PALE], [1, LARGE]],
        "zmin": 0,
        "zmax": float(sides.max()),
        "text": [[_written(size, both) for size in row] for row in sizes.tolist()],
        "texttemplate": "%{text}",
        "textfont": {"color": NUMBERS},
        "customdata": hover,
        "hovertemplate": "%{customdata}<extra></extra>",
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
    }
    width = len(strides) + 1
    heads = [
        _head(f"padding {padding}", block * width + (len(strides) - 1) / 2)
        for block, padding in enumerate(tables)
    ]
    plain = {"ticks": "", "showgrid": False, "zeroline": False}
    shown = [place for place in places.tolist() if place % width < len(strides)]
    names = [strides[place % width] for place in shown]
    across = {"tickvals": shown, "ticktext": names, "title": {"text": "stride"}}
    down = {"dtick": 1, "autorange": "reversed", "title": {"text": "kernel"}}
    layout = {
        "height": 110 + (TALL if both else CELL) * len(kernels),
        "meta": {"on_dark": EXCHANGED},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "margin": {"l": 56, "r": 8, "t": 40, "b": 48},
        "xaxis": plain | across,
        "yaxis": plain | down,
        "annotations": heads,
    }
    return Figure({"data": [heatmap], "layout": layout})


def _written(size: Sequence[int], both: bool) -> str:
    """Return what stands in a cell: the size, a cross for none, nothing in a gap."""
    height, width = size
    if height <= 0:
        return "×" if height == 0 else ""
    return f"{height}<br>{width}" if both else str(height)


def _told(kernel: int, where: str, size: Sequence[int]) -> str:
    """Return what a cell says to the pointer."""
    height, width = size
    if height < 0:
        return ""
    return f"kernel {kernel}, {where}: {f'{height} × {width}' if height else 'impossible'}"


def _head(text: str, x: float) -> dict[str, Any]:
    """Return what stands above a block."""
    return {
        "text": text,
        "x": x,
        "y": 1.0,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
    }
