"""What a look reads of a run, once for all who look at it."""

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cnnviz.data import strip_indices
from cnnviz.runs.folder import RunFolder
from cnnviz.runs.records import EpochRecord, History, LiveView
from cnnviz.runs.settings import RunSettings
from cnnviz.runs.status import RunStatus
from cnnviz.training.events import Evaluation
from cnnviz.training.metrics import confident_mistakes
from cnnviz.ui.components.confusion import Cell
from cnnviz.ui.components.tiles import Mark
from cnnviz.ui.pictures import Pictures
from cnnviz.ui.train.defaults import SMOOTHING
from cnnviz.ui.words import about, percent


@dataclass(frozen=True)
class Look:
    """How a reader wants a run to be shown.

    Parameters
    ----------
    smoothing : float
        Weight of the past in the bold curves.
    log : bool
        Whether the loss stands on a logarithmic axis.
    cell : (true, taken), optional
        The cell of the confusion matrix whose images are shown.
    """

    smoothing: float = SMOOTHING
    log: bool = False
    cell: Cell | None = None


@dataclass(frozen=True, eq=False)
class View:
    """A run at one moment, `at` in seconds of a clock that only goes on."""

    run: RunFolder
    at: float
    status: RunStatus
    settings: RunSettings | None
    history: History
    epochs: list[EpochRecord]
    live: LiveView | None


def read(run: RunFolder, settings: RunSettings | None) -> View:
    """Return everything that a look shows; a damaged run's parts are simply missing."""
    at, status, history = time.monotonic(), run.status(), run.history()
    return View(run, at, caught_up(status, history), settings, history, run.epochs(), run.live())


def caught_up(status: RunStatus, history: History) -> RunStatus:
    """Return where a run stands by its history, which is written more often than its status."""
    if not status.active or not len(history):
        return status
    if status.step >= history["step"][-1]:
        return status
    step, epoch, seconds = (history[name][-1].item() for name in ("step", "epoch", "seconds"))
    return replace(status, step=step, epoch=epoch, elapsed=seconds)


def standing(status: RunStatus) -> str:
    """Return what buttons and inputs of a page depend on: its state, and its learning rate."""
    return f"{status.state} {status.lr}"


@dataclass(frozen=True, eq=False)
class Strip:
    """A few test images, with what the network says of them."""

    images: NDArray[np.uint8]
    captions: list[str]
    marks: list[Mark]
    titles: list[str]


def strip(shown: Pictures, live: LiveView | None) -> Strip:
    """Return the strip of test images: the same images for every viewer and every run."""
    places = strip_indices(shown.test.labels)
    images, labels = shown.test.images[places], shown.test.labels[places]
    if live is None or len(live.probs) != len(places):
        names = [shown.class_names[label] for label in labels]
        return Strip(images, ["–\n–"] * len(places), [""] * len(places), names)
    guesses = live.probs.argmax(axis=1)
    sure = live.probs.max(axis=1)
    return Strip(
        images,
        captions(guesses, sure, shown.class_names),
        marks(guesses, labels),
        titles(labels, guesses, sure, shown.class_names),
    )


@dataclass(frozen=True, eq=False)
class Judged:
    """An evaluation with the images it was made on."""

    name: str
    evaluation: Evaluation
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]


def latest_judged(view: View, shown: Pictures) -> Judged | None:
    """Return the test at the end, or the validation after the last epoch, or None."""
    test = view.run.evaluation("test")
    if test is not None and len(test.predictions) == len(shown.test):
        return Judged(_name("test", shown.test.labels), test, shown.test.images, shown.test.labels)
    if not view.epochs:
        return None
    epoch = view.epochs[-1].epoch
    found = view.run.evaluation(epoch)
    if found is None or len(found.predictions) != len(shown.validation):
        return None
    name = f"{_name('validation', shown.validation.labels)}, after epoch {epoch}"
    return Judged(name, found, shown.validation.images, shown.validation.labels)


def _name(which: str, labels: NDArray[np.uint8]) -> str:
    return f"{len(labels):,} {which} images"


def cell_places(judged: Judged, cell: tuple[int, int], most: int) -> NDArray[np.intp]:
    """Return images of the class `cell[0]` that were taken for `cell[1]`, the surest first."""
    true, taken = cell
    evaluation = judged.evaluation
    places = np.flatnonzero((judged.labels == true) & (evaluation.predictions == taken))
    return places[np.argsort(-evaluation.confidences[places], kind="stable")][:most]


def mistake_places(judged: Judged, most: int) -> NDArray[np.int64]:
    """Return the images that were got wrong, the surest first."""
    return confident_mistakes(judged.labels, judged.evaluation, most)


def captions(
    guesses: NDArray[np.integer], sure: NDArray[np.floating], names: tuple[str, ...]
) -> list[str]:
    """Return for each image what it is taken for, and how surely."""
    return [f"{names[guess]}\n{about(p)}" for guess, p in zip(guesses, sure, strict=True)]


def marks(guesses: NDArray[np.integer], labels: NDArray[np.integer]) -> list[Mark]:
    """Return right or wrong for each image."""
    return [
        "right" if guess == label else "wrong" for guess, label in zip(guesses, labels, strict=True)
    ]


def titles(
    labels: NDArray[np.integer],
    guesses: NDArray[np.integer],
    sure: NDArray[np.floating],
    names: tuple[str, ...],
) -> list[str]:
    """Return for each image, in words, what it is and what it is taken for."""
    return [
        f"{names[label]}, taken for {names[guess]} with {percent(p)}"
        for label, guess, p in zip(labels, guesses, sure, strict=True)
    ]
