"""Output sizes over kernel, stride and padding: a table to look them up in."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cnnviz.explain.setting import Setting
from cnnviz.nn.geometry import Padding, Pair


def size_table(
    setting: Setting, kernels: Sequence[int], strides: Sequence[int], padding: Padding
) -> NDArray[np.int64]:
    """Return height and width of the output, (kernels, strides, 2); 0 where it is impossible."""
    return np.array(
        [
            [
                _output(replace(setting, kernel=(k, k), stride=(s, s), padding=padding))
                for s in strides
            ]
            for k in kernels
        ]
    )


def _output(setting: Setting) -> Pair:
    try:
        return setting.output()
    except ValueError:
        return 0, 0
