"""How wrong the outputs are, and in which direction they should move."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from cnnviz.nn.checks import number
from cnnviz.nn.types import Array


def log_softmax(logits: Array) -> Array:
    """Return the logarithms of the softmax of each row (N, classes), without overflow."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return log_probs


def softmax(logits: Array) -> Array:
    """Return probabilities (N, classes): positive, each row with sum 1."""
    return np.exp(log_softmax(logits))


def check_labels(labels: Array, images: int, classes: int) -> None:
    """Raise ValueError if `labels` are not one class number for each image."""
    if labels.shape != (images,):
        raise ValueError(
            f"There must be one label for each of {images} images, received shape {labels.shape}."
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(f"Labels must be integers, received {labels.dtype}.")
    if images and not (labels.min() >= 0 and labels.max() < classes):
        raise ValueError(
            f"Labels must be from 0 to {classes - 1} for a network with {classes} outputs, "
            f"received labels from {labels.min()} to {labels.max()}."
        )


@dataclass(frozen=True)
class Loss(ABC):
    """What a training makes small: a number that says how wrong the outputs are."""

    def __call__(
        self, logits: Array, labels: Array, *, denominator: int | None = None
    ) -> tuple[float, Array, Array]:
        """Return loss, probabilities (N, classes) and the loss's gradient by the logits.

        Parameters
        ----------
        logits : (N, classes)
        labels : (N,) integers
        denominator
            Images in the whole batch where these are one part of it: the losses of the parts
            then add up to the mean over the batch, and so do their gradients. Default: N.

        Raises
        ------
        ValueError
            If a label is not the number of a class.
        """
        check_labels(labels, *logits.shape)
        share = len(logits) if denominator is None else denominator
        log_probs = log_softmax(logits)
        probs = np.exp(log_probs)
        loss, grad_logits = self.sums(log_probs, probs, labels)
        grad_logits /= share
        return loss / share, probs, grad_logits

    @property
    @abstractmethod
    def title(self) -> str:
        """What it is called."""

    @abstractmethod
    def sums(self, log_probs: Array, probs: Array, labels: Array) -> tuple[float, Array]:
        """Return the sum of the images' losses, and its gradient by the logits (N, classes)."""


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """Minus the logarithm of the probability that the network gives to the label.

    With `label_smoothing` ε the network should give 1 − ε to the label and share ε among all
    classes alike, the label's among them (Szegedy et al. 2016), as PyTorch has it.
    """

    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        """Check the number."""
        number(self.label_smoothing, "CrossEntropy: label_smoothing", least=0, below=1)

    @property
    def title(self) -> str:
        """What it is called."""
        part = self.label_smoothing
        return f"cross-entropy with label smoothing {part:g}" if part else "cross-entropy"

    def sums(self, log_probs: Array, probs: Array, labels: Array) -> tuple[float, Array]:
        """Return −Σ target · log p, and p − target."""
        smoothing, rows = self.label_smoothing, np.arange(len(labels))
        loss = -float(log_probs[rows, labels].sum(dtype=np.float64))
        grad = probs.copy()
        grad[rows, labels] -= 1 - smoothing
        if smoothing:
            uniform = -float(log_probs.mean(axis=1, dtype=np.float64).sum())
            loss = (1 - smoothing) * loss + smoothing * uniform
            grad -= smoothing / probs.shape[1]
        return loss, grad


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """The squared distance from the label's one and the other classes' zeros, over the classes.

    It compares probabilities (softmax of the logits), so that certainty means the same whichever
    loss is chosen.
    """

    @property
    def title(self) -> str:
        """What it is called."""
        return "mean squared error"

    def sums(self, log_probs: Array, probs: Array, labels: Array) -> tuple[float, Array]:
        """Return Σ (p − target)² / classes, and its gradient through softmax."""
        error = probs.copy()
        error[np.arange(len(labels)), labels] -= 1
        classes = probs.shape[1]
        by_probs = error * (2 / classes)
        along = (by_probs * probs).sum(axis=1, keepdims=True)
        return float((error**2).sum(dtype=np.float64)) / classes, probs * (by_probs - along)


LOSSES: dict[str, type[Loss]] = {"CrossEntropy": CrossEntropy, "MeanSquaredError": MeanSquaredError}
