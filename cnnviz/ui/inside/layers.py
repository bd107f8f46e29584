"""Which layer of the network is looked at."""

from collections.abc import Callable

import streamlit as st

from cnnviz.nn.layers import Layer
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.train.fields import keep
from cnnviz.ui.words import shape

LAYER = "look_layer"


def layer_input(moment: Moment, wanted: Callable[[Layer], bool]) -> int | None:
    """Draw the choice among the layers that are wanted; return its number, from 1.

    None, and nothing is drawn, where the network has no such layer.
    """
    layers = moment.model.layers
    shapes = moment.model.shapes(INPUT_SHAPE)
    numbers = [number for number, layer in enumerate(layers, 1) if wanted(layer)]
    if not numbers:
        return None
    chosen = st.session_state.get(LAYER)
    if isinstance(chosen, int) and chosen > len(layers):
        words = f"This network has {len(layers)} layers: there is no layer {chosen:,}."
        st.toast(words, icon="🔗", duration="long")
    keep(LAYER, chosen if chosen in numbers else numbers[0])

    def title(number: int) -> str:
        name = type(layers[number - 1]).__name__
        return f"{number} · {name} · {shape(shapes[number - 1])}"

    st.selectbox(
        "Layer",
        numbers,
        key=LAYER,
        format_func=title,
        help="Its number in the network, its kind, and the shape of what comes out of it.",
        persist_state="session",
    )
    found = st.session_state.get(LAYER)
    return found if found in numbers else numbers[0]
