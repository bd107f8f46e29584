"""An image of the run's test set, put on the pad to begin with."""

import numpy as np
import streamlit as st

from cnnviz.ui.components.board import board
from cnnviz.ui.components.pad import take_back
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.draw.state import show_drawing
from cnnviz.ui.guard import guard
from cnnviz.ui.inside.drawing import encode_drawing
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.inside.samples import Sample, sample_input
from cnnviz.ui.inside.subject import LOOK

HELP = (
    "Left alone, it goes to the network exactly as it is; drawn upon, it becomes a drawing. Undo "
    "brings back what stood on the pad before."
)


def sample_popover(moment: Moment, pad_key: str) -> None:
    """Draw what opens the choice of a test image."""
    with st.popover("Start from a test image", icon="🖼️"), guard():
        controls, preview = st.columns([3, 1])
        with controls:
            with st.grid("auto", min_column_width=130):
                sample = sample_input(moment, LOOK, "test")
            st.caption(f"{sample.words} {HELP}")
        with preview:
            part = tiles(
                "sample",
                sample.x,
                label=sample.words,
                size=84,
                limits=(0, 1),
                show_label=False,
                quiet=True,
            )
            board([[part]], key="_draw_sample")
        with st.container(horizontal=True):
            st.button("Put it on the pad", key="_draw_load", on_click=load, args=[sample])
            st.button(
                "Take back",
                key="_draw_back",
                help="What was done last on the pad, as its own Undo.",
                on_click=take_back,
                args=[pad_key],
            )


def load(sample: Sample) -> None:
    """Put an image on the pad, with its class; for callbacks."""
    pixels = np.rint(sample.x[0] * 255).astype(np.uint8)
    show_drawing(encode_drawing(pixels), sample.label)
