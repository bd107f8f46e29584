"""What is chosen on the Data page, all of it in the URL."""

import streamlit as st

from cnnviz.data import CLASSES
from cnnviz.training.augment import Augment
from cnnviz.ui.components.map import map_part
from cnnviz.ui.inside.layers import LAYER
from cnnviz.ui.inside.moment import MOMENT_TABLE
from cnnviz.ui.state import Table, flag, name, one_of
from cnnviz.ui.train.numbers import Numbers

SET, PART, VIEW = "data_set", "data_part", "data_view"
CLASS, PAGE = "data_class", "data_page"
IMAGE, SHIFT, ROTATE, FLIP, SEED = (
    *("data_image", "data_shift", "data_rotate"),
    *("data_flip", "data_seed"),
)
METHOD, OF, COUNT, AT = "data_method", "data_of", "data_count", "data_at"

PARTS = {"train": "Training", "validation": "Validation", "test": "Test"}
VIEWS = {
    "images": "Images",
    "numbers": "In numbers",
    "moved": "Moved at random",
    "map": "Map",
}
METHODS = {"pca": "PCA", "tsne": "t-SNE"}
SOURCES = {"pixels": "Pixels", "layer": "Outputs of a layer"}
COUNTS = (300, 500, 1_000, 2_000)
USUAL_COUNT = 500
ALL = -1
"""Stands for all classes."""
USUAL_MOVES = Augment(shift=2, rotate=10.0)

LOOK: Table = {
    "run": MOMENT_TABLE["run"],
    SET: name,
    PART: one_of(PARTS),
    VIEW: one_of(VIEWS),
}
OWN: dict[str, Table] = {
    "images": {
        CLASS: Numbers("Class", ALL, CLASSES - 1).read,
        PAGE: Numbers("Page", 0, 10**6).read,
    },
    "numbers": {},
    "moved": {
        IMAGE: Numbers("Image", 0, 10**7).read,
        SHIFT: Numbers("Shift", 0, 10**4).read,
        ROTATE: Numbers("Rotate", 0, 10**4, whole=False).read,
        FLIP: flag,
        SEED: Numbers("Draw", 0, 10**6).read,
    },
    "map": {
        **MOMENT_TABLE,
        METHOD: one_of(METHODS),
        OF: one_of(SOURCES),
        LAYER: Numbers("Layer", 1, 1_000).read,
        COUNT: Numbers("Images", min(COUNTS), max(COUNTS)).read,
        AT: map_part,
    },
}
TABLE: Table = {**LOOK, **{key: read for own in OWN.values() for key, read in own.items()}}


def in_use() -> Table:
    """Return the part of the table that the open view needs."""
    return {**LOOK, **OWN.get(str(st.session_state.get(VIEW)), {})}


def counter(key: str) -> int:
    """Return how often something was asked for anew."""
    value = st.session_state.get(key, 0)
    return value if isinstance(value, int) and value >= 0 else 0


def next_of(key: str) -> None:
    """Ask for something anew; for callbacks."""
    st.session_state[key] = counter(key) + 1
