"""The test images that something is measured on."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data import Split
from cnnviz.explain.images import evenly
from cnnviz.ui.filters.state import COUNTS, IMAGES
from cnnviz.ui.inside.choices import picked
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.inside.work import QUICK
from cnnviz.ui.pictures import Pictures, pictures

USUAL = 1_000
FEW = 300  # images that are all looked at, whatever it takes
IMAGES_WIDTH = 200


def images_input(moment: Moment, cost: int) -> tuple[Pictures, NDArray[np.intp]]:
    """Draw how many test images are used; return the run's pictures and the places of these.

    As long as nobody has chosen, those that are quickly done, `cost` multiplications each.
    """
    shown = pictures(moment.settings.data)
    there = len(shown.test)
    words = {count: f"{count:,} of {there:,}" for count in COUNTS if count < there}
    words[there] = f"all {there:,}"
    if st.session_state.get(IMAGES) not in words:
        quick = [count for count in words if count * cost <= QUICK or count <= FEW]
        st.session_state[IMAGES] = max(quick, default=min(USUAL, there))
    count = picked("Test images", IMAGES, words, "Evenly spread over the test images.")
    return shown, evenly(there, count)


def image_words(split: Split, places: NDArray[np.intp]) -> str:
    """Return how many test images were looked at."""
    return (
        f"all {len(split):,} test images"
        if len(places) == len(split)
        else f"{len(places):,} of {len(split):,} test images"
    )
