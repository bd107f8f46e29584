"""The Backward page, put together: three views of the same way back."""

from functools import partial

import numpy as np
import streamlit as st

from cnnviz.explain.backward import WayBack
from cnnviz.explain.slow_motion import strongest
from cnnviz.nn.types import Array
from cnnviz.ui.answering import answering
from cnnviz.ui.backward import check, layer, motion, subject
from cnnviz.ui.backward.panels import input_product, steps, weight_product
from cnnviz.ui.components.linked import linked
from cnnviz.ui.frame import heading
from cnnviz.ui.guard import guard
from cnnviz.ui.lab import example
from cnnviz.ui.lab.card import Answer, Question, card
from cnnviz.ui.lab.inputs import one_layer, show_told
from cnnviz.ui.lab.pinned import keep_pin, kept_cell, kept_pin, pin, pinnable, place
from cnnviz.ui.state import Table, one_of, publish_url
from cnnviz.ui.train.fields import keep
from cnnviz.ui.words import count_of, shape

VIEW, CELL = "back_view", "back_cell"
PINNED: Table = {
    CELL: pin,
    **dict.fromkeys(("back_steps_at", "back_input_at", "back_weight_at"), place),
}
VIEWS = {
    "layer": "Through a convolution",
    "check": "Checked by numbers",
    "step": "One step in slow motion",
}
TABLE: Table = {
    VIEW: one_of(VIEWS),
    **subject.TABLE,
    **layer.TABLE,
    **PINNED,
    **check.TABLE,
    **motion.TABLE,
}
INTRODUCTION = (
    "Training asks of every number in the network: how does the loss change with it? "
    "Backpropagation answers layer by layer, from the loss back to the image."
)


def backward_page() -> None:
    """Draw the page: the choice of a view, and the view."""
    heading("Backward", INTRODUCTION)
    view = view_input()
    answering(lambda: _body(view), whole=view == "check")


def _body(view: str) -> None:
    """Draw the view."""
    with guard(), one_layer():
        {"layer": layer_view, "check": check.check_view, "step": motion.motion_view}[view]()
        show_told()
    publish_url(in_use())


def view_input() -> str:
    """Draw the choice of a view; return it."""
    asked = st.session_state.get(VIEW)
    keep(VIEW, asked if asked in VIEWS else "layer")
    st.segmented_control(
        "View",
        [*VIEWS],
        key=VIEW,
        required=True,
        format_func=lambda key: VIEWS[key],
        label_visibility="collapsed",
        persist_state="session",
    )
    return str(st.session_state[VIEW])


def in_use() -> Table:
    """Return the parameters that the open view has."""
    view = st.session_state.get(VIEW)
    network = {key: TABLE[key] for key in (subject.NETWORK, subject.SEED)}
    if view == "check":
        return {VIEW: TABLE[VIEW], **network, **check.TABLE}
    if view == "step":
        return {VIEW: TABLE[VIEW], **network, **subject.TABLE, **motion.TABLE}
    if st.session_state.get(layer.OF) == "layer":
        return {VIEW: TABLE[VIEW], **network, **subject.TABLE, **layer.LAYER_OWN, **PINNED}
    return {VIEW: TABLE[VIEW], **layer.EXAMPLE_OWN, **example.in_use(layer.PREFIX), **PINNED}


def layer_view() -> None:
    """Draw what goes back through a convolution, in four parts."""
    found = layer.back_input()
    back, arriving = found.back, found.arriving
    st.caption(found.words)
    st.subheader("1 The gradient spread, the kernel turned", anchor=False)
    st.markdown(spread_words(back))
    pinnable(steps(back), key="_back_steps", kept="back_steps_at")
    st.subheader("2 Their full convolution is the gradient of the input", anchor=False)
    channel = layer.channel_input(len(arriving.x))
    linked(
        arriving.full,
        key="_back_full",
        filter=channel,
        shown=found.shown,
        cell=kept_cell(CELL, arriving.full.grid.output)
        or telling_cell(arriving.full.after[channel]),
        pin=kept_pin(CELL),
        on_pin=partial(keep_pin, CELL),
        words={
            "input": "Gradient, spread",
            "kernel": "Kernel, turned",
            "output": "Full convolution",
            "channel": "filter",
        },
    )
    st.markdown(cut_words(arriving))
    card(question(back), key="back_card")
    st.subheader("3 The same by im2col's transpose", anchor=False)
    st.markdown(transpose_words(arriving) + own_words(found))
    pinnable(input_product(arriving), key="_back_input", kept="back_input_at")
    st.subheader("4 The gradient of the kernel: a sum over positions", anchor=False)
    st.markdown(weight_words(back))
    pinnable(weight_product(back), key="_back_weight", kept="back_weight_at")


