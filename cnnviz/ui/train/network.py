"""A network in numbers: what fits, what it costs, and why it cannot be trained."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cnnviz.nn.geometry import Shape
from cnnviz.nn.model import Sequential
from cnnviz.nn.spec import Spec
from cnnviz.nn.summary import LayerSummary, summarize_fitting, totals
from cnnviz.runs.prepare import INPUT_SHAPE, check_settings
from cnnviz.runs.settings import RunSettings
from cnnviz.ui.words import shape, size

COLUMNS = {
    "layer": "The layer as one would write it.",
    "output": "Shape of what the layer gives out: channels × height × width, or numbers.",
    "parameters": "Numbers that are learnt: weights + biases.",
    "MACs": "Multiplications with addition for one image on its way forward.",
    "memory": "What the layer's output takes for one image, in float32, and its im2col columns "
    "while they are needed.",
    "sees": "Receptive field: what one output cell sees of the image, "
    "at most; behind a transposed convolution not all cells see as much.",
}


def problem_with(settings: RunSettings) -> str:
    """Return why these settings cannot be trained, in a sentence with the arithmetic, or ""."""
    try:
        check_settings(settings)
    except ValueError as error:
        return str(error)
    return ""


def summary_rows(
    layers: Sequence[Spec], input_shape: Shape = INPUT_SHAPE
) -> tuple[list[LayerSummary], str]:
    """Return the layers that fit, in numbers, and the sentence of the first that does not."""
    rows, error = summarize_fitting(Sequential.from_specs(layers), input_shape)
    return rows, str(error) if error else ""


def headline(layers: Sequence[Spec]) -> str:
    """Return the network in a line."""
    rows, error = summary_rows(layers)
    sums = totals(rows)
    if error:
        return f"Its layer {len(rows) + 1} of {len(layers)} does not fit."
    return f"The network has {len(layers)} layers and **{sums.parameters:,}** parameters."


def table(rows: Sequence[LayerSummary]) -> pd.DataFrame:
    """Return the layers as a table for people."""
    return pd.DataFrame([_row(row) for row in rows], columns=["", *COLUMNS])


def _row(row: LayerSummary) -> tuple[str, ...]:
    product = f"{row.parameter_sum} = {row.parameters:,}" if row.parameters else "–"
    columns = f" + {size(row.column_bytes)}" if row.column_bytes else ""
    return (
        str(row.index + 1),
        row.spec,
        shape(row.output_shape),
        product,
        f"{row.macs:,}" if row.macs else "–",
        size(row.activation_bytes) + columns,
        shape(row.receptive_field) if row.receptive_field else "–",
    )


def show_table(layers: Sequence[Spec]) -> None:
    """Draw the table and its sums, as far as the layers fit."""
    rows, _ = summary_rows(layers)
    if rows:
        st.table(table(rows), hide_index=True)
    sums = totals(rows)
    st.caption(
        f"Together {sums.parameters:,} parameters and {sums.macs:,} multiplications for an image; "
        f"its outputs take {size(sums.activation_bytes)}, the largest columns "
        f"{size(sums.column_bytes)}.",
        help="  \n".join(f"**{name}**: {help}" for name, help in COLUMNS.items()),
    )
