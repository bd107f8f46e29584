"""Random configurations of every layer: odd shapes, every form of every argument, ties."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.nn.geometry import PADDINGS, Pair, Shape, ShapeError, pair
from cnnviz.nn.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Layer,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
)

Rng = np.random.Generator
CHUNK = 100


@dataclass(frozen=True)
class Configuration:
    """A layer on images of one shape, and what its input looks like."""

    layer: Layer
    shape: Shape
    images: int
    training: bool
    whole_numbers: bool
    """Few different values: many maxima have equals, and many numbers are exactly 0."""
    seed: int = field(compare=False)


def integer(rng: Rng, low: int, high: int) -> int:
    return int(rng.integers(low, high + 1))


def number(rng: Rng, low: float, high: float) -> float:
    return round(float(rng.uniform(low, high)), 3)


def yes(rng: Rng, share: float = 0.5) -> bool:
    return bool(rng.random() < share)


def integers(rng: Rng, low: int, high: int) -> Pair:
    return integer(rng, low, high), integer(rng, low, high)


def sizes(rng: Rng, low: int, high: int) -> int | Pair:
    """Draw an integer, or one for each axis."""
    return integers(rng, low, high) if yes(rng, 0.7) else integer(rng, low, high)


def padding(rng: Rng) -> Any:
    """Draw a padding in any form there is."""
    forms: list[Callable[[], Any]] = [
        lambda: str(rng.choice(PADDINGS)),
        lambda: sizes(rng, 0, 3),
        lambda: (integers(rng, 0, 3), integers(rng, 0, 3)),
    ]
    return forms[integer(rng, 0, 2)]()


def image(rng: Rng, channels: int) -> Shape:
    return channels, *integers(rng, 1, 10)


def any_shape(rng: Rng) -> Shape:
    return image(rng, integer(rng, 1, 3)) if yes(rng) else (integer(rng, 1, 30),)


def conv(rng: Rng) -> tuple[Layer, Shape]:
    groups = integer(rng, 1, 3)
    layer = Conv2d(
        groups * integer(rng, 1, 3),
        sizes(rng, 1, 4),
        stride=sizes(rng, 1, 3),
        padding=padding(rng),
        dilation=sizes(rng, 1, 3),
        groups=groups,
        use_bias=yes(rng),
    )
    return layer, image(rng, groups * integer(rng, 1, 2))


def conv_transpose(rng: Rng) -> tuple[Layer, Shape]:
    groups, stride, dilation = integer(rng, 1, 3), sizes(rng, 1, 3), sizes(rng, 1, 3)
    taken, added = padding(rng), (0, 0)
    if not isinstance(taken, str):
        largest = np.maximum(pair(stride, "stride"), pair(dilation, "dilation"))
        added = integer(rng, 0, int(largest[0]) - 1), integer(rng, 0, int(largest[1]) - 1)
    layer = ConvTranspose2d(
        groups * integer(rng, 1, 3),
        sizes(rng, 1, 4),
        stride=stride,
        padding=taken,
        output_padding=added,
        dilation=dilation,
        groups=groups,
        use_bias=yes(rng),
    )
    return layer, image(rng, groups * integer(rng, 1, 2))


def pool(rng: Rng) -> dict[str, Any]:
    """Draw what all pooling has; half of the paddings are such as PyTorch's own layers take."""
    kernel = integers(rng, 1, 4)
    half = integer(rng, 0, kernel[0] // 2), integer(rng, 0, kernel[1] // 2)
    return {
        "kernel_size": kernel,
        "stride": None if yes(rng, 0.2) else sizes(rng, 1, 4),
        "padding": half if yes(rng) else padding(rng),
        "dilation": 1 if yes(rng) else sizes(rng, 1, 3),
        "ceil_mode": yes(rng),
    }


def max_pool(rng: Rng) -> tuple[Layer, Shape]:
    return MaxPool2d(**pool(rng)), image(rng, integer(rng, 1, 3))


def avg_pool(rng: Rng) -> tuple[Layer, Shape]:
    return AvgPool2d(**pool(rng), count_include_pad=yes(rng)), image(rng, integer(rng, 1, 3))


def batch_norm(rng: Rng) -> tuple[Layer, Shape]:
    layer = BatchNorm2d(momentum=number(rng, 0, 1), eps=float(10 ** rng.uniform(-5, -1)))
    return layer, image(rng, integer(rng, 1, 4))


def response_norm(rng: Rng) -> tuple[Layer, Shape]:
    layer = LocalResponseNorm(
        integer(rng, 1, 9),
        alpha=number(rng, 0, 2),
        beta=number(rng, 0, 2),
        k=number(rng, 0.1, 3),
    )
    return layer, image(rng, integer(rng, 1, 7))


def linear(rng: Rng) -> tuple[Layer, Shape]:
    return Linear(integer(rng, 1, 9), use_bias=yes(rng)), (integer(rng, 1, 9),)


Draw = Callable[[Rng], tuple[Layer, Shape]]

DRAWS: dict[str, tuple[int, Draw]] = {
    "Conv2d": (6, conv),
    "ConvTranspose2d": (5, conv_transpose),
    "MaxPool2d": (5, max_pool),
    "AvgPool2d": (5, avg_pool),
    "GlobalAvgPool2d": (1, lambda rng: (GlobalAvgPool2d(), image(rng, integer(rng, 1, 3)))),
    "BatchNorm2d": (2, batch_norm),
    "LocalResponseNorm": (2, response_norm),
    "ReLU": (1, lambda rng: (ReLU(), any_shape(rng))),
    "LeakyReLU": (1, lambda rng: (LeakyReLU(number(rng, 0, 0.99)), any_shape(rng))),
    "Sigmoid": (1, lambda rng: (Sigmoid(), any_shape(rng))),
    "Tanh": (1, lambda rng: (Tanh(), any_shape(rng))),
    "Flatten": (1, lambda rng: (Flatten(), any_shape(rng))),
    "Linear": (1, linear),
    "Dropout": (1, lambda rng: (Dropout(number(rng, 0, 0.99)), any_shape(rng))),
}
"""For each layer: how many chunks of configurations, and how to draw a layer and its input."""

CHUNKS = [(name, chunk) for name, (chunks, _) in DRAWS.items() for chunk in range(chunks)]


def configurations(name: str, chunk: int) -> list[Configuration]:
    """Return `CHUNK` different configurations of a layer, always the same ones."""
    rng = np.random.default_rng([*name.encode(), chunk])
    drawn: dict[Configuration, None] = {}  # a set in the order of drawing
    while len(drawn) < CHUNK:
        layer, shape = DRAWS[name][1](rng)
        case = Configuration(layer, shape, integer(rng, 1, 3), yes(rng), yes(rng), len(drawn))
        if fits(case):
            drawn.setdefault(case)
    return list(drawn)


def fits(case: Configuration) -> bool:
    """Whether the layer takes such images, and PyTorch does so as well."""
    try:
        case.layer.output_shape(case.shape)
    except ShapeError:
        return False
    alone = case.images * math.prod(case.shape[1:]) == 1
    return not (alone and isinstance(case.layer, BatchNorm2d))
