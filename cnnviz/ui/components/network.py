"""A network to scale, with the cone that a unit sees, down to the pixels."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from cnnviz.explain.cone import Seen
from cnnviz.nn.geometry import Pair, Shape
from cnnviz.nn.summary import LayerSummary
from cnnviz.ui.components.linked import checked_cell
from cnnviz.ui.components.sent import sent

HERE = Path(__file__).parent


def network(
    input_shape: Shape,
    rows: Sequence[LayerSummary],
    seen: Sequence[Seen],
    *,
    key: str,
    start: Pair | None = None,
    on_unit: Callable[[Pair | None], None],
) -> None:
    """Draw the input and the layers behind it; pointing at a unit shows what it sees.

    Parameters
    ----------
    input_shape : (channels, height, width)
    rows : sequence of LayerSummary
    seen : sequence of Seen, one for each row
    start : (layer, row), optional
        The unit that is pinned, both counted from 0.
    on_unit : callable
        Called with the (layer, row) of a unit that was pinned, None where it was let go.
    """
    layers = [
        {
            "name": row.name,
            "spec": row.spec,
            "shape": row.output_shape,
            "field": row.receptive_field,
            "rows": one.rows,
            "columns": one.columns,
            "everything": one.everything,
        }
        for row, one in zip(rows, seen, strict=True)
    ]

    def told() -> None:
        value = (st.session_state.get(key) or {}).get("cell")
        pinned = checked_cell(value, units(rows))
        if pinned or value == []:
            on_unit(pinned)

    data = {"input": input_shape, "layers": layers, "start": start, "pinned": start is not None}
    _NETWORK(key=key, data=sent(data), on_cell_change=told)


def units(rows: Sequence[LayerSummary]) -> Pair:
    """Return how many layers there are, and the most rows that one of them has."""
    return len(rows), max((*row.output_shape[1:2], 1)[0] for row in rows)


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


_NETWORK = st.components.v2.component(
    "cnnviz_network",
    html="<div class='part network'></div>\n",
    css=_read("part.css") + _read("network.css"),
    js="\n".join(map(_read, ("shared.js", "network.js"))),
)
