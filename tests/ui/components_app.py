"""A page with every component of our own, polled twice a second with changing numbers."""

from types import SimpleNamespace

import numpy as np
import streamlit as st

from cnnviz.figures.curves import loss_figure
from cnnviz.ui.components.board import board
from cnnviz.ui.components.chart import chart, plotly_loader
from cnnviz.ui.components.confusion import chosen_cell, confusion
from cnnviz.ui.components.tiles import tiles

FIELDS = [("step", "u4"), ("loss", "f4"), ("correct", "u4"), ("images", "u4")]
CLASSES = ["T-shirt/top", "Trouser", "9"]

st.set_page_config(layout="wide")
st.sidebar.title("Sidebar")
plotly_loader()


@st.fragment(run_every=None if "still" in st.query_params else 0.5)
def live() -> None:
    """One poll."""
    polls = st.session_state["polls"] = st.session_state.get("polls", 0) + 1
    history = np.zeros(100 + 10 * polls, FIELDS)
    history["step"] = np.arange(len(history))
    history["loss"] = 1 + np.sin(history["step"])
    history["loss"][30] = np.nan
    history["images"] = 64
    epochs = [
        SimpleNamespace(epoch=i, step=10 * i, validation_loss=2 / (i + 1), validation_accuracy=0.9)
        for i in range(1, 4 + polls)
    ]
    figure = loss_figure(history, epochs, run_id="r", until=5_000)
    loss = chart("loss", figure, alt="The loss falls")
    filters = np.full((3, 2, 2), 0.125 * polls, np.float32)
    filters[0, 0, 1] = -0.1
    pictures = tiles(
        "filters",
        filters,
        label="Filters",
        palette="diverging",
        captions=["9\n98 %", "4\n51 %", ""],
        marks=["right", "wrong", ""],
        titles=["Filter 1", "Filter 2", "Filter 3"],
    )
    counts = np.array([[90, 10, polls], [1, 99, 0], [0, 0, 0]])
    cell = chosen_cell("board", len(CLASSES))
    matrix = confusion("matrix", counts, CLASSES, selected=cell)
    board([[loss], [pictures, matrix]], key="board")
    st.markdown(f"Poll {polls}: chosen {cell}")


live()
