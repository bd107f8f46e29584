"""How good predictions are class by class, and whether confidences deserve their name.

Letters: N images, K classes, B bins of confidence.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.training.events import Evaluation

Counts = NDArray[np.int64]
Shares = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ClassScores:
    """Precision, recall and F1 of each class, with the counts behind them: each (K,).

    Parameters
    ----------
    hits
        Images of the class that were taken for it.
    predicted
        Images that were taken for the class, whatever they are.
    actual
        Images of the class, whatever they were taken for.
    """

    hits: Counts
    predicted: Counts
    actual: Counts

    @property
    def precision(self) -> Shares:
        """The share of what was taken for the class that is of it; NaN where nothing was."""
        return _ratio(self.hits, self.predicted)

    @property
    def recall(self) -> Shares:
        """The share of the class that was recognized; NaN where it has no image."""
        return _ratio(self.hits, self.actual)

    @property
    def f1(self) -> Shares:
        """The harmonic mean of both, 2·hits / (predicted + actual); NaN where that is 0 / 0."""
        return _ratio(2 * self.hits, self.predicted + self.actual)


def class_scores(counts: Counts) -> ClassScores:
    """Return the scores that follow from confusion counts (K, K), true classes in rows."""
    return ClassScores(counts.diagonal().copy(), counts.sum(axis=0), counts.sum(axis=1))


@dataclass(frozen=True, eq=False)
class Reliability:
    """Confidence beside accuracy, in bins of equal width.

    Parameters
    ----------
    edges : float64 (B + 1,)
        Bin b holds the confidences above `edges[b]` and up to `edges[b + 1]`.
    images, right : int64 (B,)
        Images in each bin, and how many of them were got right.
    confidence : float64 (B,)
        The mean confidence in each bin; NaN where it has no image.
    unsure : int
        Images whose confidence is no number: they are in no bin.
    """

    edges: Shares
    images: Counts
    right: Counts
    confidence: Shares
    unsure: int

    @property
    def accuracy(self) -> Shares:
        """The share that was got right in each bin; NaN where it has no image."""
        return _ratio(self.right, self.images)

    @property
    def error(self) -> float:
        """The expected calibration error; NaN where no bin has an image.

        The distance between accuracy and mean confidence, averaged over bins by their images
        (Guo et al., "On Calibration of Modern Neural Networks", 2017, equation 3).
        """
        filled = self.images > 0
        gaps = np.abs(self.accuracy[filled] - self.confidence[filled])
        return float(_ratio((gaps * self.images[filled]).sum(), self.images.sum()))


def reliability(labels: NDArray[np.uint8], evaluation: Evaluation, bins: int = 10) -> Reliability:
    """Return the confidences of N images beside how often they were right.

    Raises
    ------
    ValueError
        If there is not at least one bin.
    """
    if bins < 1:
        raise ValueError(f"Confidences need at least 1 bin to be counted in, got {bins}.")
    edges = np.arange(bins + 1) / bins
    sure = evaluation.confidences.astype(np.float64)
    known = np.isfinite(sure)
    bin_of = np.clip(np.searchsorted(edges, sure[known]) - 1, 0, bins - 1)
    hits = (evaluation.predictions == labels)[known]
    images = np.bincount(bin_of, minlength=bins)
    return Reliability(
        edges=edges,
        images=images,
        right=np.bincount(bin_of[hits], minlength=bins),
        confidence=_ratio(np.bincount(bin_of, sure[known], bins), images),
        unsure=int((~known).sum()),
    )


def _ratio(part: NDArray[np.number], whole: NDArray[np.number]) -> Shares:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.true_divide(part, whole), np.float64)
