"""What happens in a training: frozen records, in the order in which `train` yields them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How the network does on a set of images that it does not learn from.

    `predictions` (N,) uint8 and `confidences` (N,) float32 (the probability of the predicted
    class) are in the order of the images.
    """

    loss: float
    accuracy: float
    predictions: NDArray[np.uint8] = field(repr=False)
    confidences: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True)
class StepEnd:
    """One batch is learnt: its mean loss, its hits, and the learning rate that was used."""

    step: int
    epoch: int
    loss: float
    correct: int
    images: int
    lr: float


@dataclass(frozen=True)
class Checkpoint:
    """The parameters after this step belong on the timeline; told after its StepEnd."""

    step: int


@dataclass(frozen=True)
class Evaluating:
    """An evaluation is under way; a good moment to pause or to stop."""

    step: int
    done: int
    images: int


@dataclass(frozen=True)
class EpochEnd:
    """All training images were seen once more; `epoch` counts from 1."""

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    validation: Evaluation


@dataclass(frozen=True)
class Finished:
    """All epochs are done; the test images were looked at for the first time."""

    step: int
    test: Evaluation


@dataclass(frozen=True)
class Diverged:
    """The loss is no number any more: at this step, which was not taken, or in the validation."""

    step: int
    lr: float
    loss: float
    message: str


Event = StepEnd | Checkpoint | Evaluating | EpochEnd | Finished | Diverged
