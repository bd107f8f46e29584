"""The image that goes into the network: one that the run is judged by, a drawing or an upload.

Keys of `st.session_state`, and names in the URL, begin with a prefix, "look_" for what pages share.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data.manner import Manner
from cnnviz.ui.components.board import board
from cnnviz.ui.components.pad import THINNEST, WIDEST
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.inside.brought import (
    NOTHING_DRAWN,
    Brought,
    drawn_picture,
    fit_input,
    fitting_words,
    manner,
    pad_input,
    upload_input,
)
from cnnviz.ui.inside.drawing import drawing
from cnnviz.ui.inside.links import set_state
from cnnviz.ui.inside.memory import remembered
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.inside.samples import INPUT_WIDTH, sample_input
from cnnviz.ui.pictures import set_titles
from cnnviz.ui.state import Table, flag, name, one_of
from cnnviz.ui.train.fields import keep
from cnnviz.ui.train.numbers import Numbers

LOOK = "look_"
SOURCES = {
    "test": "Test image",
    "validation": "Validation image",
    "drawing": "Drawing",
    "upload": "Upload",
}
SOURCE_HELP = (
    "A test image: this network has never learned from it. A validation image: it is judged by "
    "these after each epoch, and does not learn from them either. Or draw, or bring a picture, or "
    "see what it makes of another data set's test images."
)
OTHERS = "other "  # before the name of a data set among the sources
SEEN = "What the network sees"
SIDE, PAD_SIZE = 84, 260


@dataclass(frozen=True, eq=False)
class Subject:
    """An image that goes into a network.

    Parameters
    ----------
    x : float32 (1, 28, 28)
        From 0 to 1.
    words : str
        What it is, as Markdown.
    label : int, optional
        Its class, where that is known.
    key : hashable
        The same for the same image, for `remembered`.
    notes : tuple of str
        Where it is unlike the data set's images, a sentence each.
    """

    x: NDArray[np.float32]
    words: str
    label: int | None
    key: Hashable
    notes: tuple[str, ...] = ()


def subject_table(prefix: str = LOOK) -> Table:
    """Return the parameters of `subject_input` in the URL."""
    readers = {
        "from": one_of(SOURCES),
        "data": name,
        "image": Numbers("Image", 0, 10**7).read,
        "class": Numbers("Class", 0, 9).read,
        "wrong": flag,
        "drawing": drawing,
        "upload": drawing,
        "brush": Numbers("Brush", THINNEST, WIDEST).read,
        "fit": flag,
    }
    return {prefix + key: read for key, read in readers.items()}


SUBJECT_TABLE: Table = subject_table()


def subject_input(moment: Moment, prefix: str = LOOK) -> Subject:
    """Draw the choice of an image, and small beside it what the network sees; return the image.

    Raises
    ------
    ValueError
        One sentence, where there is no such image.
    """
    controls, beside = st.columns([4, 1], vertical_alignment="top")
    with controls:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen, data = _source_input(moment, prefix)
            if chosen in ("test", "validation"):
                sample = sample_input(moment, prefix, chosen, data)
                label = None if data else sample.label
                found = Subject(sample.x, sample.words, label, key_of(sample.x))
        if chosen == "drawing":
            found = _drawing(moment, prefix)
        elif chosen == "upload":
            found = subject_of(upload_input(prefix, manner(moment)))
        if chosen != "drawing":
            show_words(found)
    with beside:
        show_seen(found, f"_{prefix}seen")
    return found


def _source_input(moment: Moment, prefix: str) -> tuple[str, str]:
    """Draw the choice where the image comes from; return it, and the name of a foreign data set."""
    state, key, own = st.session_state, f"_{prefix}from", moment.settings.data.dataset
    chosen, data = state.get(f"{prefix}from"), state.get(f"{prefix}data")
    chosen = chosen if chosen in SOURCES else "test"
    foreign = data if data and data != own and chosen == "test" else ""
    others = {name: title for name, title in set_titles().items() if name != own}
    if foreign and foreign not in others:
        others[foreign] = f"{foreign} (not here)"
    words = SOURCES | {f"{OTHERS}{name}": title for name, title in others.items()}

    def taken() -> None:
        asked = str(state[key])
        other = asked.removeprefix(OTHERS) if asked not in SOURCES else None
        set_state({f"{prefix}from": "test" if other else asked, f"{prefix}data": other})

    keep(f"{prefix}from", chosen)
    keep(key, f"{OTHERS}{foreign}" if foreign else chosen)
    st.selectbox(
        "Image from",
        [*words],
        key=key,
        format_func=words.__getitem__,
        help=SOURCE_HELP,
        width=INPUT_WIDTH,
        on_change=taken,
    )
    return chosen, foreign


def _drawing(moment: Moment, prefix: str) -> Subject:
    usual = manner(moment)
    left, right = st.columns([2, 3])
    with left:
        text = pad_input(prefix, usual, f"_{prefix}pad", size=PAD_SIZE)
    with right:
        fits = fit_input(prefix)
        if not text:
            raise ValueError(NOTHING_DRAWN)
        found = drawn(text, usual, fits=fits)
        show_words(found)
    return found


def drawn(text: str, usual: Manner, *, fits: bool) -> Subject:
    """Return the image that a drawing's word stands for; raises ValueError with a sentence."""

    def make() -> Subject:
        brought = drawn_picture(text, usual, fits=fits)
        told = fitting_words(brought.fitted, usual, fits=fits)
        return subject_of(Brought(brought.fitted, f"{brought.words} {told}"))

    return remembered(("drawing", text, usual, fits), make)


def subject_of(brought: Brought) -> Subject:
    """Return a picture that somebody brought along as what goes into the network."""
    x = brought.fitted.pixels[np.newaxis].astype(np.float32) / np.float32(255)
    return Subject(x, brought.words, None, key_of(x), brought.fitted.notes)


def show_words(found: Subject) -> None:
    """Draw what an image is, and where it is unlike the data set's."""
    st.caption(found.words)
    for note in found.notes:
        st.caption(f"⚠️ {note}")


def key_of(x: NDArray[np.float32]) -> Hashable:
    """Return what is the same for the same image and for no other."""
    return "image", blake2b(np.ascontiguousarray(x).tobytes(), digest_size=16).hexdigest()


def show_seen(found: Subject, key: str) -> None:
    """Draw the image as the network gets it."""
    label = f"{SEEN}, 28 × 28"
    seen = tiles("seen", found.x, label=label, limits=(0, 1), size=SIDE, quiet=True)
    board([[seen]], key=key)
