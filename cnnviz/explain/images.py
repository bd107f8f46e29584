"""Images that are looked at a chunk at a time, so that long work can tell how far it is."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cnnviz.nn.types import Array

CHUNK = 125


class Images(Protocol):
    """Images with labels that can be drawn in batches."""

    def __len__(self) -> int: ...

    def batch(self, indices: NDArray[np.intp]) -> tuple[Array, Array]:
        """Return images (n, C, H, W) and labels (n,)."""
        ...


def evenly(there: int, count: int) -> NDArray[np.intp]:
    """Return `count` places among so many, evenly apart: all of them where there are no more."""
    count = min(count, there)
    return np.arange(count, dtype=np.intp) * there // max(count, 1)


def chunks(images: Images, places: NDArray[np.intp]) -> Iterator[tuple[slice, Array, Array]]:
    """Yield x (n, C, H, W) and labels (n,) of the images at `places`, and where they stand there.

    Raises
    ------
    ValueError
        If there is no image at all.
    """
    if not len(places):
        raise ValueError("There is no image to look at: take at least 1 of them.")
    for first in range(0, len(places), CHUNK):
        part = slice(first, min(first + CHUNK, len(places)))
        yield part, *images.batch(places[part])
