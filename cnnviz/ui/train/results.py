"""What the network gets wrong: the confusion matrix, and the images behind it."""

import numpy as np
from numpy.typing import NDArray

from cnnviz.training.metrics import confusion_counts
from cnnviz.ui.components.board import Part, note
from cnnviz.ui.components.confusion import Cell, checked_cell, confusion
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
from cnnviz.ui.words import percent

TITLE = "What is taken for what"
HEIGHT = 520
MOST_IMAGES = 16

MATRIX = (
    "Each row is a class, each column what its images were taken for: right answers stand on the "
    "diagonal. Press a cell to see its images."
)
IMAGES = (
    "At most 16 images, those first of which the network was surest. Beneath each one stands what "
    "it was taken for; rest the pointer on it to read what it is."
)
NOT_YET = "It appears after the first epoch, with the validation images."


def results(view: View, shown: Pictures, chosen: Cell | None) -> list[Part]:
    """Return the confusion matrix and, beside it, the images of a cell or the surest mistakes."""
    judged = latest_judged(view, shown)
    if judged is None:
        return [note("matrix", TITLE, NOT_YET, help=MATRIX, min_height=HEIGHT)]
    names = shown.class_names
    cell = checked_cell(chosen, len(names))
    matrix = confusion(
        "matrix",
        confusion_counts(judged.labels, judged.evaluation.predictions, len(names)),
        names,
        of=view.run.id,
        selected=cell,
        title=TITLE,
        help=MATRIX,
        words=f"{judged.name}: {percent(judged.evaluation.accuracy)} right",
        min_height=HEIGHT,
    )
    return [matrix, _images(judged, cell, names)]


def _images(judged: Judged, cell: tuple[int, int] | None, names: tuple[str, ...]) -> Part:
    if cell is None:
        return _tiles(judged, mistake_places(judged, MOST_IMAGES), names, "Surest mistakes")
    true, taken = cell
    title = f"{names[true]}{', recognized' if true == taken else f' taken for {names[taken]}'}"
    return _tiles(judged, cell_places(judged, cell, MOST_IMAGES), names, title)


def _tiles(judged: Judged, places: NDArray[np.integer], names: tuple[str, ...], title: str) -> Part:
    if not len(places):
        return note("results", title, "There are none.", help=IMAGES)
    labels, guesses = judged.labels[places], judged.evaluation.predictions[places]
    sure = judged.evaluation.confidences[places]
    return tiles(
        "results",
        judged.images[places],
        label=title,
        help=IMAGES,
        captions=captions(guesses, sure, names),
        marks=marks(guesses, labels),
        titles=titles(labels, guesses, sure, names),
    )
