"""Kernels that every textbook has, and worked examples small enough to check by hand."""

from dataclasses import dataclass

import numpy as np

from cnnviz.nn.types import Array

Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Kernel:
    """A kernel with what it does, in a sentence."""

    title: str
    rows: Rows
    words: str

    @property
    def plane(self) -> Array:
        """The numbers as (KH, KW)."""
        return np.array(self.rows, float)

    def weight(self, channels: int) -> Array:
        """Return it as the weights (1, C, KH, KW) of one filter, the same for every channel."""
        return np.tile(self.plane, (1, channels, 1, 1))


def _over(rows: Rows, divisor: float) -> Rows:
    return tuple(tuple(number / divisor for number in row) for row in rows)


CROSS = ((1, 0, 1), (0, 1, 0), (1, 0, 1))

KERNELS: dict[str, Kernel] = {
    "cross": Kernel("Cross", CROSS, "Adds a cell and its four diagonal neighbors: easy to check."),
    "identity": Kernel(
        "Identity",
        ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
        "Takes the middle cell as it is: the image comes back.",
    ),
    "edges": Kernel(
        "Edges",
        ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
        "Eight times the middle minus its neighbors: 0 wherever the image is even.",
    ),
    "sobel-x": Kernel(
        "Sobel x",
        ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
        "Right minus left: positive where it gets brighter to the right, negative where darker.",
    ),
    "sobel-y": Kernel(
        "Sobel y",
        ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
        "Below minus above: positive where it gets brighter downward, negative where darker.",
    ),
    "box": Kernel(
        "Box blur",
        _over(((1, 1, 1), (1, 1, 1), (1, 1, 1)), 9),
        "The mean of nine cells; its weights add up to 1, so the brightness stays.",
    ),
    "gauss": Kernel(
        "Binomial blur",
        _over(((1, 2, 1), (2, 4, 2), (1, 2, 1)), 16),
        "A mean in which near cells count more: the binomial numbers 1, 2, 1 in both directions.",
    ),
    "sharpen": Kernel(
        "Sharpen",
        ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
        "The image plus what sets a cell apart from its four neighbors.",
    ),
}


@dataclass(frozen=True, eq=False)
class Example:
    """An input (C, H, W) with a kernel (1, C, KH, KW) to check by hand."""

    title: str
    x: Array
    weight: Array
    words: str


TWO_BY_TWO = (((1, 2), (3, 4)), ((5, 6), (7, 8)))

EXAMPLES: dict[str, Example] = {
    "one": Example(
        "5×5 example",
        np.array(
            (
                (1, 1, 1, 0, 0),
                (0, 1, 1, 1, 0),
                (0, 0, 1, 1, 1),
                (0, 0, 1, 1, 0),
                (0, 1, 1, 0, 0),
            ),
            float,
        )[None],
        KERNELS["cross"].weight(1),
        "Five of the nine weights are 1, and four of the cells under them: the first output is 4.",
    ),
    "two": Example(
        "Two channels",
        np.array(TWO_BY_TWO, float),
        np.array((TWO_BY_TWO,), float),
        "Kernel and image have the same numbers. Added over the channels the products are 26, 40, "
        "58 and 80; together they are the one output, 204.",
    ),
}
