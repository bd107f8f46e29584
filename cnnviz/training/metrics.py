"""Counting right and wrong."""

import numpy as np
from numpy.typing import NDArray

from cnnviz.training.events import Evaluation


def confusion_counts(
    labels: NDArray[np.uint8], predictions: NDArray[np.uint8], classes: int
) -> NDArray[np.int64]:
    """Return how often images of class i (row) were taken for class j (column): (K, K)."""
    pairs = labels.astype(np.int64) * classes + predictions
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def confident_mistakes(
    labels: NDArray[np.uint8], evaluation: Evaluation, count: int
) -> NDArray[np.int64]:
    """Return the indices of at most `count` wrong predictions, the most confident first."""
    wrong = np.flatnonzero(evaluation.predictions != labels)
    order = np.argsort(-evaluation.confidences[wrong], kind="stable")
    return wrong[order[:count]].astype(np.int64)
