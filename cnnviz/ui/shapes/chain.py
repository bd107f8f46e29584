"""A chain of layers: any network, edited in place, in numbers, to scale, and what units see."""

import math
from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.data import CLASSES
from cnnviz.explain.cone import seen_by_layers
from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.nn.geometry import Shape
from cnnviz.nn.model import Sequential, check_classifier
from cnnviz.nn.spec import Spec
from cnnviz.nn.summary import FLOAT_BYTES, LayerSummary, totals
from cnnviz.runs.folder import RunFolder, list_runs
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.ui.components.network import network, units
from cnnviz.ui.lab.card import card
from cnnviz.ui.lab.pinned import keep_cell, kept_cell
from cnnviz.ui.shapes.code import as_code
from cnnviz.ui.shapes.params import CHAIN_NUMBERS, UNIT
from cnnviz.ui.shapes.questions import field_question
from cnnviz.ui.train.defaults import NETWORK, OWN
from cnnviz.ui.train.editor import Bench, edit
from cnnviz.ui.train.fields import choice_input, number_input
from cnnviz.ui.train.network import summary_rows
from cnnviz.ui.train.picker import described, settings_of
from cnnviz.ui.words import plain, shape, size

TRAIN_PAGE = "pages/1_Train.py"
MOST_RUNS = 20
KEYS = ("shape_network", *CHAIN_NUMBERS, UNIT)
USUAL = dict(zip(CHAIN_NUMBERS, INPUT_SHAPE, strict=True))
COLUMNS = {
    "layer": "The layer as one would write it.",
    "output": "Shape of what the layer gives out: channels × height × width, or numbers.",
    "parameters": "Numbers that are learnt: weights + biases.",
    "MACs": "Multiplications with addition for one image on its way forward.",
    "output memory": "What the output takes for one image, in float32.",
    "im2col memory": "What im2col's matrix takes for one image: K × P numbers of 4 bytes. (In the "
    "engine its rows overlap in memory: what it needs stands on the Train page.)",
    "sees": "Receptive field: the most that one output sees of the input, its padding included.",
    "jump": "How many input cells lie between what two neighboring outputs see.",
    "covers": "● The receptive field is at least as large as the whole input.",
}


def chain_layers() -> tuple[Spec, ...]:
    """Return the layers of the network that is chosen: a named one, a run's, the reader's own."""
    name, own = st.session_state.get("shape_network", NETWORK), st.session_state.get("shape_layers")
    if name == OWN and own:
        return tuple(own)
    if name in ARCHITECTURES:
        return ARCHITECTURES[name].layers
    found = next((run for run in list_runs() if run.id == name), None)
    settings = found and settings_of(found)
    return settings.layers if settings else ARCHITECTURES[NETWORK].layers


BENCH = Bench(chain_layers, "shape_layers", "shape_network", "_shape")


def chain_view() -> None:
    """Draw the network's choice, what changes it, and what it comes to."""
    above = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choice(above)
        input_shape = _input_shape()
        train = st.container(width="content")
    layers = chain_layers()
    rows, error = summary_rows(layers, input_shape)
    with train:
        _train_button(layers, input_shape, error)
    box = st.expander("Change the network", icon="✏️", key="_shape_box", on_change="rerun")
    if box.open:
        with box:
            edit(BENCH)
    if error:
        st.error(error, icon="⚠️")
    if not rows:
        return
    model = Sequential.from_specs(layers)
    seen = seen_by_layers(model, input_shape, len(rows))
    st.caption(
        "Maps are to scale: height by rows, thickness by channels; lines of numbers are not. "
        "Point at a map: the cone is what a unit of its diagonal sees, down to the pixels."
    )
    network(
        input_shape,
        rows,
        seen,
        key="shape_network_picture",
        start=kept_cell(UNIT, units(rows)),
        on_unit=partial(keep_cell, UNIT),
    )
    st.table(chain_table(rows, input_shape), hide_index=True)
    _sums(rows)
    question = field_question(layers, input_shape)
    if question:
        card(question, key="shape_field")
    if not error:
        as_code(lambda framework: framework.network_code(model, input_shape))


def keys_in_use() -> list[str]:
    """Return the names that stand in the URL while this view is open."""
    own = ["shape_layers"] if st.session_state.get("shape_network") == OWN else []
    return [*KEYS, *own]


