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
from cnnviz.ui.inside.memory import remembered
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


def found(moment: Moment, split: Split, which: str) -> Found:
    """Return the evaluation of the shown checkpoint, of some images where all would take long.

    What the run itself has found is taken from it. Where not all images are judged, a button is
    drawn that does it.
    """
    own = own_evaluation(moment, which)
    if own is not None and len(own.predictions) == len(split):
        when = "when it had finished" if which == "test" else "after this epoch"
        words = f"All {len(split):,} {which} images, as the run itself judged them {when}"
        return _found(own, split, np.arange(len(split)), words)
    places = spread(len(split), count_at_once(moment, len(split)))
    if len(places) < len(split):
        everything = np.arange(len(split))
        result = work(
            _key(moment, which, len(split)),
            f"Judge all {len(split):,} images",
            judge(moment.model, moment.params, moment.settings.config, split),
            name="_wrong_judge",
            help="Takes some seconds; the result is remembered.",
        )
        if result is not None:
            return _found(result, split, everything, f"All {len(split):,} {which} images")
    part = split.take(places)
    task = judge(moment.model, moment.params, moment.settings.config, part)
    result = remembered(_key(moment, which, len(places)), lambda: finish(task))
    amount = f"{len(places):,} of {len(split):,}" if len(part) < len(split) else f"{len(split):,}"
    return _found(result, part, places, f"{amount} {which} images, judged with these weights")


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


def _found(evaluation: Evaluation, split: Split, places: NDArray[np.intp], words: str) -> Found:
    return Found(Judged(words, evaluation, split.images, split.labels), places, words)
