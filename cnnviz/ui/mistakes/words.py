"""What there is to see in a judgement, in a line each."""

import numpy as np
from numpy.typing import NDArray

from cnnviz.training.scores import Reliability
from cnnviz.ui.words import count_of, percent, plain

CLOSE = 0.01  # a gap below a hundredth is none that words are needed for


def what_to_see(
    counts: NDArray[np.int64], names: tuple[str, ...], step: int, *, diverged: bool = False
) -> str:
    """Return the most frequent confusion, and what to look for, as Markdown.

    `diverged` says that it is of the end of a training that diverged.
    """
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    if not wrong.any():
        return "Not one of these images is taken for something else. Look back along the timeline."
    predicted = counts.sum(axis=0)
    top = int(predicted.argmax())
    if predicted[top] > 0.5 * predicted.sum():
        when = "Before any training" if step == 0 else "At this step"
        why = (
            "the training has diverged. Look at an earlier step, or train with a smaller learning "
            "rate."
            if diverged
            else "the network does not tell the classes apart yet. Move the timeline and watch the "
            "diagonal fill."
        )
        return f"{when} most images are taken for {plain(names[top])}: {why}"
    true, taken = (int(i) for i in np.unravel_index(wrong.argmax(), wrong.shape))
    back = int(counts[taken, true])
    other = f"the other way round {count_of(back, 'time')}" if back else "never the other way round"
    return (
        f"Most often {plain(names[true])} is taken for {plain(names[taken])} "
        f"({count_of(int(wrong[true, taken]), 'time')}, {other}). Look at these images: would you "
        "have known?"
    )


def error_words(found: Reliability) -> str:
    """Return the expected calibration error in words."""
    return f"Expected calibration error {percent(found.error)}."


def calibration(found: Reliability, accuracy: float) -> str:
    """Return what the diagram says, and how its error comes about."""
    known = int(found.images.sum())
    if not known:
        return (
            "Its probabilities are no numbers any more: the training has diverged. Look at an "
            "earlier step."
        )
    sure = float((np.nan_to_num(found.confidence) * found.images).sum() / known)
    gap = sure - accuracy
    if abs(gap) < CLOSE:
        what = "about as sure as it is right"
    else:
        what = "surer than it is right" if gap > 0 else "less sure than it is right"
    lost = f" {count_of(found.unsure, 'image')} without a number left out." * bool(found.unsure)
    return (
        f"On average {percent(sure)} sure and {percent(accuracy)} right: {what}. "
        f"{error_words(found)[:-1]}: the distance of the diamonds from the dotted line, averaged "
        f"over all images (Guo et al. 2017).{lost}"
    )
