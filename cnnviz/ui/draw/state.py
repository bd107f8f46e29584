"""What stands in the URL of the Draw page, and what a click changes of it."""

from typing import cast

import streamlit as st

from cnnviz.data import CLASSES
from cnnviz.ui.inside.drawing import drawing
from cnnviz.ui.inside.moment import MOMENT_TABLE
from cnnviz.ui.inside.subject import LOOK, subject_table
from cnnviz.ui.state import Table, run_id
from cnnviz.ui.train.numbers import Numbers

DRAWING, OTHER = f"{LOOK}drawing", f"{LOOK}other"
NOT_HERE = tuple(f"{LOOK}{name}" for name in ("from", "data", "upload"))
LABEL, KEPT = "draw_label", "draw_kept"
STOPPED = "_draw_stopped"  # whether the curves are not to be computed to the end
MOST_KEPT = 6
MOST_LETTERS = 7000
"""More than the drawings in an address may take: browsers and servers cut off what is longer."""

Kept = tuple[str, int]
"""A drawing's word, and the class that its maker says it is."""


def kept_drawings(text: str) -> tuple[Kept, ...]:
    """Read the kept drawings in the URL."""
    if len(text) > MOST_LETTERS:
        raise ValueError(f"The drawings take {len(text):,} letters, more than {MOST_LETTERS:,}.")
    found = tuple(_kept(*entry.rpartition(",")) for entry in text.split(";"))
    if len(found) > MOST_KEPT:
        raise ValueError(f"{len(found)} drawings were kept, more than {MOST_KEPT}.")
    return found


def _kept(word: str, comma: str, label: str) -> Kept:
    return drawing(word), int(Numbers("Class", 0, CLASSES - 1).read(label))


TABLE: Table = {
    **MOMENT_TABLE,
    **{key: read for key, read in subject_table().items() if key not in NOT_HERE},
    OTHER: run_id,
    LABEL: Numbers("Class", 0, CLASSES - 1).read,
    KEPT: kept_drawings,
}


def kept() -> tuple[Kept, ...]:
    """Return the drawings that were kept, the oldest first."""
    return cast(tuple[Kept, ...], st.session_state.get(KEPT) or ())


def keep_drawing(text: str, label: int) -> None:
    """Keep a drawing; where there are too many the oldest goes. For callbacks."""
    others = tuple(one for one in kept() if one[0] != text)
    st.session_state[KEPT] = (*others, (text, label))[-MOST_KEPT:]
    st.session_state[STOPPED] = False


def drop_drawing(place: int) -> None:
    """Forget a drawing that was kept; for callbacks."""
    st.session_state[KEPT] = tuple(one for at, one in enumerate(kept()) if at != place)


def show_drawing(text: str, label: int) -> None:
    """Put a drawing on the pad, with its class; for callbacks."""
    st.session_state[DRAWING] = text or None
    st.session_state[LABEL] = label
