"""The choice of a test or validation image of a run: by number, by class, by mistake."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data import CLASSES, DataChoice, Split
from cnnviz.ui.inside.judged import Found, found, found_in
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.pictures import Pictures, pictures, set_titles
from cnnviz.ui.train.fields import keep, number_input
from cnnviz.ui.train.numbers import Numbers
from cnnviz.ui.words import percent, plain

ANY = -1
"""Stands for all classes."""

INPUT_WIDTH = 160
CLASS_HELP = "Only images of this class."
WRONG_HELP = (
    "Only images that the run got wrong when it judged them last; where it has not done so yet, as "
    "it stands at this step."
)


@dataclass(frozen=True, eq=False)
class Sample:
    """One image of a run's test or validation images, or of another data set.

    `x` float32 (1, 28, 28) from 0 to 1; `words` are Markdown.
    """

    x: NDArray[np.float32]
    label: int
    index: int
    words: str


def sample_input(moment: Moment, prefix: str, which: str, data: str = "") -> Sample:
    """Draw the choice among the "test" or the "validation" images; return the chosen one.

    Parameters
    ----------
    data : str, optional
        The name of another data set than the run's own: its test images.

    Raises
    ------
    ValueError
        One sentence, where there is no such image, or none that fits.
    """
    shown = pictures(DataChoice(data) if data else moment.settings.data)
    split = shown.validation if which == "validation" else shown.test
    label = _class_input(prefix, shown)
    place = st.container(width=INPUT_WIDTH)
    judged = None
    if not data and _wrong_input(prefix):
        judged = judgement(moment, which, split)
    places = fitting(split, label, judged)
    with place:
        among = (moment.run.id, data, which, label, judged is not None)
        index = _index_input(prefix, which, len(split), places, among)
    if not len(places):
        raise ValueError(_none(shown, which, label, judged, len(split)))
    x, labels = split.batch(slice(index, index + 1))
    words = f"{plain(shown.title)}, {which} image {index:,}: {name_of(shown, int(labels[0]))}."
    if data:
        words += f" {foreign_words(moment)}"
    if judged is not None:
        words += _taken(judged, index, shown)
    if judged is not None and len(judged.places) < len(split):
        looked = _looked(judged, which, len(split))
        words += f" {len(places):,} of the {looked} fit; the Mistakes page judges all."
    elif judged is not None or label != ANY:
        words += f" {len(places):,} of {len(split):,} images fit."
    return Sample(x[0], int(labels[0]), index, words)


def _none(shown: Pictures, which: str, label: int, judged: Found | None, images: int) -> str:
    """Return why no image fits, and what to do."""
    kind = "" if label == ANY else f" of {shown.class_names[label]}"
    other = "choose another class" if label != ANY else "switch off “Only mistakes”"
    if judged is None:
        return f"There is no {which} image{kind}: {other}."
    if len(judged.places) == images:
        return f"There is no {which} image{kind} that this run got wrong: {other}."
    return (
        f"Among the {_looked(judged, which, images)} there is none{kind} that this run got wrong: "
        f"judge all of them on the Mistakes page, or {other}."
    )


def _looked(judged: Found, which: str, images: int) -> str:
    """Return which images were judged, where it was a part of them."""
    return f"{len(judged.places):,} of {images:,} {which} images judged {judged.words}"


def foreign_words(moment: Moment) -> str:
    """Return what to think of the answer to an image of another data set than the run's own."""
    learned = moment.settings.data.dataset
    return (
        f"This network learned {plain(set_titles().get(learned, learned))}, not these images: its "
        "answer is one of the classes it knows, and counts neither as right nor as wrong."
    )


def judgement(moment: Moment, which: str, split: Split) -> Found:
    """Return the test at the run's end, or the validation after its last epoch.

    As long as there is none, what the shown checkpoint makes of the images, or of some of them.
    """
    epochs = moment.run.epochs() if which == "validation" else []
    asked: int | str | None = epochs[-1].epoch if epochs else "test" if which == "test" else None
    own = moment.run.evaluation(asked) if asked is not None else None
    if own is None or len(own.predictions) != len(split):
        return replace(found(moment, split, which), words="at this step")
    return found_in(own, split, "at the end" if which == "test" else "after the last epoch")


def fitting(split: Split, label: int, judged: Found | None) -> NDArray[np.intp]:
    """Return the indices of the images of a class (or `ANY`), with a judgement only mistakes."""
    fits = np.ones(len(split), bool) if label == ANY else split.labels == label
    if judged is None:
        return np.flatnonzero(fits)
    wrong = judged.judged.evaluation.predictions != judged.judged.labels
    mistakes: NDArray[np.intp] = judged.places[wrong & fits[judged.places]]
    return mistakes


def snapped(asked: int, before: int, places: NDArray[np.intp]) -> int:
    """Return the index asked for, or the next one in `places` in the direction of the move."""
    rank = int(np.searchsorted(places, asked, "left" if asked >= before else "right"))
    rank -= asked < before  # moving down: the last one that is not above
    return int(places[min(max(rank, 0), len(places) - 1)])


def name_of(shown: Pictures, label: int) -> str:
    """Return the name of a class as Markdown."""
    return plain(shown.class_names[label])


def _class_input(prefix: str, shown: Pictures) -> int:
    key, options = f"{prefix}class", [ANY, *range(CLASSES)]
    keep(key, _among(st.session_state.get(key), options))
    st.selectbox(
        "Class",
        options,
        key=key,
        format_func=lambda label: "All" if label == ANY else shown.class_names[label],
        help=CLASS_HELP,
        width=INPUT_WIDTH,
        persist_state="session",
    )
    return _among(st.session_state.get(key), options)


def _among(value: object, options: list[int]) -> int:
    return value if isinstance(value, int) and value in options else ANY


def _wrong_input(prefix: str) -> bool:
    key = f"{prefix}wrong"
    keep(key, bool(st.session_state.get(key)))
    st.toggle("Only mistakes", key=key, help=WRONG_HELP, persist_state="session")
    return bool(st.session_state.get(key))


def _index_input(
    prefix: str, which: str, images: int, places: NDArray[np.intp], among: tuple[Any, ...]
) -> int:
    """Draw the input of the index; one that does not fit moves on to the next that does.

    Unless it was shown before `among` the same images: a mistake that the training sets right
    stays in view.
    """
    allowed, key, last = Numbers("Image", 0, images - 1), f"{prefix}image", f"_{prefix}image-last"
    typed, shown = st.session_state.get(key), st.session_state.get(last, (0, None))
    asked = -1 if typed is None or not allowed.allow(typed) else int(typed)
    if asked >= 0 and len(places) and (asked, among) != shown:
        keep(key, snapped(asked, shown[0], places))
    help = f"A {which} image, 0 to {images - 1:,}."
    index = int(
        allowed.check(
            number_input("Image", key, int(places[0]) if len(places) else 0, whole=True, help=help),
            "empty the field for the first one",
        )
    )
    st.session_state[last] = index, among
    return index


def _taken(found: Found, index: int, shown: Pictures) -> str:
    """Return what an image was taken for, if it is one of those that were judged."""
    answers = found.judged.evaluation
    for place in np.flatnonzero(found.places == index):
        taken, sure = int(answers.predictions[place]), float(answers.confidences[place])
        return f" Taken for {name_of(shown, taken)} with {percent(sure)} {found.words}."
    return ""
