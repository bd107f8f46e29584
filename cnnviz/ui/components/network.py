"""A network to scale, with the cone that a unit sees, down to the pixels."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from cnnviz.explain.cone import Seen
from cnnviz.nn.geometry import Shape
from cnnviz.nn.summary import LayerSummary

HERE = Path(__file__).parent


def network(
    input_shape: Shape, rows: Sequence[LayerSummary], seen: Sequence[Seen], *, key: str
) -> None:
    """Draw the input and the layers behind it; pointing at a unit shows what it sees.

    Parameters
    ----------
    input_shape : (channels, height, width)
    rows : sequence of LayerSummary
    seen : sequence of Seen, one for each row
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
    _NETWORK(key=key, data={"input": input_shape, "layers": layers})


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


_NETWORK = st.components.v2.component(
    "cnnviz_network",
    html="<div class='part network'></div>\n",
    css=_read("part.css") + _read("network.css"),
    js="\n".join(map(_read, ("shared.js", "network.js"))),
)
