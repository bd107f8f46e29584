"""Filters switched off: what the network still gets right without them."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.explain.ablation import Scores, ablation
from cnnviz.explain.filters import switch_place
from cnnviz.figures.filters import classes_figure
from cnnviz.ui.components.bars import bars
from cnnviz.ui.components.board import Pixel, board
from cnnviz.ui.components.chart import chart
from cnnviz.ui.filters.bank import Bank
from cnnviz.ui.filters.measure import IMAGES_WIDTH, image_words, images_input
from cnnviz.ui.filters.state import OFF, UNIT, listed, read_off, written_off
from cnnviz.ui.inside.links import set_state
from cnnviz.ui.inside.work import macs, measured
from cnnviz.ui.pictures import Pictures
from cnnviz.ui.train.fields import keep
from cnnviz.ui.words import percent

PICK = "_filters_off_pick"
HEIGHT = 280
HOW = (
    "A filter that is off gives zeros to the next layer; nothing is trained anew, the run itself "
    "is not touched."
)
LOST = "Points of accuracy lost without each filter"
CLICK = "Click a bar to switch its filter off, or on again; or walk to it and press Enter."
DEPEND = (
    "Filters stand in for each other: together they may cost more, or less, than the sum of what "
    "each costs alone."
)


def switch_off(found: Bank, unit: int) -> None:
    """Draw the choice of filters, the accuracy without them, and the ranking of the layer."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        off = off_input(found.count)
        is_off = unit in off
        st.button(
            f"Switch filter {unit} {'on again' if is_off else 'off'}",
            key="_filters_switch",
            on_click=choose_off,
            args=[toggled(off, unit)],
        )
        with st.container(width=IMAGES_WIDTH):
            shown, places = images_input(found.moment, cost_of(found, 2))
    st.caption(HOW)
    without(found, off, shown, places)
    st.subheader("Ranking of the layer", anchor=False)
    ranking(found, unit, off, shown, places)


def off_input(filters: int) -> list[int]:
    """Draw the list of filters that are off; return them."""
    off = read_off(filters)
    choose_off(off)  # without those that this layer does not have
    keep(PICK, off)
    st.multiselect(
        "Switched off",
        range(filters),
        key=PICK,
        format_func=lambda one: f"Filter {one}",
        placeholder="Choose filters",
        on_change=lambda: choose_off(sorted(st.session_state[PICK])),
    )
    return off


def choose_off(units: list[int]) -> None:
    """Switch these filters off, and no others; for callbacks."""
    set_state({OFF: written_off(units) or None})


def toggled(off: list[int], unit: int) -> list[int]:
    """Return which filters are off when this one is switched off, or on again."""
    return sorted({*off} ^ {unit})


def scored(
    found: Bank,
    sets: list[tuple[int, ...]],
    shown: Pictures,
    places: NDArray[np.intp],
    label: str,
    name: str,
) -> Scores | None:
    """Return the hits with each of these sets switched off, when they have been counted."""
    model, index = found.moment.model, found.number - 1
    classes = len(shown.class_names)
    params = found.moment.params
    return measured(
        found.key("ablation", len(places), tuple(sets)),
        label,
        ablation(model, params, index, shown.test, places, sets, classes),
        cost_of(found, len(sets)) * len(places),
        name=name,
    )


def cost_of(found: Bank, sets: int) -> int:
    """Return the multiplications an image takes with so many sets of filters switched off."""
    model = found.moment.model
    place = switch_place(model, found.number - 1)
    return macs(model, 0, place) + sets * macs(model, place, len(model.layers))


def without(found: Bank, off: list[int], shown: Pictures, places: NDArray[np.intp]) -> None:
    """Draw the accuracy with these filters off, of all images and of each class."""
    sets: list[tuple[int, ...]] = [(), tuple(off)] if off else [()]
    label = f"Measure on {image_words(shown.test, places)}"
    scores = scored(found, sets, shown, places, label, "_filters_measure")
    if scores is None:
        return
    st.markdown(off_words(scores, off, found, shown, places))
    by_class = scores.by_class
    figure = classes_figure(shown.class_names, by_class[0], by_class[1] if off else None)
    alt = "Accuracy of each class with all filters on" + (", and without some" if off else "")
    board([[chart("classes", figure, alt=alt, height=HEIGHT)]], key="_filters_classes")


def off_words(
    scores: Scores, off: list[int], found: Bank, shown: Pictures, places: NDArray[np.intp]
) -> str:
    """Return what switching off costs, in words."""
    whole = float(scores.accuracy[0])
    on = f"On {image_words(shown.test, places)} the network is right in **{percent(whole)}** "
    if not off:
        return (
            f"{on}with all {found.count} filters on. Choose filters above, or in the grid, to see "
            "what the network gets right without them."
        )
    less = float(scores.accuracy[1])
    text = (
        f"{on}with all filters on, and in **{percent(less)}** without "
        f"filter{'s' * (len(off) > 1)} {listed(off)}: {points(whole - less)}."
    )
    lost = np.nan_to_num(scores.by_class[0] - scores.by_class[1])
    worst = int(lost.argmax())
    if lost[worst] > 0:
        first, second = scores.by_class[:, worst]
        text += (
            f" “{shown.class_names[worst]}” suffers most: from {percent(first)} to "
            f"{percent(second)}."
        )
    if len(off) == found.count:
        text += " With all of them off, every image looks the same to the rest of the network."
    return text


def points(lost: float) -> str:
    """Return a difference of shares in words."""
    if abs(lost) < 5e-5:
        return "no difference"
    return f"{abs(100 * lost):.1f} points {'less' if lost > 0 else 'more'}"


def ranking(
    found: Bank, unit: int, off: list[int], shown: Pictures, places: NDArray[np.intp]
) -> None:
    """Draw what each filter of the layer costs when it alone is off; a click switches one."""
    sets = [(), *((one,) for one in range(found.count))]
    label = f"Switch off each of {found.count} filters in turn"
    scores = scored(found, sets, shown, places, label, "_filters_rank")
    if scores is None:
        st.caption(f"Measured on {image_words(shown.test, places)}; it can be broken off.")
        return
    lost = scores.accuracy[0] - scores.accuracy[1:]
    order = np.argsort(-lost, kind="stable").tolist()
    st.markdown(ranking_words(lost, order, unit))
    part = bars(
        "ranking",
        100 * lost[order],
        label=LOST,
        names=[f"{one} off" if one in off else f"{one}" for one in order],
        titles=[f"without filter {one}, points lost" for one in order],
        height=HEIGHT,
        choosable=True,
        chosen=order.index(unit),
    )

    def chosen(pixel: Pixel) -> None:
        one = order[pixel.column]
        set_state({UNIT: one})
        choose_off(toggled(off, one))

    board([[part]], key="_filters_ranking", on_tile=chosen)
    st.caption(f"{CLICK} {DEPEND}")


def ranking_words(lost: NDArray[np.float64], order: list[int], unit: int) -> str:
    """Return which filter matters most and which least."""
    most, least = order[0], order[-1]
    if len(order) == 1:
        return f"Without its only filter: {points(float(lost[most]))}."
    spare = int((lost <= 0).sum())
    text = (
        f"Filter **{most}** matters most: without it {points(float(lost[most]))}. Filter {least} "
        f"matters least: {points(float(lost[least]))}. Filter {unit} comes "
        f"{order.index(unit) + 1} of {len(order)}."
    )
    if spare:
        them = "One of them" if spare == 1 else f"Any one of {spare} of them"
        text += f" {them} could be left out, alone, without losing a single image."
    return text
