"""Where an image comes from: an example, one's own numbers or drawing, a data set, a run's layer.

Keys of `st.session_state`, and names in the URL, begin with the page's prefix.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from cnnviz.data import DataChoice, available
from cnnviz.explain.kernels import EXAMPLES
from cnnviz.nn.types import Array
from cnnviz.runs.folder import RunFolder
from cnnviz.ui.inside.brought import UNKNOWN, drawn_picture, fit_input, pad_input
from cnnviz.ui.inside.drawing import drawing
from cnnviz.ui.lab.inputs import as_table, from_table, resize_inputs, tell
from cnnviz.ui.lab.trained import (
    NO_RUN,
    Trained,
    convolutions,
    run_title,
    runs_with_convolutions,
    trained,
)
from cnnviz.ui.pictures import Pictures, pictures
from cnnviz.ui.state import Parse, flag, grid, name, one_of, run_id
from cnnviz.ui.train.defaults import DATA
from cnnviz.ui.train.fields import choice_input, keep, number_input
from cnnviz.ui.train.numbers import Numbers
from cnnviz.ui.words import plain

SOURCES = {key: example.title for key, example in EXAMPLES.items()} | {
    "own": "Own numbers",
    "picture": "Data set",
    "drawing": "Drawing",
    "run": "Run's layer",
}
LOOK = "look_"
LATEST = -1
"""Stands for the latest step, also of a run that goes on; it is in no URL."""
DRAWING_TABLE: dict[str, Parse] = {f"{LOOK}drawing": drawing, f"{LOOK}fit": flag}
"""The drawing has one name on all pages."""

MOST_SIZE, MOST_DEPTH = 28, 3
SIZES = {
    "depth": Numbers("Channels", 1, MOST_DEPTH),
    "rows": Numbers("Rows", 1, MOST_SIZE),
    "columns": Numbers("Columns", 1, MOST_SIZE),
}


@dataclass(frozen=True, eq=False)
class Source:
    """An image x (C, H, W), and what it is in Markdown."""

    x: Array
    words: str
    editable: bool


def source_table(prefix: str) -> dict[str, Parse]:
    """Return the parameters of `source_input` in the URL."""
    readers = {
        "from": one_of(SOURCES),
        "grid": grid(MOST_SIZE * MOST_DEPTH, MOST_SIZE),
        "depth": SIZES["depth"].read,
        "data": name,
        "image": Numbers("Image", 0, 10**6).read,
        "run": run_id,
        "layer": Numbers("Layer", 1, 100).read,
        "step": Numbers("Step", 0, 10**9).read,
    }
    return {prefix + key: reader for key, reader in readers.items()} | DRAWING_TABLE


def source_keys(prefix: str, chosen: str, *, with_run: bool = False) -> list[str]:
    """Return the names of `source_table` that are in use."""
    used = {
        "own": ["grid", "depth"],
        "picture": ["data", "image"],
        "run": ["run", "layer", "step", "image"],
    }.get(chosen, [])
    more = ["run", "layer", "step"] if with_run and chosen != "run" else []
    drawing = DRAWING_TABLE if chosen == "drawing" else {}
    return [*(prefix + key for key in ("from", *used, *more)), *drawing]


def own_numbers(prefix: str) -> Array:
    """Return the reader's own image (C, H, W); the worked example before there is one."""
    table = st.session_state.get(prefix + "grid")
    if not table:
        return EXAMPLES["one"].x
    return from_table(table, int(st.session_state.get(prefix + "depth") or 1))


def set_own_numbers(prefix: str, x: Array) -> None:
    """Make x (C, H, W) the reader's own image and choose it; for callbacks."""
    st.session_state[prefix + "grid"] = as_table(x)
    st.session_state[prefix + "depth"] = len(x)
    st.session_state[prefix + "from"] = "own"


