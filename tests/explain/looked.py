"""Small networks and images whose answers can be written out."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from cnnviz.nn.layers import Conv2d, Flatten, Linear, ReLU
from cnnviz.nn.layers.base import Layer
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import Array, ModelParams

T = TypeVar("T")


def result_of(task: Generator[float, None, T]) -> T:
    """What work that tells how far it is returns at its end."""
    while True:
        try:
            next(task)
        except StopIteration as done:
            return done.value


@dataclass(frozen=True, eq=False)
class Made:
    """Images (n, C, H, W) with labels, drawn in batches."""

    x: Array
    labels: Array

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, indices: Array) -> tuple[Array, Array]:
        return self.x[indices], self.labels[indices]


def noise(count: int, seed: int = 0, size: tuple[int, int] = (6, 5), classes: int = 3) -> Made:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((count, 1, *size)).astype(np.float32)
    return Made(x, rng.integers(0, classes, count))


def network(*middle: Layer, filters: int = 4, classes: int = 3) -> Sequential:
    """A convolution of 3 × 2, whatever stands behind it, and a linear layer."""
    return Sequential((Conv2d(filters, (3, 2)), *middle, Flatten(), Linear(classes)))


def drawn(model: Sequential, size: tuple[int, int] = (6, 5), seed: int = 1) -> ModelParams:
    """Parameters with biases that are not zero."""
    rng = np.random.default_rng(seed)
    params = model.init((1, *size), rng)
    return [
        {
            name: array if array.ndim > 1 else rng.uniform(0.1, 1, array.shape).astype(np.float32)
            for name, array in layer.items()
        }
        for layer in params
    ]


def two_detectors() -> tuple[Sequential, ModelParams]:
    """On 1 × 2 images, filter 0 copies the left pixel and filter 1 the right; each is a class."""
    model = Sequential((Conv2d(2, 1), ReLU(), Flatten(), Linear(2)))
    conv = {"weight": np.ones((2, 1, 1, 1), np.float32), "bias": np.zeros(2, np.float32)}
    weight = np.array([[1, 0, 0, 0], [0, 0, 0, 1]], np.float32)  # left of 0, right of 1
    return model, [conv, {}, {}, {"weight": weight, "bias": np.array([0, 0.1], np.float32)}]


SIDES = Made(
    np.array([[[[3, 0]]], [[[0, 2]]], [[[1, 0]]], [[[0, 5]]]], np.float32), np.array([0, 1, 0, 1])
)
"""Four images for `two_detectors`: left ones are of class 0, right ones of class 1."""
