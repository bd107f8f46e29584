"""The Activations page, put together."""

import streamlit as st

from cnnviz.data import CLASSES, DataError
from cnnviz.ui.activations.forward import Forward, common_limits, forward
from cnnviz.ui.activations.how import how
from cnnviz.ui.activations.result import probabilities, verdict
from cnnviz.ui.activations.scroll import MOST_MAPS, Look, layer_row
from cnnviz.ui.activations.state import (
    ALL,
    FOLD,
    PREFIX,
    RANGE,
    RANGES,
    TABLE,
    TWO,
    chosen,
    in_use,
    rows,
)
from cnnviz.ui.components.chart import plotly_loader
from cnnviz.ui.guard import guard
from cnnviz.ui.inside.moment import Moment, follow, moment_bar
from cnnviz.ui.inside.subject import subject_input
from cnnviz.ui.pictures import pictures
from cnnviz.ui.state import publish_url
from cnnviz.ui.train.fields import choice_input, keep

__all__ = ["TABLE", "activations_page"]

INTRODUCTION = (
    "One image on its way through the network, layer by layer. Click any cell or bar to see how "
    "its number was made."
)


def activations_page() -> None:
    """Draw the page from top to bottom: moment, image, layers, probabilities."""
    plotly_loader()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Activations", anchor=False, width="content")
        st.caption(INTRODUCTION, width="stretch")
    moment = moment_bar()
    if moment is None:
        publish_url(TABLE)
        return
    with guard():
        body(moment)
    publish_url(in_use())
    follow(moment)


def body(moment: Moment) -> None:
    """Draw the choice of images, and everything that the network makes of them."""
    passes = [forward(moment, subject_input(moment))]
    strip, second = st.container(horizontal=True, vertical_alignment="bottom"), st.container()
    fold, two = options(strip, moment)
    if two:
        with second:
            passes.append(forward(moment, subject_input(moment, PREFIX)))
    names = class_names(moment)
    for place, found in enumerate(passes, 1):
        st.markdown(f"{f'Image {place}: ' if two else ''}{verdict(found, names)}")
    scroll(moment, passes, fold, names)
    st.divider()
    probabilities(passes, names, moment.settings.config.loss)


def options(strip: st.delta_generator.DeltaGenerator, moment: Moment) -> tuple[bool, bool]:
    """Draw how the layers are shown; return whether they are folded, and a second image."""
    with strip:
        choice_input(
            "Color range",
            RANGE,
            [*RANGES],
            "layer",
            format_func=RANGES.__getitem__,
            help="One range for all layers shows where numbers grow or fade on the way.",
            width=190,
        )
        fold = switch("Fold activations", FOLD, "Show each activation with the layer before it.")
        if any(
            shape[0] > MOST_MAPS for shape in moment.model.shapes((1, 28, 28)) if len(shape) == 3
        ):
            switch("All maps", ALL, f"Also those after the first {MOST_MAPS} of a layer.")
        two = switch("Second image", TWO, "Two images side by side, and their difference.")
    return fold, two


def switch(label: str, key: str, help: str) -> bool:
    """Draw a toggle that stands under `key`; return whether it is on."""
    keep(key, bool(st.session_state.get(key)))
    st.toggle(label, key=key, help=help, persist_state="session")
    return bool(st.session_state.get(key))


def scroll(moment: Moment, passes: list[Forward], fold: bool, names: tuple[str, ...]) -> None:
    """Draw the layers, and beneath the one that is taken apart how its number was made."""
    layers = range(1, len(passes[0].trace) + 1)
    common = st.session_state.get(RANGE) == "all"
    limits = common_limits(passes, layers) if common else None
    look = Look(limits, bool(st.session_state.get(ALL)), names)
    picked = chosen(passes[0].trace)
    for row in rows(moment.model, fold=fold):
        layer_row(row, passes, look, picked)
        if picked is not None and row.first <= picked.layer <= row.last:
            with guard():
                how(row, picked, passes, moment)


def class_names(moment: Moment) -> tuple[str, ...]:
    """Return what the classes are called; numbers where the data set is not here any more."""
    try:
        return pictures(moment.settings.data).class_names
    except DataError:
        return tuple(map(str, range(CLASSES)))
