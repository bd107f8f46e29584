"""What must hold of images and labels, whatever the format they came in."""

import numpy as np

from cnnviz.data.dataset import CLASSES, Indices
from cnnviz.data.errors import DataError
from cnnviz.data.source import MOST_IMAGES


def check_count(name: str, count: int) -> None:
    """Refuse a file without images and one with more than fit."""
    if count == 0:
        raise DataError(f"{name} holds 0 images: there is nothing to learn from.")
    if count > MOST_IMAGES:
        raise DataError(
            f"{name} says that it holds {count:,} images; at most {MOST_IMAGES:,} are read."
        )


def check_counts_agree(images_name: str, images: int, labels_name: str, labels: int) -> None:
    """Refuse images and labels that are not one for one."""
    if images != labels:
        raise DataError(
            f"{images_name} has {images:,} images but {labels_name} has {labels:,} labels: "
            "each image needs one label."
        )


def check_labels(name: str, labels: Indices, noun: str = "label") -> None:
    """Refuse labels that are no class; their places are counted from 1."""
    wrong = np.flatnonzero((labels < 0) | (labels >= CLASSES))
    if wrong.size:
        first = int(wrong[0])
        raise DataError(
            f"{name} has the label {int(labels[first])} ({noun} {first + 1:,} of "
            f"{len(labels):,}), but the classes are 0 to {CLASSES - 1}."
        )
