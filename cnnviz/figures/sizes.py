"""Output sizes as a picture: kernel down, stride across, one panel for each padding."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from plotly.graph_objects import Figure, Heatmap
from plotly.subplots import make_subplots

CELL = 30
CLEAR = "rgba(0,0,0,0)"


def sizes_figure(
    tables: Mapping[str, NDArray[np.int64]], kernels: Sequence[int], strides: Sequence[int]
) -> Figure:
    """Return the figure; tables are (kernels, strides), 0 where a setting is impossible."""
    titles = [f"padding {title}" for title in tables]
    figure = make_subplots(
        1, len(tables), subplot_titles=titles, shared_yaxes=True, horizontal_spacing=0.015
    )
    most = max(int(table.max()) for table in tables.values())
    for place, (title, table) in enumerate(tables.items(), start=1):
        for panel in _panels(title, table, kernels, strides, most):
            figure.add_trace(panel, 1, place)
        figure.update_xaxes(title_text="stride", col=place)
    figure.update_yaxes(autorange="reversed", dtick=1, ticks="", showgrid=False, zeroline=False)
    figure.update_xaxes(dtick=1, ticks="", showgrid=False, zeroline=False)
    figure.update_yaxes(title_text="kernel", col=1)
    figure.update_layout(height=110 + CELL * len(kernels), margin={"l": 8, "r": 8, "t": 40, "b": 8})
    return figure


def _panels(
    title: str,
    table: NDArray[np.int64],
    kernels: Sequence[int],
    strides: Sequence[int],
    most: int,
) -> tuple[Heatmap, Heatmap]:
    """Return the sizes, and the crosses where there is none."""
    possible = table > 0
    told = f"kernel %{{y}}, stride %{{x}}, padding {title}: "
    shared = {"x": list(strides), "y": list(kernels), "name": "", "showscale": False}
    shared |= {"xgap": 1, "ygap": 1, "texttemplate": "%{text}"}
    sizes = Heatmap(
        z=np.where(possible, table, np.nan),
        zmin=0,
        zmax=most,
        text=table.astype(str),
        hovertemplate=f"{told}%{{text}} rows<extra></extra>",
        **shared,
    )
    crosses = Heatmap(
        z=np.where(possible, np.nan, 0.0),
        colorscale=[[0, CLEAR], [1, CLEAR]],
        text=np.full(table.shape, "×"),
        hovertemplate=f"{told}does not fit<extra></extra>",
        **shared,
    )
    return sizes, crosses
