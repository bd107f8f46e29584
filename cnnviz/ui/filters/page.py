"""The Filters page, put together."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.explain.filters import is_convolution
from cnnviz.ui.components.chart import plotly_loader
from cnnviz.ui.filters.answers import answers
from cnnviz.ui.filters.bank import Bank, bank_of
from cnnviz.ui.filters.grid import controls, grid, words
from cnnviz.ui.filters.health import dead_and_saturated
from cnnviz.ui.filters.off import switch_off
from cnnviz.ui.filters.one import one_filter
from cnnviz.ui.filters.state import PART, PARTS, TABLE, UNIT, in_use
from cnnviz.ui.filters.time import over_time
from cnnviz.ui.frame import heading
from cnnviz.ui.inside.choices import switched
from cnnviz.ui.inside.layers import layer_input
from cnnviz.ui.inside.moment import Moment, at_a_moment
from cnnviz.ui.train.fields import keep, number_input
from cnnviz.ui.train.numbers import Numbers, written
from cnnviz.ui.words import plain

__all__ = ["TABLE", "filters_page", "in_use"]

INTRODUCTION = (
    "A filter is a small pattern of weights that is laid over the image everywhere. Here is what "
    "each one looks for, and how it came to it: move the timeline, press a filter."
)
LAYER_WIDTH = 260


def filters_page() -> None:
    """Draw the page from top to bottom."""
    heading("Filters", INTRODUCTION)
    at_a_moment(body, in_use)
    plotly_loader()


def body(moment: Moment) -> None:
    """Draw the filters of the chosen layer, and the chosen section beneath."""
    with st.container(horizontal=True):
        with st.container(width=LAYER_WIDTH):
            number = layer_input(moment, is_convolution)
        if number is None:
            st.info(no_filters(moment), icon="ℹ️")
            return
        found = bank_of(moment, number)
        sheet = controls(found)
    unit = chosen_unit(found.count)
    grid(found, sheet, unit)
    st.caption(words(found))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=130):
            unit_input(found.count)
        part = switched("Section", PART, PARTS)
    section(part, found, unit, sheet.units, sheet.channel)


def no_filters(moment: Moment) -> str:
    """Return why there is nothing to see, and where there is."""
    kinds = ", ".join(type(layer).__name__ for layer in moment.model.layers)
    return (
        f"{plain(moment.settings.network)} has no convolution, and so no filters: its layers are "
        f"{kinds}. Choose another run, or train a network with a Conv2d."
    )


def chosen_unit(filters: int) -> int:
    """Return the chosen filter; the first where this layer has no such one."""
    asked, allowed = st.session_state.get(UNIT), Numbers("Filter", 0, filters - 1)
    found = int(asked) if asked is not None and allowed.allow(asked) else 0
    if asked is not None and found != asked:
        st.info(
            f"This layer has no filter {written(asked)}: it has {filters}, counted from 0 to "
            f"{filters - 1}; filter 0 is shown.",
            icon="ℹ️",
        )
    keep(UNIT, found)
    return found


def unit_input(filters: int) -> None:
    """Draw the number of the chosen filter."""
    number_input("Filter", UNIT, 0, whole=True, help=f"0 to {filters - 1}; or press one above.")


def section(part: str, found: Bank, unit: int, units: NDArray[np.intp], channel: int) -> None:
    """Draw the chosen section; the others compute nothing."""
    if part == "one":
        one_filter(found, unit, channel)
    elif part == "answers":
        answers(found, unit, units)
    elif part == "off":
        switch_off(found, unit)
    elif part == "time":
        over_time(found, unit)
    else:
        dead_and_saturated(found)
