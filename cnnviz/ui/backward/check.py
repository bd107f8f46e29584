"""Every parameter tensor against numerical differentiation, for each epsilon."""

import math
from typing import Any

import pandas as pd
import streamlit as st

from cnnviz.explain.epsilon import EPSILONS, USUAL, sweep, verdict
from cnnviz.figures.epsilon import epsilon_figure
from cnnviz.nn.model import flatten_params
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.ui.backward.subject import Weights, weights_input
from cnnviz.ui.components.board import board
from cnnviz.ui.components.chart import chart, plotly_loader
from cnnviz.ui.state import Table
from cnnviz.ui.train.numbers import Numbers
from cnnviz.ui.words import shape

POWER, FOUND = "back_eps", "_back_errors"
POWERS = Numbers("Epsilon's power of ten", -13, -1)
TABLE: Table = {POWER: POWERS.read}

SIGNS = {"agrees": "✅ agrees", "doubtful": "🤔 doubtful", "differs": "❌ differs"}
IDEA = (
    "Backpropagation computes every slope of the loss by rules. Numerical differentiation knows no "
    "rules: it moves a number by ε to either side and looks what the loss does, "
    "(loss(w + ε) − loss(w − ε)) ÷ 2ε. Where both agree, the rules are right."
)
WHY = (
    "**Too large an ε** has a bend of the loss, or a kink of ReLU and max-pooling, between its "
    "two points: the error falls as ε² where all is smooth (lenet-5, with tanh). **Too small an "
    "ε** loses the difference in the digits of float64: the error rises as 1 ÷ ε. In between lies "
    "the valley."
)
HOW = (
    "In float64, on two random images, with a fixed random combination of the outputs as the loss. "
    "Small tensors are checked number by number, large ones along random directions."
)

Errors = list[tuple[float, dict[str, float]]]


def check_view() -> None:
    """Draw the button, the slider, the table and the curve."""
    plotly_loader()
    st.markdown(IDEA)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        weights = weights_input()
        pressed = st.button(
            "Check every tensor",
            type="primary",
            icon="🔬",
            help="Takes less than a second for small networks, up to a minute for large ones.",
        )
    of = (weights.title, st.session_state.get("back_seed"))
    if pressed:
        st.session_state[FOUND] = (of, measured(weights))
    checked, found = st.session_state.get(FOUND, (None, None))
    if checked != of or not found:
        if isinstance(asked := st.session_state.get(POWER), int | float):
            st.markdown(
                f"ε = {power(10.0**asked)} is chosen: press **Check every tensor** to see it."
            )
        st.caption(HOW)
        return
    chosen = epsilon_input()
    show(weights, found, chosen)


def measured(weights: Weights) -> Errors:
    """Return the errors for every epsilon, with a bar that tells how far it is."""
    found: Errors = []
    bar = st.progress(0.0, "Moving numbers …")
    for eps, errors in sweep(weights.model, INPUT_SHAPE, params=weights.params):
        found.append((eps, errors))
        bar.progress(len(found) / len(EPSILONS), f"ε = {power(eps)}")
    bar.empty()
    return found


def epsilon_input() -> float:
    """Draw the slider over powers of ten; return the epsilon."""
    powers = {round(math.log10(eps)): eps for eps in EPSILONS}
    if st.session_state.get(POWER) not in powers:
        st.session_state[POWER] = round(math.log10(USUAL))
    chosen = st.select_slider(
        "Epsilon",
        sorted(powers),
        key=POWER,
        format_func=lambda chosen: power(10.0**chosen),
        help="How far each number is moved to either side.",
        persist_state="session",
    )
    return powers[chosen]


def show(weights: Weights, found: Errors, chosen: float) -> None:
    """Draw the errors at one epsilon, and the curve over all of them."""
    errors = dict(found)[chosen]
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.dataframe(
            table(weights, errors),
            hide_index=True,
            column_config={
                "relative error": st.column_config.NumberColumn(format="%.1e"),
            },
        )
        st.caption(HOW)
    with right:
        curves = {name: [one[name] for _, one in found] for name in errors}
        figure = epsilon_figure(EPSILONS, curves, chosen)
        worst = max(errors.values())
        words = f"ε = {power(chosen)}: the largest relative error is {scientific(worst)}."
        board([[chart("epsilon", figure, alt=words, height=340, words=words)]], key="_back_epsilon")
    st.markdown(verdict_words(errors, chosen))
    st.markdown(WHY)


def table(weights: Weights, errors: dict[str, float]) -> pd.DataFrame:
    """Return a row for each tensor: name, shape, numbers, relative error, verdict."""
    arrays = flatten_params(weights.params)
    rows: list[dict[str, Any]] = []
    for name, error in errors.items():
        size = arrays[name].shape if name in arrays else INPUT_SHAPE
        rows.append(
            {
                "tensor": tensor_name(weights, name),
                "shape": shape(size),
                "relative error": error,
                "verdict": SIGNS[verdict(error)],
            }
        )
    return pd.DataFrame(rows)


def tensor_name(weights: Weights, name: str) -> str:
    """Return 3 Conv2d weight for 2.weight: layers count from 1 on pages."""
    index, _, key = name.partition(".")
    if not key:
        return name
    return f"{int(index) + 1} {type(weights.model.layers[int(index)]).__name__} {key}"


def power(eps: float) -> str:
    """Return 1e−6."""
    return scientific(eps).replace(".0", "")


def scientific(value: float) -> str:
    """Return 2.4e−6."""
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits}e{int(exponent)}".replace("-", "−")


def verdict_words(errors: dict[str, float], chosen: float) -> str:
    """Return what the errors at one epsilon say of all tensors together."""
    verdicts = [verdict(error) for error in errors.values()]
    right = verdicts.count("agrees")
    if right == len(verdicts):
        return f"✅ **All {right} tensors agree** with ε = {power(chosen)}."
    told = f"**{right} of {len(verdicts)} tensors agree** with ε = {power(chosen)}."
    if chosen == USUAL:
        return told
    return f"{told} Such an ε tests the method: to test the network, choose {power(USUAL)}."
