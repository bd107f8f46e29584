"""Output sizes over kernel, stride and padding, as a picture."""

from dataclasses import replace

import streamlit as st

from cnnviz.explain.setting import Setting
from cnnviz.explain.sizes import size_table
from cnnviz.nn.geometry import AXES
from cnnviz.ui.components.board import Pixel, board
from cnnviz.ui.components.sizes import sizes
from cnnviz.ui.shapes.controls import apart, ceil_mode, inputs, keys, kind, number_pair, value
from cnnviz.ui.shapes.params import NUMBER
from cnnviz.ui.words import shape

FIELDS = ("size", "dilation")
KERNELS, STRIDES = range(1, 12), range(1, 7)
PADDINGS: dict[str, str | int] = {"valid": "valid", "same": "same", "1": 1, "2": 2}


def table_view() -> None:
    """Draw the table for the layer and the input that are chosen."""
    setting = _controls()
    tables = {
        title: size_table(setting, KERNELS, STRIDES, padding) for title, padding in PADDINGS.items()
    }
    size = shape(setting.size)
    st.caption(
        f"Size of the output of {setting.kind} for an input of {size}, height above width where "
        "they differ. × marks what does not fit."
    )
    board([[sizes("sizes", tables, KERNELS, STRIDES)]], key="_shape_sizes", on_tile=_open)


def _open(cell: Pixel) -> None:
    """Show the layer that a cell is about."""
    padding = [*PADDINGS.values()][cell.tile]
    st.session_state["shape_padding"] = padding if isinstance(padding, str) else NUMBER
    chosen = {"kernel": KERNELS[cell.row], "stride": STRIDES[cell.column], "output_padding": 0}
    if not isinstance(padding, str):
        chosen["padding"] = padding
    for field, number in chosen.items():
        for axis in AXES:
            st.session_state[f"shape_{field}_{axis}"] = number
    st.session_state["shape_view"] = "layer"


def _controls() -> Setting:
    """Draw layer, input and dilation; return them with a kernel of 1, which always fits.

    Raises
    ------
    ValueError
        With one sentence, for a number that is out of all bounds.
    """
    columns = st.columns(3, gap="medium", vertical_alignment="bottom")
    with columns[0]:
        kind()
    with st.container(horizontal=True):
        apart()
        ceil = ceil_mode()
    one_cell = Setting(value("shape_kind"), kernel=(1, 1), ceil_mode=ceil)
    for field, column in zip(FIELDS, columns[1:], strict=True):
        with column:
            inputs(field, one_cell, keys(field))
    size, dilation = (number_pair(field) for field in FIELDS)
    return replace(one_cell, size=size, dilation=dilation)
