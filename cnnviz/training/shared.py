"""Arrays that several processes see: one block of memory, and what lies where in it."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from cnnviz.nn.types import Array, ModelParams

Plan = list[dict[str, tuple[int, ...]]]
"""The shapes of a model's arrays, all float32."""

ALIGNED = 64  # bytes: where a processor likes an array to begin


def plan(params: ModelParams) -> Plan:
    """Return the shapes."""
    return [{name: array.shape for name, array in layer.items()} for layer in params]


def block_size(plans: Sequence[Plan]) -> int:
    """Return the bytes that arrays of these shapes take, at least one."""
    return max(sum(_room(shape) for plan in plans for _, _, shape in _places(plan)), 1)


def arrays_in(block: object, plans: Sequence[Plan]) -> list[ModelParams]:
    """Return the arrays of these shapes that lie in a block of memory, one after the other."""
    found, offset = [], 0
    for one in plans:
        params: ModelParams = [{} for _ in one]
        for index, name, shape in _places(one):
            params[index][name] = _array(block, offset, shape)
            offset += _room(shape)
        found.append(params)
    return found


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


def _places(one: Plan) -> Iterator[tuple[int, str, tuple[int, ...]]]:
    for index, shapes in enumerate(one):
        for name, shape in shapes.items():
            yield index, name, shape


def _room(shape: tuple[int, ...]) -> int:
    return -(-math.prod(shape) * 4 // ALIGNED) * ALIGNED


def _array(block: object, offset: int, shape: tuple[int, ...]) -> Array:
    count = math.prod(shape)
    array: Array = np.frombuffer(block, np.float32, count, offset).reshape(shape)  # type: ignore[call-overload]
    return array
