"""A set of images in numbers: how many of each class, their means, how bright their pixels are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.dataset import CLASSES, PIXELS, Bytes, Split

AT_A_TIME = 1000  # images


@dataclass(frozen=True, eq=False)
class Statistics:
    """What there is to count in N images.

    Parameters
    ----------
    counts : int64 (10,)
        Images of each class.
    mean : float32 (28, 28)
        The mean of all images, from 0 to 255.
    means : float32 (10, 28, 28)
        The mean of each class; zeros where it has no image.
    histogram : int64 (256,)
        Pixels of each brightness.
    """

    counts: NDArray[np.int64]
    mean: NDArray[np.float32]
    means: NDArray[np.float32]
    histogram: NDArray[np.int64]


def statistics(split: Split) -> Statistics:
    """Count in all images of a split, a part at a time."""
    counts = np.bincount(split.labels, minlength=CLASSES)
    sums = np.zeros((CLASSES, PIXELS), np.int64)
    histogram = np.zeros(256, np.int64)
    for start in range(0, len(split), AT_A_TIME):
        images = split.images[start : start + AT_A_TIME].reshape(-1, PIXELS)
        labels = split.labels[start : start + AT_A_TIME]
        histogram += np.bincount(images.reshape(-1), minlength=256)
        for label in np.unique(labels):
            sums[label] += images[labels == label].sum(axis=0, dtype=np.int64)
    return Statistics(
        counts=counts,
        mean=_mean(sums.sum(axis=0), len(split)),
        means=np.stack([_mean(*pair) for pair in zip(sums, counts, strict=True)]),
        histogram=histogram,
    )


def spread(images: int, count: int) -> NDArray[np.intp]:
    """Return so many indices, spread evenly over all: the first ones may be easier than others."""
    return np.linspace(0, images - 1, min(count, images)).round().astype(np.intp)


def samples(labels: Bytes, label: int | None, count: int, page: int = 0) -> NDArray[np.intp]:
    """Return a page of images: `count` of one class, or of each class one after the other.

    Behind the last page comes the first one again.
    """
    chosen = range(CLASSES) if label is None else [label]
    return np.concatenate([_page(np.flatnonzero(labels == one), count, page) for one in chosen])


def _page(places: NDArray[np.intp], count: int, page: int) -> NDArray[np.intp]:
    pages = max(1, -(-len(places) // count))
    start = page % pages * count
    return places[start : start + count]


def _mean(total: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    return (total / max(count, 1)).astype(np.float32).reshape(28, 28)
