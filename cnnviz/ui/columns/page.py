"""The im2col page, put together."""

import streamlit as st

from cnnviz.explain.columns import unfold, way_back
from cnnviz.ui.answering import answering
from cnnviz.ui.columns.facts import back_words, costs, question, time_race
from cnnviz.ui.columns.panels import matrix_product, there_and_back
from cnnviz.ui.frame import heading
from cnnviz.ui.guard import guard
from cnnviz.ui.lab.card import card
from cnnviz.ui.lab.example import example, in_use, table
from cnnviz.ui.lab.inputs import one_layer, show_told
from cnnviz.ui.lab.pinned import pinnable, place
from cnnviz.ui.state import Table, publish_url

PREFIX = "col_"
PINNED: Table = {"col_at": place, "col_back_at": place}
TABLE: Table = {**table(PREFIX), **PINNED}

INTRODUCTION = (
    "im2col writes every window of the image as a column. The whole convolution is then one "
    "matrix product: each output is a row of kernels times a column. (The kernel is not turned "
    "around: what deep learning calls convolution is cross-correlation.)"
)
BACK = (
    "col2im carries columns back: every entry is added to the image cell it is a copy of. That is "
    "how gradients find their way from the columns to the image."
)


def columns_page() -> None:
    """Draw the page from top to bottom: inputs, the product, its cost, the way back."""
    heading("im2col", INTRODUCTION)
    answering(_body)


def _body() -> None:
    """Draw inputs, product, cost and way back."""
    with guard(), one_layer():
        shown = example(PREFIX)
        show_told()
        unfolded = unfold(shown.layer, shown.x, shown.weight)
        if shown.words:
            st.caption(shown.words)
        pinnable(matrix_product(unfolded), key="_col_product", kept="col_at")
        card(question(shown.layer, unfolded.x), key="col_card")
        costs(unfolded)
        time_race(shown)
        st.subheader("The way back: col2im", anchor=False)
        st.markdown(BACK)
        back = way_back(unfolded)
        pinnable(there_and_back(unfolded, back), key="_col_back", kept="col_back_at")
        back_words(unfolded, back)
    publish_url({**in_use(PREFIX), **PINNED})