def telling_cell(output: Array) -> tuple[int, int]:
    """Return row and column of the number that is farthest from zero."""
    row, column = strongest(output)
    return row, column


def spread_words(back: WayBack) -> str:
    """Return what is put between and around the gradient, with the numbers."""
    (sh, sw), (eh, ew) = back.grid.stride, back.grid.extent
    between = (
        f"With stride {sh} × {sw} there are {count_of(sh - 1, 'row')} and "
        f"{count_of(sw - 1, 'column')} of zeros between neighbors. "
        if (sh, sw) != (1, 1)
        else "With stride 1 there is nothing to put between neighbors. "
    )
    return (
        f"{between}Around it come window − 1 zeros: {eh} − 1 = {eh - 1} above and below, "
        f"{ew} − 1 = {ew - 1} left and right. The kernel is turned by 180°, because the output "
        "that a weight gave to lies on the other side of it."
    )


def cut_words(back: WayBack) -> str:
    """Return what is cut away from the full convolution, or filled up."""
    (top, bottom), (left, right) = back.grid.pads
    dropped = back.grid.dropped
    words = f"The full convolution has {shape(back.full.grid.output)} cells. "
    if any(dropped):
        rows, columns = count_of(dropped[0], "row"), count_of(dropped[1], "column")
        words += f"{rows} and {columns} at the end, which no window saw, get zeros. "
    if top or bottom or left or right:
        words += f"Padding is cut away: {top} above, {bottom} below, {left} left, {right} right. "
    return f"{words}What is left is the gradient of the input, {shape(back.grid.size)}."


def transpose_words(back: WayBack) -> str:
    """Return how large the difference of the two ways is."""
    return (
        "The convolution was kernels · columns. Its gradient by the columns is kernelsᵀ · gradient,"
        " and col2im carries that back to the image. The largest difference from the full "
        f"convolution: **{back.input_difference:.3g}**{beside(back.grad_input)}."
    )


def own_words(found: layer.Back) -> str:
    """Return how the sum over the filters compares with the network's own gradient."""
    if found.own is None:
        return ""
    difference = float(np.abs(found.arriving.grad_input[0] - found.own).max())
    return (
        " The network itself carries all channels back at once; what it has for this one differs "
        f"by at most **{difference:.3g}**."
    )


def beside(gradient: Array) -> str:
    """Return how large the numbers are that a difference is one of."""
    return f", where the largest number is {float(np.abs(gradient).max()):.3g}"


def weight_words(back: WayBack) -> str:
    """Return what the weights' gradient sums up, and how it compares with the textbook's."""
    return (
        f"A weight is used at {_positions(back.grid.windows)}, so its gradient is a sum over "
        "them: what it met × the gradient of the output it gave to, gradient · columnsᵀ. "
        "The textbook's convolution of the image with the spread gradient gives the same; largest "
        f"difference: **{back.weight_difference:.3g}**{beside(back.grad_weight)}."
    )


def _positions(count: int) -> str:
    return f"all {count} positions" if count > 1 else "one position"


def question(back: WayBack) -> Question:
    """Return what the reader is asked: the gradient, spread for a larger stride."""
    asked = tuple(stride + 1 for stride in back.grid.stride)
    pairs = zip(("Rows", "Columns"), back.grid.output, asked, back.grid.extent, strict=True)
    answers, sums = [], []
    for name, outputs, stride, extent in pairs:
        inside = (outputs - 1) * stride + 1
        value = inside + 2 * (extent - 1)
        without = {float(inside): "That is without the zeros around it."} if extent > 1 else {}
        answers.append(Answer(name, value, slips=without))
        sums.append(f"({outputs} − 1) × {stride} + 1 + 2 × ({extent} − 1) = {value}")
    return Question(
        f"Were the stride **{shape(asked)}**, and the gradient of the output "
        f"{shape(back.grid.output)} as it is: how many rows and columns would it have with zeros "
        "between and around its numbers?",
        tuple(answers),
        "Neighbors come to stand a stride apart, and window − 1 zeros come on every side.",
        f"{sums[0]} and {sums[1]}.",
    )
