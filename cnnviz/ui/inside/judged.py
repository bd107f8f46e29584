"""What the network says of images after a checkpoint: found by its training, or found now."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.data import Split
from cnnviz.data.statistics import spread
from cnnviz.nn.summary import summarize, totals
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.training.evaluate import judge
from cnnviz.training.events import Evaluation
from cnnviz.ui.inside.memory import known, remembered
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.inside.work import finish, work
from cnnviz.ui.train.view import Judged

MOST_AT_ONCE = 400_000_000  # multiplications, about a tenth of a second
LEAST_IMAGES = 100


@dataclass(frozen=True, eq=False)
class Found:
    """An evaluation after a checkpoint.

    Parameters
    ----------
    judged
        With the images it was made on.
    places
        Their indices among the validation or test images.
    words
        What was judged, and when, as Markdown.
    """

    judged: Judged
    places: NDArray[np.intp]
    words: str


def found(moment: Moment, split: Split, which: str, *, name: str = "") -> Found:
    """Return the evaluation of the shown checkpoint, of some images where all would take long.

    What the run itself has found is taken from it. Where not all images are judged, a button of
    this name, if there is one, is drawn that does it.
    """
    own = own_evaluation(moment, which)
    if own is not None and len(own.predictions) == len(split):
        when = "when it had finished" if which == "test" else "after this epoch"
        words = f"All {len(split):,} {which} images, as the run itself judged them {when}"
        return found_in(own, split, words)
    places = spread(len(split), count_at_once(moment, len(split)))
    if len(places) < len(split):
        everything = _of_all(moment, split, which, name)
        if everything is not None:
            return found_in(everything, split, f"All {len(split):,} {which} images")
    part = split.take(places)
    task = judge(moment.model, moment.params, moment.settings.config, part)
    result = remembered(_key(moment, which, len(places)), lambda: finish(task))
    amount = f"{len(places):,} of {len(split):,}" if len(part) < len(split) else f"{len(split):,}"
    words = f"{amount} {which} images, judged with these weights"
    return Found(Judged(words, result, part.images, part.labels), places, words)


def found_in(evaluation: Evaluation, split: Split, words: str) -> Found:
    """Return an evaluation of all images."""
    judged = Judged(words, evaluation, split.images, split.labels)
    return Found(judged, np.arange(len(split)), words)


def _of_all(moment: Moment, split: Split, which: str, name: str) -> Evaluation | None:
    """Return the evaluation of all images, when it was asked for."""
    key = _key(moment, which, len(split))
    task = judge(moment.model, moment.params, moment.settings.config, split)
    if not name:
        return remembered(key, lambda: finish(task)) if known(key) else None
    label = f"Judge all {len(split):,} images"
    return work(key, label, task, name=name, help="Takes some seconds; the result is remembered.")


def own_evaluation(moment: Moment, which: str) -> Evaluation | None:
    """Return what the run itself found after the shown step, if it looked then."""
    if which == "test":
        at_end = moment.status.state == "finished" and moment.step == moment.status.step
        return moment.run.evaluation("test") if at_end else None
    epochs = (record.epoch for record in moment.run.epochs() if record.step == moment.step)
    epoch = next(epochs, None)
    return None if epoch is None else moment.run.evaluation(epoch)


def count_at_once(moment: Moment, images: int) -> int:
    """Return how many images are judged without being asked for, so that a page answers at once."""
    macs = totals(summarize(moment.model, INPUT_SHAPE)).macs
    count = MOST_AT_ONCE // max(macs, 1) // LEAST_IMAGES * LEAST_IMAGES
    return min(images, max(count, LEAST_IMAGES))


def _key(moment: Moment, which: str, images: int) -> tuple[object, ...]:
    return "judged", str(moment.run.path), moment.step, which, images
