"""What a data set is: gray images of 28×28 in ten classes, for training and for testing.

Notation: N images of H×W = 28×28 pixels, bytes from 0 (background) to 255; K = 10 classes.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.errors import DataError

HEIGHT, WIDTH, CLASSES = 28, 28, 10
PIXELS = HEIGHT * WIDTH

Bytes = NDArray[np.uint8]
Indices = NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Split:
    """Images and their labels.

    Parameters
    ----------
    images : uint8 (N, 28, 28)
    labels : uint8 (N,), each from 0 to 9

    Raises
    ------
    DataError
        Where shapes, types, counts or labels do not fit.
    """

    images: Bytes
    labels: Bytes

    def __post_init__(self) -> None:
        """Refuse what the rest of the program could not use."""
        if self.images.dtype != np.uint8 or self.images.shape[1:] != (HEIGHT, WIDTH):
            raise DataError(
                f"Images must be unsigned bytes of shape (N, 28, 28); received "
                f"{self.images.dtype} of shape {self.images.shape}."
            )
        if self.labels.dtype != np.uint8 or self.labels.shape != self.images.shape[:1]:
            raise DataError(
                f"Labels must be unsigned bytes of shape ({len(self.images)},), one for each "
                f"image; received {self.labels.dtype} of shape {self.labels.shape}."
            )
        if self.labels.size and int(self.labels.max()) >= CLASSES:
            raise DataError(f"Labels must be 0 to 9; received {int(self.labels.max())}.")

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)

    def batch(self, indices: Indices | slice) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return images as float32 (n, 1, 28, 28) from 0 to 1 and labels as int64 (n,)."""
        chosen = self.images[indices][:, np.newaxis]  # (n, 1, 28, 28)
        x = np.empty(chosen.shape, np.float32)
        np.divide(chosen, np.float32(255), out=x)
        return x, self.labels[indices].astype(np.int64)

    def take(self, indices: Indices) -> "Split":
        """Return the split that has only these images, in this order."""
        return Split(self.images[indices], self.labels[indices])


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set as it was read; `note` says in words where it comes from."""

    name: str
    title: str
    class_names: tuple[str, ...]
    train: Split
    test: Split
    note: str


@dataclass(frozen=True, eq=False)
class Splits:
    """What a run works with: three sets of images that have none in common."""

    train: Split
    validation: Split
    test: Split
