"""The Convolution page, put together."""

from functools import partial

import numpy as np
import streamlit as st

from cnnviz.explain.cell import Convolved
from cnnviz.explain.kernels import EXAMPLES
from cnnviz.explain.numpy_code import arrays_code, cell_code
from cnnviz.nn.geometry import Pair
from cnnviz.nn.layers import Conv2d
from cnnviz.ui.answering import answering
from cnnviz.ui.components.linked import linked
from cnnviz.ui.convolution.compare import comparison
from cnnviz.ui.convolution.controls import Setup, controls
from cnnviz.ui.convolution.questions import elsewhere, missing_product, output_size
from cnnviz.ui.convolution.state import CELL, edited, in_use
from cnnviz.ui.frame import heading
from cnnviz.ui.guard import guard
from cnnviz.ui.lab.card import card
from cnnviz.ui.lab.inputs import one_layer, show_told
from cnnviz.ui.lab.pinned import keep_pin, kept_cell, kept_pin
from cnnviz.ui.state import publish_url

SMALL = 64  # output cells
INTRODUCTION = (
    "A filter slides over the image; wherever it stops, each weight meets a cell, and the sum of "
    "the products is one cell of the output."
)


def convolution_page() -> None:
    """Draw the page from top to bottom: settings, the picture, code, comparison, questions."""
    heading("Convolution", INTRODUCTION)
    answering(_body)


def _body() -> None:
    """Draw settings, picture, code, comparison and questions."""
    with guard(), one_layer():
        setup = controls()
        show_told()
        body(setup)
    publish_url(in_use())


def body(setup: Setup) -> None:
    """Draw what the settings describe."""
    found, filter = setup.found, setup.filter
    cell = chosen_cell(found, filter)
    st.caption(words_of(setup))
    linked(
        found,
        key="_conv_picture",
        filter=filter,
        shown=setup.shown,
        cell=cell,
        pin=kept_pin(CELL),
        on_pin=partial(keep_pin, CELL),
        editable=setup.editable,
        on_edit=partial(edited, found, filter),
    )
    other = elsewhere(cell, found.grid.output)
    card(missing_product(found, filter, other), key="conv_product", title="Predict: a product")
    card(output_size(found), key="conv_size", title="Predict: the size of the output")
    code(found, filter, cell)
    comparison(found, filter, setup.shown[0])


def words_of(setup: Setup) -> str:
    """Return what is convolved with what; a worked example's words where nothing was changed."""
    found = setup.found
    for example in EXAMPLES.values():
        plain = Conv2d(1, found.grid.kernel, use_bias=False)
        same = np.array_equal(found.x, example.x) and np.array_equal(found.weight, example.weight)
        if same and found.layer == plain and found.activation is None:
            return example.words
    return f"{setup.source.words} {setup.kernel_words}".strip()


def chosen_cell(found: Convolved, filter: int) -> Pair:
    """Return the output cell that was pinned last.

    Where there is none, the first one of a small output, and the strongest one of a large one,
    which often begins with nothing but zeros.
    """
    height, width = found.grid.output
    pinned = kept_cell(CELL, found.grid.output)
    if pinned:
        return pinned
    if height * width <= SMALL:
        return 0, 0
    row, column = divmod(int(np.abs(found.after[filter]).argmax()), width)
    return row, column


def code(found: Convolved, filter: int, cell: Pair) -> None:
    """Draw the lines of NumPy that compute the chosen cell."""
    st.subheader("In NumPy", anchor=False)
    st.markdown(
        f"Output row {cell[0]}, column {cell[1]} in NumPy; click an output cell in the picture to "
        "choose another one."
    )
    result = f"# z = {found.before[(filter, *cell)]:.7g}"
    if found.activation is not None:
        result += f", y = {found.after[(filter, *cell)]:.7g}"
    st.code("\n".join((arrays_code(found), cell_code(found, filter, cell), result)))
