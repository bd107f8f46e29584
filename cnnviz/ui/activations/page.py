"""The Activations page, put together."""

from functools import partial

import streamlit as st

from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.ui.activations.forward import Forward, common_limits, forward, trace_of
from cnnviz.ui.activations.how import how
from cnnviz.ui.activations.result import probabilities, verdict
from cnnviz.ui.activations.scroll import (
    MOST_MAPS,
    Look,
    clicked,
    layer_rows,
    pixel_rows,
    within,
)
from cnnviz.ui.activations.state import (
    ALL,
    BRING,
    FOLD,
    LAYER,
    PREFIX,
    RANGE,
    RANGES,
    TABLE,
    TWO,
    about_of,
    choose,
    chosen,
    close,
    in_use,
    rows,
)
from cnnviz.ui.activations.words import name_of
from cnnviz.ui.components.board import Part, board
from cnnviz.ui.frame import heading
from cnnviz.ui.guard import guard
from cnnviz.ui.inside.moment import Moment, at_a_moment, class_names
from cnnviz.ui.inside.subject import LOOK, subject_input
from cnnviz.ui.train.fields import choice_input, keep

__all__ = ["TABLE", "activations_page", "in_use"]

INTRODUCTION = (
    "One image on its way through the network, layer by layer. Click any cell or bar to see how "
    "its number was made."
)


def activations_page() -> None:
    """Draw the page from top to bottom: moment, image, layers, probabilities."""
    heading("Activations", INTRODUCTION)
    at_a_moment(body, in_use)


def body(moment: Moment) -> None:
    """Draw the choice of images, and everything that the network makes of them."""
    names = class_names(moment)
    two = bool(st.session_state.get(TWO))
    if two:
        st.session_state.setdefault(f"{PREFIX}image", 1)  # not the first one once more
    passes = []
    for place, prefix in enumerate((LOOK, PREFIX) if two else (LOOK,), 1):
        try:
            found = forward(moment, prefix, subject_input(moment, prefix))
        except ValueError as error:  # nothing drawn yet, no such image
            st.info(str(error), icon="ℹ️")
            continue
        passes.append(found)
        st.markdown(f"{f'**Image {place}:** ' if two else ''}{verdict(found, names)}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        fold = options(moment)
    if not passes:
        return
    st.caption(what_to_see(moment))
    scroll(moment, passes, fold, names)
    st.divider()
    probabilities(passes, names, moment.settings.config.loss)


def what_to_see(moment: Moment) -> str:
    """Return what to look for at this moment, in a line."""
    if not moment.step:
        return (
            "Before any training: the weights are random, so what the layers make of the image "
            "means nothing yet, and the answer is a guess. Move the timeline and watch it change."
        )
    if moment.diverged:
        return (
            f"After step {moment.step:,} the training had diverged: weights and numbers are far "
            "too large, so the answer means nothing, however sure it looks. Look at an earlier "
            "step, or train with a smaller learning rate."
        )
    if all(len(shape) == 1 for shape in moment.model.shapes(INPUT_SHAPE)):
        return (
            f"After step {moment.step:,}: this network has no maps; each unit of its first dense "
            "layer weighs all pixels at once."
        )
    return (
        f"After step {moment.step:,}: the first maps still look like the image; the deeper ones "
        "tell less of where something is and more of what it is."
    )


def options(moment: Moment) -> bool:
    """Draw how the layers are shown; return whether activations are folded in."""
    choice_input(
        "Color range",
        RANGE,
        [*RANGES],
        "layer",
        format_func=RANGES.__getitem__,
        help="One range for all layers shows where numbers grow or fade on the way.",
        width=190,
    )
    layer_choice(moment)
    fold = switch("Fold activations", FOLD, "Show each activation with the layer before it.")
    if any(len(shape) == 3 and shape[0] > MOST_MAPS for shape in moment.model.shapes(INPUT_SHAPE)):
        switch("All maps", ALL, f"Also those after the first {MOST_MAPS} of a layer.")
    switch("Second image", TWO, "Two images side by side, and their difference.")
    return fold


def layer_choice(moment: Moment) -> None:
    """Draw the choice of the layer whose strongest number is taken apart."""
    layers, key = moment.model.layers, "_act_layer"
    asked = st.session_state.get(LAYER)
    numbers = range(len(layers) + 1)
    keep(key, asked if asked in numbers else 0)
    st.selectbox(
        "Take apart",
        numbers,
        key=key,
        format_func=lambda n: f"Layer {n} · {name_of(layers[n - 1])}" if n else "Nothing yet",
        help="How a layer's strongest number was made, beneath the layer. Or click any cell or "
        "bar, or walk to it with the arrow keys and press Enter.",
        width=210,
        on_change=_layer_chosen,
        args=(key,),
    )


def _layer_chosen(key: str) -> None:
    layer = int(st.session_state.get(key) or 0)
    choose(layer) if layer else close()
    st.session_state[BRING] = layer > 0


def switch(label: str, key: str, help: str) -> bool:
    """Draw a toggle that stands under `key`; return whether it is on."""
    keep(key, bool(st.session_state.get(key)))
    st.toggle(label, key=key, help=help, persist_state="session")
    return bool(st.session_state.get(key))


def scroll(moment: Moment, passes: list[Forward], fold: bool, names: tuple[str, ...]) -> None:
    """Draw the layers, and beneath the one that is taken apart how its number was made."""
    layers = range(1, len(passes[0].trace) + 1)
    ranges = st.session_state.get(RANGE)
    limits = common_limits(passes, layers) if ranges == "all" else None
    look = Look(limits, ranges == "map", bool(st.session_state.get(ALL)), names)
    lines = rows(moment.model, fold=fold)
    about = about_of(len(passes))
    picked = chosen(trace_of(passes, about), lines)
    below: list[list[Part]] = []
    above = pixel_rows(passes)
    taken = None
    for row in lines:
        (above if taken is None else below).extend(layer_rows(row, passes, look, picked))
        if picked is not None and within(row, picked):
            taken = row
    hear = partial(clicked, passes)
    board(above, key="_act_above", on_tile=hear)
    if picked is not None and taken is not None:
        with guard():
            how(taken, picked, passes, moment, about)
    if below:
        board(below, key="_act_below", on_tile=hear)
