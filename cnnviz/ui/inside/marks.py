"""What the timeline tells of each checkpoint: where in the training it is, and how good it was."""

from dataclasses import dataclass

import numpy as np

from cnnviz.figures.curves import batch_values
from cnnviz.figures.smooth import smooth
from cnnviz.runs.folder import RunFolder
from cnnviz.runs.records import EpochRecord, History

SMOOTHING = 0.9


@dataclass(frozen=True)
class Marks:
    """One entry for each checkpoint; None where there is no such number yet.

    `loss` and `accuracy` are those of the batch of this step, `trend` the smoothed loss,
    `validation` the share of validation images got right after the last epoch before it, and
    `judged` the number of that epoch.
    """

    step: list[int]
    epoch: list[int]
    loss: list[float | None]
    trend: list[float | None]
    accuracy: list[float | None]
    validation: list[float | None]
    judged: list[int | None]


def marks(run: RunFolder, steps: tuple[int, ...]) -> Marks:
    """Return what a run's files say of its checkpoints."""
    return marks_of(run.history(), run.epochs(), steps)


def marks_of(history: History, epochs: list[EpochRecord], steps: tuple[int, ...]) -> Marks:
    """Return what history and epochs say of checkpoints after these steps, rising."""
    losses = batch_values(history, "loss")
    trend = smooth(losses, history["images"], SMOOTHING)
    accuracy = batch_values(history, "accuracy")
    ends = np.array([record.step for record in epochs], np.int64)
    places = np.searchsorted(ends, steps, "right")
    shares = [None, *(record.validation_accuracy for record in epochs)]
    numbers = [None, *(record.epoch for record in epochs)]
    return Marks(
        step=list(steps),
        epoch=[_at(history["epoch"], step, 0) for step in steps],
        loss=[_number(losses, step) for step in steps],
        trend=[_number(trend, step) for step in steps],
        accuracy=[_number(accuracy, step) for step in steps],
        validation=[shares[place] for place in places],
        judged=[numbers[place] for place in places],
    )


def _at(values: np.ndarray, step: int, none: int) -> int:
    return int(values[step - 1]) if 0 < step <= len(values) else none


def _number(values: np.ndarray, step: int) -> float | None:
    if not 0 < step <= len(values):
        return None
    value = float(values[step - 1])
    return value if np.isfinite(value) else None