def source_input(prefix: str, chosen: str, layer: Trained | None) -> Source:
    """Draw the inputs that belong to the chosen source, and return its image.

    Parameters
    ----------
    layer : Trained, optional
        The run's layer, see `layer_input`; what is chosen as "run" needs it.

    Raises
    ------
    ValueError
        One sentence, where there is no such image.
    """
    if chosen in EXAMPLES:
        return Source(EXAMPLES[chosen].x, "Small enough to check by hand.", editable=True)
    if chosen == "own":
        x = own_numbers(prefix)
        resize_inputs(prefix + "own", SIZES, x, partial(set_own_numbers, prefix))
        return Source(own_numbers(prefix), "Your own numbers.", editable=True)
    if chosen == "picture":
        shown = pictures(DataChoice(_data_input(prefix)))
        x, words = _picture(prefix, shown)
        return Source(x, words, editable=False)
    if chosen == "drawing":
        return _drawing(prefix)
    if layer is None:
        raise ValueError(NO_RUN)
    x, words = _picture(prefix, pictures(layer.settings.data))
    before = "" if layer.number == 1 else f" after {layer.number - 1} layers"
    return Source(layer.input_of(x), words.replace(":", f"{before}:", 1), editable=False)


def source_or_problem(prefix: str, chosen: str, layer: Trained | None) -> Source | ValueError:
    """Return the image; or why there is none, to be raised when all other inputs are drawn."""
    try:
        return source_input(prefix, chosen, layer)
    except ValueError as error:
        return error


def _drawing(prefix: str) -> Source:
    """Draw the button that opens the pad; return the drawing that all pages share."""
    with (
        st.container(height="stretch", vertical_alignment="bottom"),
        st.popover("Draw", icon="✏️", width="stretch"),
    ):
        text = pad_input(LOOK, UNKNOWN, f"_{prefix}pad")
        fits = fit_input(LOOK)
    if not text:
        raise ValueError("Nothing is drawn yet: press Draw, or choose another input.")
    brought = drawn_picture(text, UNKNOWN, fits=fits)
    x = (brought.fitted.pixels / np.float32(255))[None]  # (1, 28, 28)
    return Source(x, brought.words, editable=False)


def _data_input(prefix: str) -> str:
    there = {one.name: one.title for one in available() if not one.problem}
    return choice_input(
        "Data",
        prefix + "data",
        [*there],
        DATA,
        format_func=lambda one: there[one],
        help="The data sets that are here; the Train page downloads more.",
    )


def _picture(prefix: str, shown: Pictures) -> tuple[Array, str]:
    """Draw the input of an index; return the test image (1, 28, 28) from 0 to 1 and its words."""
    allowed = Numbers("Image", 0, len(shown.test) - 1)
    help = f"A test image, 0 to {allowed.most:,.0f}."
    typed = number_input("Image", prefix + "image", 0, whole=True, help=help)
    index = int(allowed.check(typed, "empty the field for image 0"))
    x, labels = shown.test.batch(slice(index, index + 1))
    label = plain(shown.class_names[int(labels[0])])
    return x[0], f"{plain(shown.title)}, test image {index:,}: {label}."


def layer_input(prefix: str, on_change: Callable[[], None] | None = None) -> Trained | None:
    """Draw the inputs for a run and one of its convolutions; None where there is no run."""
    runs = runs_with_convolutions()
    if not runs:
        return None
    asked, newest = st.session_state.get(prefix + "run"), next(iter(runs))
    if asked and asked not in runs:
        there = "with a trained convolution here; another one is shown."
        tell(f"There is no run {asked} {there}", wrong=False)
    usual = st.session_state.get("run")
    chosen = choice_input(
        "Run",
        prefix + "run",
        [*runs],
        usual if usual in runs else newest,
        format_func=lambda one: run_title(runs[one]),
        help="Whose filters, and with them whose layers' inputs, are used.",
        on_change=on_change,
    )
    numbers = convolutions(runs[chosen])
    key = prefix + "layer"
    keep(key, st.session_state.get(key) if st.session_state.get(key) in numbers else numbers[0])
    number = st.selectbox(
        "Layer",
        numbers,
        key=key,
        format_func=lambda one: f"{one} Conv2d",
        help="Its convolutions, by their place in the network.",
        persist_state="session",
        on_change=on_change,
    )
    return trained(runs[chosen], number, _step_input(prefix, runs[chosen]))


def _step_input(prefix: str, run: RunFolder) -> int | None:
    """Draw the choice of a checkpoint; return its step, None for the latest."""
    key, steps = f"{prefix}step", run.checkpoint_steps()
    keep(key, st.session_state.get(key) if st.session_state.get(key) in steps else LATEST)
    step = st.selectbox(
        "After step",
        [LATEST, *reversed(steps)],
        key=key,
        format_func=lambda one: "the latest" if one == LATEST else f"{one:,}",
        help="Its weights as they were after this step; 0 is before any training.",
        persist_state="session",
    )
    return None if step == LATEST else step
