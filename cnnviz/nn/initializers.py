"""Initial weights: how far from zero they start decides whether signals survive the layers."""

from collections.abc import Callable

import numpy as np

from cnnviz.nn.geometry import Shape
from cnnviz.nn.types import Array

Initializer = Callable[[Shape, int, int, np.random.Generator], Array]
"""(shape, fan_in, fan_out, rng) -> float32 weights."""


def he(shape: Shape, fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    """Normal with variance 2 / fan_in: keeps the variance through ReLU (He et al. 2015)."""
    return rng.standard_normal(shape, dtype=np.float32) * np.float32((2 / fan_in) ** 0.5)


def xavier(shape: Shape, fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    """Uniform with variance 2 / (fan_in + fan_out) (Glorot and Bengio 2010)."""
    limit = np.float32((6 / (fan_in + fan_out)) ** 0.5)
    return (rng.random(shape, dtype=np.float32) * 2 - 1) * limit


INITIALIZERS: dict[str, Initializer] = {"he": he, "xavier": xavier}
