"""A training small enough to be repeated hundreds of times."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.nn.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU
from cnnviz.nn.model import Sequential
from cnnviz.training import TrainState


@dataclass(frozen=True)
class TinySplit:
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, indices: NDArray[np.intp]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        x = self.images[indices, None].astype(np.float32) / np.float32(255)
        return x, self.labels[indices].astype(np.int64)


@dataclass(frozen=True)
class TinySplits:
    train: TinySplit
    validation: TinySplit
    test: TinySplit


def tiny_split(count: int, seed: int) -> TinySplit:
    """Images of 6×7 with a bright row that tells the class."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count).astype(np.uint8)
    images = rng.integers(0, 80, (count, 6, 7)).astype(np.uint8)
    images[np.arange(count), labels * 2] += 120
    return TinySplit(images, labels)


SPLITS = TinySplits(tiny_split(23, 1), tiny_split(9, 2), tiny_split(8, 3))
MODEL = Sequential(
    (
        *(Conv2d(3, 3, padding="same"), BatchNorm2d(), ReLU(), MaxPool2d(2)),
        *(Flatten(), Dropout(0.25), Linear(3)),
    )
)
PLAIN = Sequential((Flatten(), Linear(3)))


def same_params(a: TrainState, b: TrainState) -> bool:
    """Whether two states have the same parameters, bit for bit."""
    return all(
        x.keys() == y.keys() and all(x[k].tobytes() == y[k].tobytes() for k in x)
        for x, y in zip(a.params, b.params, strict=True)
    )
