"""Random settings of the shape calculator that work: every layer, every form of padding."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from cnnviz.explain.setting import KINDS, Setting
from cnnviz.nn.geometry import PADDINGS, Pair


def working_settings(seed: int, count: int, largest: int = 9) -> Iterator[Setting]:
    """Yield so many settings that work, on images of at most `largest` rows and columns."""
    rng = np.random.default_rng(seed)
    while count:
        setting = random_setting(rng, largest)
        if not setting.problem():
            yield setting
            count -= 1


def random_setting(rng: np.random.Generator, largest: int = 9) -> Setting:
    """Return a setting that may make no sense."""
    stride, dilation = pair(rng, 1, 3), pair(rng, 1, 3) if rng.random() < 0.4 else (1, 1)
    padding, kind = random_padding(rng), str(rng.choice(KINDS))
    added = (0, 0)
    if kind == "ConvTranspose2d" and not isinstance(padding, str):
        most = [max(both) for both in zip(stride, dilation, strict=True)]
        added = (int(rng.integers(most[0])), int(rng.integers(most[1])))
    ceil = kind in ("MaxPool2d", "AvgPool2d") and rng.random() < 0.5
    size, kernel = pair(rng, 1, largest), pair(rng, 1, 4)
    return Setting(kind, size, kernel, stride, dilation, padding, added, ceil)


def random_padding(rng: np.random.Generator) -> Any:
    """Return a padding in any form there is."""
    forms = (
        str(rng.choice(PADDINGS)),
        int(rng.integers(3)),
        pair(rng, 0, 3),
        (pair(rng, 0, 3), pair(rng, 0, 3)),
    )
    return forms[rng.integers(len(forms))]


def pair(rng: np.random.Generator, least: int, most: int) -> Pair:
    first, second = rng.integers(least, most + 1, 2).tolist()
    return first, second
