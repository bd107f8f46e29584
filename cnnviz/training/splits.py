"""What a training asks of its data: two protocols, so that it need not know where data lie."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Split(Protocol):
    """Images (N, H, W) uint8 with labels (N,) uint8 that can be drawn in batches."""

    @property
    def images(self) -> NDArray[np.uint8]: ...

    @property
    def labels(self) -> NDArray[np.uint8]: ...

    def __len__(self) -> int: ...

    def batch(self, indices: NDArray[np.intp]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return images (n, 1, H, W) from 0 to 1 and labels (n,)."""
        ...


class Splits(Protocol):
    """Images to learn from, to watch the learning with, and to judge the result by."""

    @property
    def train(self) -> Split: ...

    @property
    def validation(self) -> Split: ...

    @property
    def test(self) -> Split: ...
