"""What a network takes an image for, at any checkpoint, computed once."""

from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

from cnnviz.nn.losses import softmax
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import ModelParams
from cnnviz.runs.folder import RunFolder
from cnnviz.ui.inside.memory import remembered
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.inside.subject import Subject
from cnnviz.ui.words import plain

Probs = NDArray[np.float32]


def predicted(moment: Moment, subject: Subject) -> Probs:
    """Return the probability (K,) of each class at a moment; NaN where the run has diverged."""
    key = key_of(moment.run, moment.step, subject)
    return remembered(key, lambda: probs_of(moment.model, moment.params, subject))


def probs_of(model: Sequential, params: ModelParams, subject: Subject) -> Probs:
    """Return the probability (K,) that a network with these parameters gives to each class."""
    with np.errstate(all="ignore"):
        found: Probs = softmax(model.predict(params, subject.x[np.newaxis]))[0]
    return found


def key_of(run: RunFolder, step: int, subject: Subject) -> Hashable:
    """Return under which key a prediction is remembered."""
    return "prediction", str(run.path), step, subject.key


def top(probs: Probs) -> int:
    """Return the class with the largest probability, the first of several."""
    return int(np.nan_to_num(probs, nan=-1).argmax())


def verdict(probs: Probs, names: tuple[str, ...]) -> str:
    """Return in Markdown what an image is taken for, how surely, and what comes next."""
    if not np.isfinite(probs).all():
        return (
            "At this step the network's numbers are not finite any more, as the run has diverged: "
            "choose an earlier step."
        )
    first, second = np.argsort(-probs, kind="stable")[:2].tolist()
    return (
        f"Taken for **{plain(names[first])}** with {exactly(float(probs[first]))}, "
        f"then {plain(names[second])} with {exactly(float(probs[second]))}."
    )


def exactly(share: float) -> str:
    """Return a probability in percent, never rounded to 0 or 100: 97.31 %, 99.9987 %, 2e-07 %."""
    if share in (0, 1) or not np.isfinite(share):
        return f"{100 * share:.0f} %"
    if 0.001 <= share <= 0.999:
        return f"{100 * share:.2f} %"
    if share > 0.999:
        digits = min(max(2, int(np.ceil(-np.log10(1 - share))) - 1), 6)
        return f"{100 * share:.{digits}f} %"
    return f"{100 * share:.1g} %".replace("e-0", "e-")
