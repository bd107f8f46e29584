"""What is chosen on the Filters page, all of it in the URL."""

from collections.abc import Sequence

import streamlit as st

from cnnviz.ui.inside.layers import LAYER
from cnnviz.ui.inside.moment import MOMENT_TABLE
from cnnviz.ui.inside.subject import SUBJECT_TABLE
from cnnviz.ui.state import Table, one_of
from cnnviz.ui.train.numbers import Numbers

UNIT = "look_unit"
SHOW, ORDER, RANGE = "filters_show", "filters_order", "filters_range"
CHANNEL, SHEET, PART = "filters_channel", "filters_sheet", "filters_part"
OFF, IMAGES, ANSWER, WHOSE = "filters_off", "filters_images", "filters_answer", "filters_whose"

SHOWN = {"now": "Now", "before": "Before", "difference": "Difference", "all": "All three"}
ORDERS = {"index": "Index", "norm": "Norm", "change": "Change", "importance": "Importance"}
RANGES = {"common": "Common", "own": "Own"}
PARTS = {
    "one": "One filter",
    "answers": "What it answers to",
    "off": "Switch off",
    "time": "Weights and gradients over time",
    "health": "Dead and saturated",
}
ANSWERS = {"before": "Response", "after": "After the activation"}
WHOSES = {"layer": "All filters", "filter": "The chosen filter"}
ALL = -1
"""Stands for all input channels."""

MOST_FILTERS = 10_000
COUNTS = (250, 1_000, 5_000, 10_000)


def off_text(text: str) -> str:
    """Read the filters that are switched off: 0,3,5."""
    return written_off(sorted({int(part) for part in text.split(",")}))


def written_off(units: list[int]) -> str:
    """Return filters as they stand in the URL."""
    if any(not 0 <= unit < MOST_FILTERS for unit in units):
        raise ValueError(f"Filters are counted from 0 to {MOST_FILTERS - 1}.")
    return ",".join(map(str, units))


def read_off(filters: int) -> list[int]:
    """Return the filters that are switched off, those that the layer has."""
    text = st.session_state.get(OFF) or ""
    return [unit for unit in map(int, filter(None, text.split(","))) if unit < filters]


def listed(units: Sequence[int], most: int = 8) -> str:
    """Return filters in words: 0, 3 and 5; at most so many of them by name."""
    names = [str(unit) for unit in units[:most]]
    if len(units) > most:
        names.append(f"{len(units) - most} more")
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


LOOK: Table = {
    **MOMENT_TABLE,
    LAYER: Numbers("Layer", 1, 1_000).read,
    UNIT: Numbers("Filter", 0, MOST_FILTERS).read,
    SHOW: one_of(SHOWN),
    ORDER: one_of(ORDERS),
    RANGE: one_of(RANGES),
    CHANNEL: Numbers("Channel", ALL, MOST_FILTERS).read,
    SHEET: Numbers("Page", 1, MOST_FILTERS).read,
    PART: one_of(PARTS),
}
OWN: dict[str, Table] = {
    "one": {},
    "answers": {
        **SUBJECT_TABLE,
        ANSWER: one_of(ANSWERS),
        IMAGES: Numbers("Test images", 1, 10**7).read,
    },
    "off": {OFF: off_text, IMAGES: Numbers("Test images", 1, 10**7).read},
    "time": {WHOSE: one_of(WHOSES)},
    "health": {IMAGES: Numbers("Test images", 1, 10**7).read},
}
TABLE: Table = {**LOOK, **{key: read for own in OWN.values() for key, read in own.items()}}


def in_use() -> Table:
    """Return the part of the table that the open section needs."""
    return {**LOOK, **OWN.get(str(st.session_state.get(PART)), {})}
