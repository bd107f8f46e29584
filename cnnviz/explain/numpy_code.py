"""The lines of NumPy that compute one output cell."""

from typing import Any, cast

import numpy as np

from cnnviz.explain.cell import Convolved
from cnnviz.nn.geometry import Pair
from cnnviz.nn.layers import LeakyReLU, ReLU, Sigmoid, Tanh
from cnnviz.nn.layers.base import Layer
from cnnviz.nn.types import Array

MOST_WRITTEN = 240  # letters of an array that is written out


def cell_code(found: Convolved, filter: int, cell: Pair) -> str:
    """Return lines that compute `z`, the output cell, and `y`, what the activation makes of it.

    They need `x` and `weight`, and `bias` where there is one; see `arrays_code`.
    """
    padded, lines = "x", []
    if found.grid.border != ((0, 0), (0, 0)):
        padded = "padded"
        lines.append(f"padded = np.pad(x, {((0, 0), *found.grid.border)})")
    bias = "" if found.bias is None else f" + bias[{filter}]"
    window = ", ".join((_channels(found, filter), *_slices(found, cell)))
    lines.append(f"z = ({padded}[{window}] * weight[{filter}]).sum(){bias}")
    if found.activation is not None:
        lines.append(f"y = {activation_code(found.activation)}")
    return "\n".join(lines)


def _channels(found: Convolved, filter: int) -> str:
    channels = found.channels(filter)
    return ":" if len(channels) == len(found.x) else f"{channels.start}:{channels.stop}"


def _slices(found: Convolved, cell: Pair) -> list[str]:
    grid, slices = found.grid, []
    for place, stride, extent, dilation in zip(
        cell, grid.stride, grid.extent, grid.dilation, strict=True
    ):
        start = place * stride
        slices.append(f"{start}:{start + extent}" + (f":{dilation}" if dilation > 1 else ""))
    return slices


def activation_code(activation: Layer) -> str:
    """Return the expression that an activation makes of `z`."""
    match activation:
        case ReLU():
            return "np.maximum(z, 0)"
        case LeakyReLU(negative_slope=slope):
            return f"np.maximum(z, {slope:g} * z)"
        case Sigmoid():
            return "1 / (1 + np.exp(-z))"
        case Tanh():
            return "np.tanh(z)"
    raise ValueError(
        f"There is no line of NumPy for {type(activation).__name__}, only for ReLU, LeakyReLU, "
        "Sigmoid and Tanh."
    )


def arrays_code(found: Convolved) -> str:
    """Return lines that define the arrays: written out where they are small, else their shapes."""
    arrays = {"x": found.x, "weight": found.weight}
    if found.bias is not None:
        arrays["bias"] = found.bias
    return "\n".join(("import numpy as np", *(_array(name, a) for name, a in arrays.items())))


def _array(name: str, array: Array) -> str:
    written = _numbers(array) if array.size < MOST_WRITTEN else ""
    if 0 < len(written) <= MOST_WRITTEN:
        return f"{name} = np.array({written})"
    return (
        f"{name} = np.zeros({array.shape}, np.{array.dtype})  # too many to write: put yours here"
    )


def _numbers(array: Array) -> str:
    """Return nested lists; whole numbers without a point."""
    if array.ndim:
        return f"[{', '.join(map(_numbers, array))}]"
    return np.format_float_positional(cast("np.floating[Any]", array[()]), trim="-")
