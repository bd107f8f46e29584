"""What the network gets wrong: the confusion matrix, and the images behind it."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.training.metrics import confusion_counts
from cnnviz.ui.components.confusion import confusion_matrix
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.pictures import Pictures
from cnnviz.ui.train.view import (
    Judged,
    View,
    captions,
    cell_places,
    latest_judged,
    marks,
    mistake_places,
    titles,
)

HEIGHT = 470
MOST_IMAGES = 16

MATRIX = (
    "Each row is a class, each column what its images were taken for: right answers stand on the "
    "diagonal. Press a cell to see its images."
)
MISTAKES = "The images that the network got wrong while it was surest."


def results(view: View, shown: Pictures) -> None:
    """Draw the confusion matrix and, beside it, the images of a cell or the surest mistakes."""
    judged = latest_judged(view, shown)
    left, right = st.columns(2)
    with left:
        st.markdown("**What is taken for what**", help=MATRIX)
        with st.container(height=HEIGHT, border=False):
            cell = _matrix(judged, shown)
    with right:
        if judged is not None:
            _images(judged, cell, shown.class_names)


def _matrix(judged: Judged | None, shown: Pictures) -> tuple[int, int] | None:
    if judged is None:
        st.caption("It appears after the first epoch, with the validation images.")
        return None
    names = shown.class_names
    st.caption(f"{judged.name}: {judged.evaluation.accuracy:.1%} right")
    counts = confusion_counts(judged.labels, judged.evaluation.predictions, len(names))
    return confusion_matrix(counts, names, key="confusion")


def _images(judged: Judged, cell: tuple[int, int] | None, names: tuple[str, ...]) -> None:
    if cell is None:
        st.markdown("**Surest mistakes**", help=MISTAKES)
        _tiles(judged, mistake_places(judged, MOST_IMAGES), names, "There are none.")
        return
    true, taken = cell
    became = ", recognized" if true == taken else f" taken for {names[taken]}"
    st.markdown(f"**{names[true]}{became}**")
    _tiles(judged, cell_places(judged, cell, MOST_IMAGES), names, "There are none.")


def _tiles(
    judged: Judged, places: NDArray[np.integer], names: tuple[str, ...], nothing: str
) -> None:
    if not len(places):
        st.caption(nothing)
        return
    labels, guesses = judged.labels[places], judged.evaluation.predictions[places]
    sure = judged.evaluation.confidences[places]
    tiles(
        judged.images[places],
        key="tiles-results",
        label="Images with what they were taken for",
        captions=captions(guesses, sure, names),
        marks=marks(guesses, labels),
        titles=titles(labels, guesses, sure, names),
        show_label=False,
    )
