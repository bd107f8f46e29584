"""Random chains of layers that fit: every layer there is, in every form."""

from collections.abc import Iterator

import numpy as np

from cnnviz.nn.geometry import Shape, ShapeError
from cnnviz.nn.layers import Flatten, GlobalAvgPool2d, Layer
from cnnviz.nn.model import Sequential
from tests.parity.random_layers import DRAWS

LONGEST, LARGEST = 8, 24


def chains(seed: int, count: int) -> Iterator[tuple[Sequential, Shape]]:
    """Yield so many networks, each with the shape of its input."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        shape = (int(rng.integers(1, 5)), *rng.integers(4, 15, 2).tolist())
        yield Sequential(tuple(layers(rng, shape))), shape


def layers(rng: np.random.Generator, shape: Shape) -> Iterator[Layer]:
    """Yield layers for an input of a shape, one behind the other; images are not left at once."""
    names = [*DRAWS]
    for _ in range(int(rng.integers(2, LONGEST + 1))):
        layer, behind = fitting(rng, names, shape)
        yield layer
        shape = behind


def fitting(rng: np.random.Generator, names: list[str], shape: Shape) -> tuple[Layer, Shape]:
    """Return a layer that takes such an input, and the shape of its output."""
    while True:
        layer, _ = DRAWS[str(rng.choice(names))][1](rng)
        if isinstance(layer, Flatten | GlobalAvgPool2d) and rng.random() < 0.6:
            continue
        try:
            behind = layer.output_shape(shape)
        except ShapeError:
            continue
        if max(behind[1:], default=0) <= LARGEST:
            return layer, behind
