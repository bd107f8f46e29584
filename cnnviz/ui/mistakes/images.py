"""The images behind a cell, a class, or all mistakes; a click leads on to Activations."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.ui.components.board import Part, Pixel, note
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.inside.judged import Found
from cnnviz.ui.inside.links import image_state, set_state
from cnnviz.ui.mistakes.state import choose
from cnnviz.ui.train.view import Judged, captions, cell_places, marks, mistake_places, titles

MOST_IMAGES = 28
HELP = (
    "Those first of which the network was surest. Beneath each one stands what it was taken for, "
    "and the probability of that. Click one to follow it through the network, layer by layer."
)
GO = "_wrong-go"


@dataclass(frozen=True, eq=False)
class Group:
    """Images that belong together: their places among those that were judged, the surest first."""

    title: str
    places: NDArray[np.integer]

    @property
    def shown(self) -> NDArray[np.integer]:
        """Those that there is room for."""
        return self.places[:MOST_IMAGES]


def groups(
    judged: Judged, true: int | None, taken: int | None, names: tuple[str, ...]
) -> dict[str, Group]:
    """Return the images of a cell, those missed and those wrongly found of a class, or all."""
    if true is None:
        everything = mistake_places(judged, len(judged.labels))
        return {"images": Group("Surest mistakes", everything)}
    if taken is not None:
        words = ", recognized" if true == taken else f" taken for {names[taken]}"
        return {"images": Group(names[true] + words, cell_places(judged, (true, taken), 10**9))}
    wrong = mistake_places(judged, len(judged.labels))
    missed = wrong[judged.labels[wrong] == true]
    others = wrong[judged.evaluation.predictions[wrong] == true]
    return {
        "images": Group(f"{names[true]}, not recognized", missed),
        "others": Group(f"Others, taken for {names[true]}", others),
    }


def picture(name: str, group: Group, judged: Judged, names: tuple[str, ...]) -> Part:
    """Return a group as tiles."""
    shown = group.shown
    count = len(group.places)
    title = group.title + (f": {len(shown)} of {count:,}" if count > len(shown) else f": {count}")
    if not count:
        return note(name, group.title, "There are none.", help=HELP)
    labels, guesses = judged.labels[shown], judged.evaluation.predictions[shown]
    sure = judged.evaluation.confidences[shown]
    return tiles(
        name,
        judged.images[shown],
        label=title,
        help=HELP,
        captions=captions(guesses, sure, names),
        marks=marks(guesses, labels),
        titles=titles(labels, guesses, sure, names),
        choosable=True,
    )


def hear(pixel: Pixel, found: Found, which: str, shown: Mapping[str, Group]) -> None:
    """Take over a click on the board: on a class, or on an image."""
    if pixel.part == "scores":
        choose(pixel.tile)
    elif pixel.part in shown:
        place = int(found.places[shown[pixel.part].shown[pixel.tile]])
        set_state(image_state(which, place) | {GO: True})


def wants_to_go() -> bool:
    """Whether an image was clicked just now."""
    return bool(st.session_state.pop(GO, False))
