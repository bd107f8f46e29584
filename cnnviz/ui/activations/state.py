"""What stands in the URL of the Activations page, and what a click changes of it."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.explain.making import Unit, strongest_unit
from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers import Flatten
from cnnviz.nn.layers.activations import Activation
from cnnviz.nn.model import LayerTrace, Sequential
from cnnviz.nn.types import Array
from cnnviz.ui.inside.moment import MOMENT_TABLE
from cnnviz.ui.inside.subject import LOOK, subject_table
from cnnviz.ui.lab.pinned import cell
from cnnviz.ui.state import Table, flag, one_of
from cnnviz.ui.train.numbers import Numbers

PREFIX = "act_"
LAYER, UNIT, CELL = "look_layer", "look_unit", "look_cell"
FOLD, RANGE, TWO, ALL, CHANNEL = "act_fold", "act_range", "act_two", "act_all", "act_channel"
ABOUT = "act_about"
ABOUTS = {"1": "Image 1", "2": "Image 2", "difference": "Difference"}
BRING = "_act-bring"  # whether what is taken apart is to be brought into view, once
RANGES = {
    "layer": "One for each layer",
    "map": "One for each map",
    "all": "One for all layers",
}
OWN: Table = {
    LAYER: Numbers("Layer", 1, 200).read,
    UNIT: Numbers("Channel", 0, 10**6).read,
    CELL: cell,
    FOLD: flag,
    RANGE: one_of(RANGES),
    TWO: flag,
    ABOUT: one_of(ABOUTS),
    ALL: flag,
    CHANNEL: Numbers("Channel drawn", 0, 10**6).read,
}
TABLE: Table = {**MOMENT_TABLE, **subject_table(LOOK), **subject_table(PREFIX), **OWN}


def in_use() -> Table:
    """Return the part of the table that is in use."""
    two, apart = st.session_state.get(TWO), st.session_state.get(LAYER)
    idle = () if two else subject_table(PREFIX)
    idle = idle if two and apart else (*idle, ABOUT)
    return {key: read for key, read in TABLE.items() if key not in idle}


@dataclass(frozen=True)
class Row:
    """A line of the scroll: layers by number, from 1; the output of the last one is shown."""

    first: int
    last: int


def rows(model: Sequential, *, fold: bool) -> list[Row]:
    """Return the lines of the scroll, activations folded into the layer before them or not."""
    found: list[Row] = []
    for number, layer in enumerate(model.layers, 1):
        before = model.layers[number - 2] if number > 1 else None
        joins = before is not None and not isinstance(before, Activation | Flatten)
        if fold and joins and isinstance(layer, Activation):
            found[-1] = Row(found[-1].first, number)
        else:
            found.append(Row(number, number))
    return found


@dataclass(frozen=True)
class Chosen:
    """The number that is taken apart: its layer, from 1, and its place in the layer's output."""

    layer: int
    unit: Unit


def chosen(trace: list[LayerTrace], lines: list[Row]) -> Chosen | None:
    """Return which number is taken apart, None where no layer is chosen.

    Where its channel or cell is not chosen, or not there, it is that of the strongest number that
    its line shows. A choice of what is not there is dropped.
    """
    layer = st.session_state.get(LAYER)
    if not isinstance(layer, int) or not 1 <= layer <= len(trace):
        close()
        return None
    shown = next(row.last for row in lines if row.first <= layer <= row.last)
    output = trace[shown - 1].output
    unit = unit_within(output.shape[1:])
    if unit is None or len(unit) == 1:
        st.session_state.pop(CELL, None)
    return Chosen(layer, unit or _strongest(output))


def _strongest(output: Array) -> Unit:
    """Return the place of the strongest number, of the chosen channel if there is one."""
    unit = st.session_state.get(UNIT)
    if isinstance(unit, int) and 0 <= unit < output.shape[1]:
        return (unit, *strongest_unit(output[:, unit : unit + 1])[1:])
    st.session_state.pop(UNIT, None)
    return strongest_unit(output)


def unit_within(sizes: Shape) -> Unit | None:
    """Return the unit that is chosen, None where it is not one of these."""
    unit = st.session_state.get(UNIT)
    if len(sizes) == 1:
        place: tuple[object, ...] = (unit,)
    else:
        ((row, column),) = st.session_state.get(CELL) or ((None, None),)
        place = (unit, row, column)
    numbers = tuple(at for at in place if isinstance(at, int))
    inside = all(0 <= at < size for at, size in zip(numbers, sizes, strict=False))
    return numbers if inside and len(numbers) == len(sizes) else None


def about_of(images: int) -> int:
    """Return which of so many images is taken apart, from 0; behind both, their difference."""
    asked = st.session_state.get(ABOUT)
    return [*ABOUTS].index(asked) if images > 1 and asked in ABOUTS else 0


def choose(layer: int, unit: Unit | None = None) -> None:
    """Take a number apart, by default the strongest of its layer; for callbacks."""
    if st.session_state.get(LAYER) != layer:
        st.session_state.pop(CHANNEL, None)
    st.session_state[LAYER] = layer
    for key in (UNIT, CELL):
        st.session_state.pop(key, None)
    if unit is not None:
        st.session_state[UNIT] = unit[0]
        if len(unit) == 3:
            st.session_state[CELL] = (unit[1:],)


def close() -> None:
    """Take nothing apart; for callbacks."""
    for key in (LAYER, UNIT, CELL, CHANNEL):
        st.session_state.pop(key, None)
