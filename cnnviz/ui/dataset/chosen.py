"""Which images are looked at: a data set, and its part that a training has each image for."""

from collections.abc import Hashable
from dataclasses import dataclass

import streamlit as st

from cnnviz.data import DataChoice, Split, split
from cnnviz.runs.folder import RunFolder, list_runs
from cnnviz.runs.settings import RunSettings
from cnnviz.ui.dataset.state import PART, PARTS, SET
from cnnviz.ui.inside.choices import switched
from cnnviz.ui.inside.links import image_state, set_state
from cnnviz.ui.inside.memory import remembered
from cnnviz.ui.pictures import dataset, set_titles, stamp
from cnnviz.ui.train.fields import keep
from cnnviz.ui.train.picker import settings_of

USUAL_SET = "digits"
GO = "_data-go"
PART_HELP = (
    "A network learns from the training images, is watched with the validation images, which are "
    "held out of them, and is judged by the test images at the end."
)


@dataclass(frozen=True, eq=False)
class Chosen:
    """The images that are looked at.

    Parameters
    ----------
    settings
        Of the shown run, if there is one; `own` where it works with these very images.
    foreign
        The set's name where the shown run has learned another one.
    key
        The same for the same images, for `remembered`.
    """

    title: str
    note: str
    names: tuple[str, ...]
    part: str
    split: Split
    settings: RunSettings | None
    own: bool
    foreign: str | None
    key: Hashable

    @property
    def linked(self) -> bool:
        """Whether the other pages can show these images: those that a run is judged by."""
        shown = ("validation", "test") if self.own else ("test",)
        return self.settings is not None and self.part in shown


def chosen_images() -> Chosen:
    """Draw the choice; return the images. Raises DataError with a sentence."""
    settings = _shown_settings(list_runs())
    name = _set_input(settings)
    part = switched("Part", PART, PARTS, PART_HELP, usual="test")
    own = settings is not None and settings.data.dataset == name
    choice = settings.data if settings is not None and own else DataChoice(name)
    found = dataset(name)
    key = choice, part, stamp(name)
    images = remembered(("part", *key), lambda: getattr(split(found, choice), part))
    names, foreign = found.class_names, None if own else name
    return Chosen(found.title, found.note, names, part, images, settings, own, foreign, key)


def _shown_settings(runs: list[RunFolder]) -> RunSettings | None:
    """Return the settings of the run that other pages show: the chosen one or the newest."""
    chosen = st.session_state.get("run")
    run = next((run for run in runs if run.id == chosen), runs[0] if runs else None)
    return settings_of(run) if run else None


def _set_input(settings: RunSettings | None) -> str:
    """Draw the choice of the data set; where nothing is chosen it is that of the shown run."""
    titles = set_titles()
    run_set = settings.data.dataset if settings else USUAL_SET
    usual = run_set if run_set in titles else USUAL_SET
    asked = st.session_state.get(SET)
    there = asked is None or asked in titles
    keep("_data_set", asked or usual if there else None)
    st.selectbox(
        "Data set",
        [*titles],
        index=None,
        key="_data_set",
        format_func=lambda name: titles[name],
        help="More of them, your own too, come with the Train page.",
        label_visibility="collapsed",
        width=220,
        on_change=_take_set,
    )
    if not there:
        dataset(str(asked))  # says that there is no such data set, and what to do
    return str(asked or usual)


def _take_set() -> None:
    st.session_state[SET] = st.session_state.get("_data_set")


def look_at(chosen: Chosen, index: int) -> None:
    """Take an image along to the Activations page; for callbacks."""
    set_state(image_state(chosen.part, index, chosen.foreign) | {GO: True})


def wants_to_go() -> bool:
    """Whether an image was clicked just now."""
    return bool(st.session_state.pop(GO, False))
