"""Output sizes as tables that can be pointed at: kernels down, strides across."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui.components.board import Part


def sizes(
    name: str,
    tables: Mapping[str, NDArray[np.int64]],
    kernels: Sequence[int],
    strides: Sequence[int],
) -> Part:
    """Return a table for each padding as a part of a board; every cell can be chosen.

    The board's `on_tile` hears of a choice as of a pixel: the tile is the padding, the row the
    kernel, the column the stride.

    Parameters
    ----------
    tables : mapping of str to array, shape (kernels, strides, 2)
        Height and width of the output for each padding, 0 where a setting is impossible.
    kernels, strides : sequence of int
    """
    found = np.stack([*tables.values()])
    data = {
        "paddings": list(tables),
        "kernels": list(kernels),
        "strides": list(strides),
        "sizes": found.tolist(),
        "shape": found.shape[:3],
    }
    return Part(name, "sizes", data)
