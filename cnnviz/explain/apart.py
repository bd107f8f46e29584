"""How far apart two images are behind each layer, and what a layer adds up of that."""

from dataclasses import replace

import numpy as np

from cnnviz.nn.layers import (
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Linear,
)
from cnnviz.nn.model import LayerTrace
from cnnviz.nn.types import Params

WEIGHTED = (Conv2d, ConvTranspose2d, Linear)
ADDITIVE = (*WEIGHTED, AvgPool2d, GlobalAvgPool2d, Flatten, Dropout)
"""Layers that make of a difference the difference of what they make, but for their bias."""


def differences(first: list[LayerTrace], second: list[LayerTrace]) -> list[LayerTrace]:
    """Return the first pass minus the second, layer by layer; the caches are those of the first."""
    with np.errstate(invalid="ignore"):
        return [
            LayerTrace(a.index, a.layer, a.input - b.input, a.output - b.output, a.cache)
            for a, b in zip(first, second, strict=True)
        ]


def without_bias(step: LayerTrace, params: Params) -> tuple[LayerTrace, Params]:
    """Return a layer and its parameters without the bias, which a difference does not have."""
    if not isinstance(step.layer, WEIGHTED):
        return step, params
    layer = replace(step.layer, use_bias=False)
    return replace(step, layer=layer), {k: v for k, v in params.items() if k != "bias"}
