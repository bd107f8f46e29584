"""One layer: its windows, the formula with the numbers put in, other frameworks, code, a card."""

from functools import partial

import pandas as pd
import streamlit as st

from cnnviz.explain.arithmetic import LETTERS, SIDES, convention, remarks, steps
from cnnviz.explain.frameworks import readings
from cnnviz.explain.nearest import ways_out
from cnnviz.explain.setting import Setting
from cnnviz.nn.geometry import AXES, Pads
from cnnviz.ui.components.windows import MOST_CELLS, SLIDING, TRANSPOSED, fits, windows
from cnnviz.ui.lab.card import card
from cnnviz.ui.lab.pinned import keep_spot, kept_spot
from cnnviz.ui.shapes.code import as_code
from cnnviz.ui.shapes.controls import bounds, controls, nearest, put
from cnnviz.ui.shapes.params import SPOT
from cnnviz.ui.shapes.questions import size_question
from cnnviz.ui.words import shape


def layer_view() -> None:
    """Draw everything about one layer."""
    left, right = st.columns([1.2, 2.9], gap="medium")
    problem, setting = "", None
    with left:
        try:
            setting = controls()
            problem = setting.problem()
        except ValueError as error:
            problem = str(error)
    with right:
        if setting is None or problem:
            _impossible(setting, problem)
            return
        _picture(setting)
    card(size_question(setting), key="shape_size")
    formula(setting)
    others(setting)
    layer, (before, _) = setting.layer(), setting.shapes()
    as_code(lambda framework: framework.layer_code(layer, before))


def _impossible(setting: Setting | None, problem: str) -> None:
    """Say why a setting is impossible, and which near it are not."""
    st.error(problem, icon="⚠️")
    if setting is None:
        _within()
        return
    ways = ways_out(setting)
    if not ways:
        return
    st.caption("The nearest settings that work:")
    with st.container(horizontal=True):
        for way in ways:
            st.button(
                f"{way.words} → {shape(way.setting.output())}",
                key=f"_way-{way.words}",
                on_click=put,
                args=(way.setting,),
            )


def _within() -> None:
    """Offer the bounds instead of numbers that are out of them."""
    if found := nearest():
        st.caption("The nearest that is allowed:")
        words = ", ".join(f"{bounds(key).label} {number:,}" for key, number in found.items())
        st.button(words, key="_within", on_click=st.session_state.update, args=(found,))


def _picture(setting: Setting) -> None:
    """Draw the windows and say what is dropped."""
    grid = setting.grid()
    st.markdown(f"#### {shape(setting.size)} → {shape(setting.output())}")
    st.caption(f"{padding_words(grid.pads, setting.transposed)} {' '.join(remarks(setting))}")
    if fits(grid):
        windows(
            grid,
            TRANSPOSED if setting.transposed else SLIDING,
            key="shape_windows",
            start=kept_spot(SPOT),
            on_cell=partial(keep_spot, SPOT),
        )
    else:
        st.info(
            f"More than {MOST_CELLS} rows or columns are too small to point at: the drawing is "
            "left out, all numbers below hold.",
            icon="ℹ️",
        )


def padding_words(pads: Pads, transposed: bool) -> str:
    """Return the padding side by side."""
    verb = "Cut away" if transposed else "Padding"
    sides = [
        f"{side} {cells}"
        for axis in (0, 1)
        for side, cells in zip(SIDES[axis], pads[axis], strict=True)
    ]
    return f"{verb}: {', '.join(sides)}."


def formula(setting: Setting) -> None:
    """Draw the calculation along both axes."""
    st.subheader("The formula, with the numbers put in", anchor=False)
    added = "A output padding, " * setting.transposed
    st.caption(
        f"{convention(setting)} I input, K kernel, S stride, D dilation, E the cells that the "
        f"kernel spans, P padding, {added}O output; ⌊ ⌋ rounds down, ⌈ ⌉ rounds up."
    )
    for axis, column in enumerate(st.columns(2, gap="large")):
        with column:
            st.markdown(f"**{AXES[axis].capitalize()}** ({LETTERS[axis]})")
            st.table(formula_table(setting, axis), hide_index=True)


def formula_table(setting: Setting, axis: int) -> pd.DataFrame:
    """Return the steps along an axis as a table."""
    rows = [
        (s.name, s.symbols, f"{s.numbers} = **{s.result}**".replace("-", "−"))
        for s in steps(setting, axis)
    ]
    return pd.DataFrame(rows, columns=["", "formula", "with the numbers"])


def others(setting: Setting) -> None:
    """Draw what other frameworks make of the same words."""
    st.subheader("The same words elsewhere", anchor=False)
    if not setting.pools:
        st.caption(
            "What is called a convolution in all of them, and here, is a cross-correlation: the "
            "kernel is not turned around. The sizes are the same either way."
        )
    rows = [
        (
            one.framework,
            f"`{one.written}`",
            shape(one.output) if one.output else "refused",
            _sides(one.pads) if one.pads else "–",
            one.remark or "The same.",
        )
        for one in readings(setting)
    ]
    names = ["", "written", "output", "top, bottom · left, right", " "]
    st.table(pd.DataFrame(rows, columns=names), hide_index=True)


def _sides(pads: Pads) -> str:
    return " · ".join(f"{before}, {after}" for before, after in pads)
