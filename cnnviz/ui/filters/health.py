"""Filters that no longer take part, found and explained."""

import pandas as pd
import streamlit as st

from cnnviz.explain.filters import activation_behind, switch_place
from cnnviz.explain.health import EDGE, RARE, Health, State, health
from cnnviz.ui.filters.bank import Bank
from cnnviz.ui.filters.measure import IMAGES_WIDTH, image_words, images_input
from cnnviz.ui.filters.state import listed
from cnnviz.ui.inside.work import macs, measured
from cnnviz.ui.words import compact, percent, signed

SIGNS: dict[State, str] = {
    "alive": "✓ takes part",
    "dead": "✗ dead",
    "saturated": "✗ saturated",
    "rare": "△ hardly ever",
    "broken": "✗ no numbers",
}


def dead_and_saturated(found: Bank) -> None:
    """Draw what was found of each filter of the layer."""
    moment = found.moment
    model, index = moment.model, found.number - 1
    cost = macs(model, 0, switch_place(model, index))
    with st.container(width=IMAGES_WIDTH):
        shown, places = images_input(moment, cost)
    result = measured(
        found.key("health", len(places)),
        f"Look at {image_words(shown.test, places)}",
        health(model, moment.params, index, shown.test, places),
        cost * len(places),
        name="_filters_health",
    )
    if result is None:
        return
    st.markdown("  \n".join(words(found, result, image_words(shown.test, places))))
    st.dataframe(table(result), hide_index=True, width="content")


def words(found: Bank, result: Health, images: str) -> list[str]:
    """Return a sentence for each thing that was found, with what to try."""
    states = result.states()
    lr = compact(found.moment.settings.config.lr)
    name = result.function
    if activation_behind(found.moment.model, found.number - 1) is None:
        bare = "No activation follows this layer: its filters cannot die or saturate."
        return [bare, *broken_words(states)]
    told = [
        *broken_words(states),
        *dead_words(result, states, images, lr),
        *saturated_words(result, states, lr),
        *rare_words(states, images),
    ]
    if told:
        return told
    if name == "LeakyReLU":
        return ["LeakyReLU always passes some gradient on: no filter can die here."]
    return [f"All {len(states)} filters take part: none is dead or saturated on {images}."]


def named(states: list[State], state: State) -> tuple[list[int], str]:
    """Return the filters in a state, and their names in words."""
    units = [unit for unit, one in enumerate(states) if one == state]
    if not units:
        return units, ""
    verb = "are" if len(units) > 1 else "is"
    return units, f"Filter{'s' * (len(units) > 1)} {listed(units)} {verb}"


def dead_words(result: Health, states: list[State], images: str, lr: str) -> list[str]:
    """Return what is said of dead filters."""
    units, who = named(states, "dead")
    if not units:
        return []
    highest = max(float(result.highest[unit]) for unit in units)
    return [
        f"**{who} dead**: on {images} the response never rises above {signed(highest, 3)}, so ReLU "
        "gives zeros and lets no gradient through: what is dead rarely comes back. Try a smaller "
        f"learning rate than {lr}, or LeakyReLU."
    ]


def saturated_words(result: Health, states: list[State], lr: str) -> list[str]:
    """Return what is said of saturated filters."""
    units, who = named(states, "saturated")
    if not units:
        return []
    least = min(float(result.saturated[unit]) for unit in units)
    return [
        f"**{who} saturated**: at least {percent(least)} of the cells lie beyond "
        f"{100 * EDGE:.0f} % of the range of {result.function}, where it is flat and hardly any "
        f"gradient passes. Try a smaller learning rate than {lr}, or batch normalization before it."
    ]


def rare_words(states: list[State], images: str) -> list[str]:
    """Return what is said of filters that hardly ever take part."""
    units, who = named(states, "rare")
    if not units:
        return []
    it = "them" if len(units) > 1 else "it"
    return [
        f"**{who} hardly ever active**: any cell is above 0 on fewer than {100 * RARE:.0f} % of "
        f"the images ({images}). “Switch off” shows whether anybody misses {it}."
    ]


def broken_words(states: list[State]) -> list[str]:
    """Return what is said of filters that give no numbers."""
    units, who = named(states, "broken")
    if not units:
        return []
    return [
        f"**{who} broken**: infinite, or no numbers at all. The training diverged before this "
        "step; move the timeline back, and try a smaller learning rate."
    ]


def table(result: Health) -> pd.DataFrame:
    """Return a row for each filter."""
    rows = {
        "filter": range(len(result.active)),
        "state": [SIGNS[state] for state in result.states()],
        "active on images": [percent(share) for share in result.active],
        "cells that are 0": [percent(share) for share in result.zeros],
        "largest response": [signed(float(value), 4) for value in result.highest],
    }
    if result.function in ("Tanh", "Sigmoid"):
        rows["saturated cells"] = [percent(share) for share in result.saturated]
    return pd.DataFrame(rows)
