"""The names of arrays."""

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
"""An array of numbers, float32 unless the gradient check asks for float64."""

Params = dict[str, Array]
"""The arrays of one layer, in declaration order."""

ModelParams = list[Params]
"""The arrays of a model: one dict per layer."""
