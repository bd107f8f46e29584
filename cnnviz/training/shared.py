"""Arrays that several processes see: one block of memory, and what lies where in it."""

import math
from collections.abc import Sequence
from mmap import mmap

import numpy as np

from cnnviz.nn.types import Array, ModelParams

Plan = list[dict[str, tuple[int, ...]]]
"""The shapes of a model's arrays, all float32."""

FLOAT = 4  # bytes
ALIGNED = 64  # bytes: where a processor likes an array to begin


def plan(params: ModelParams) -> Plan:
    """Return the shapes."""
    return [{name: array.shape for name, array in layer.items()} for layer in params]


def block_size(plans: Sequence[Plan]) -> int:
    """Return the bytes that arrays of these shapes take, at least one."""
    return max(sum(map(_size, plans)), 1)


def vectors_in(block: mmap, plans: Sequence[Plan]) -> list[Array]:
    """Return all arrays of each plan as one vector; they lie in a block of memory in a row."""
    found, offset = [], 0
    for one in plans:
        size = _size(one)
        found.append(np.frombuffer(block, np.float32, size // FLOAT, offset))
        offset += size
    return found


def arrays_in(vector: Array, one: Plan) -> ModelParams:
    """Return the arrays that a vector consists of, with gaps where none may begin."""
    params: ModelParams = [{} for _ in one]
    start = 0
    for index, shapes in enumerate(one):
        for name, shape in shapes.items():
            params[index][name] = vector[start : start + math.prod(shape)].reshape(shape)
            start += _room(shape) // FLOAT
    return params


def move(params: ModelParams, places: ModelParams) -> None:
    """Copy all arrays to other places and let the parameters be there from now on."""
    fill(places, params)
    for arrays, others in zip(params, places, strict=True):
        arrays.update(others)


def fill(params: ModelParams, source: ModelParams) -> None:
    """Copy all arrays, but for those that are there already."""
    for arrays, others in zip(params, source, strict=True):
        for name, array in others.items():
            if array is not arrays[name]:
                arrays[name][...] = array


def _size(one: Plan) -> int:
    return sum(_room(shape) for shapes in one for shape in shapes.values())


def _room(shape: tuple[int, ...]) -> int:
    return -(-math.prod(shape) * FLOAT // ALIGNED) * ALIGNED