def _choice(above: DeltaGenerator) -> None:
    """Draw the list of networks: named ones, the reader's own, and those of the latest runs."""
    runs = {run.id: _run_name(run) for run in list_runs()[:MOST_RUNS]}
    own = [OWN] if st.session_state.get("shape_layers") else []
    chosen = st.session_state.get("shape_network")
    if chosen and chosen not in (*ARCHITECTURES, *own, *runs):
        sentence = f"There is no network {plain(str(chosen))} here; {NETWORK} is shown."
        above.info(sentence, icon="ℹ️")
    choice_input(
        "Network",
        "shape_network",
        [*ARCHITECTURES, *own, *runs],
        NETWORK,
        format_func=lambda name: runs.get(name, name),
        width=300,
        help="A named network, your own, or that of a run.",
    )


def _run_name(run: RunFolder) -> str:
    name, data, when = described(run)
    return f"run: {name} on {data}, {when}"


def _input_shape() -> Shape:
    """Draw the input's shape; raises ValueError with the sentence of the first wrong number."""
    typed = [
        number_input(numbers.label, key, USUAL[key], whole=True, help="Of one input image.")
        for key, numbers in CHAIN_NUMBERS.items()
    ]
    checked = zip(CHAIN_NUMBERS.values(), USUAL.values(), typed, strict=True)
    return tuple(
        int(numbers.check(one, f"empty the field for {usual}")) for numbers, usual, one in checked
    )


def _train_button(layers: Sequence[Spec], input_shape: Shape, error: str) -> None:
    reason = error or train_reason(layers, input_shape)
    if st.button(
        "Train this network",
        icon="🏋️",
        type="primary",
        disabled=bool(reason),
        help=reason or "Go to the Train page with this network.",
    ):
        _to_train(list(layers))


def train_reason(layers: Sequence[Spec], input_shape: Shape) -> str:
    """Return why a network cannot be trained on the data sets that there are, or ""."""
    if input_shape != INPUT_SHAPE:
        return (
            f"The data sets have images of {shape(INPUT_SHAPE)}, not {shape(input_shape)}: set "
            f"the input to that."
        )
    try:
        check_classifier(Sequential.from_specs(layers), input_shape, CLASSES)
    except ValueError as error:
        return str(error)
    return ""


def _to_train(layers: list[Spec]) -> None:
    """Go to the Train page with the named network, or with these layers as the reader's own."""
    name = st.session_state["shape_network"]
    if name not in ARCHITECTURES:
        st.session_state["layers"], name = layers, OWN
    st.session_state["network"] = name
    st.switch_page(TRAIN_PAGE)


def chain_table(rows: Sequence[LayerSummary], input_shape: Shape) -> pd.DataFrame:
    """Return the layers as a table for people."""
    return pd.DataFrame([_row(row, input_shape) for row in rows], columns=["", *COLUMNS])


def _row(row: LayerSummary, input_shape: Shape) -> tuple[str, ...]:
    field = row.receptive_field
    covers = field is not None and field[0] >= input_shape[1] and field[1] >= input_shape[2]
    return (
        str(row.index + 1),
        row.spec,
        shape(row.output_shape),
        f"{row.parameter_sum} = {row.parameters:,}" if row.parameters else "–",
        f"{row.macs:,}" if row.macs else "–",
        size(row.activation_bytes),
        f"{row.columns[0]:,} × {row.columns[1]:,} × 4 = {size(matrix_bytes(row))}"
        if row.columns
        else "–",
        shape(field) if field else "–",
        " × ".join(map(str, row.jump)) if row.jump else "–",
        "●" if covers else "",
    )


def matrix_bytes(row: LayerSummary) -> int:
    """Return the bytes of im2col's matrix."""
    return FLOAT_BYTES * math.prod(row.columns) if row.columns else 0


def _sums(rows: list[LayerSummary]) -> None:
    sums = totals(rows)
    st.caption(
        f"Together {sums.parameters:,} parameters and {sums.macs:,} multiplications for an image; "
        f"its outputs take {size(sums.activation_bytes)}, the largest columns "
        f"{size(max(map(matrix_bytes, rows)))}.",
        help="  \n".join(f"**{name}**: {help}" for name, help in COLUMNS.items()),
    )
