"""The filters of a convolution: their weights in one order, how large they are, what changed.

Notation: F filters, each of C' input channels and KH×KW weights; C' is C / groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.nn.layers import BatchNorm2d, Conv2d, ConvTranspose2d
from cnnviz.nn.layers.activations import Activation
from cnnviz.nn.layers.conv import Convolution
from cnnviz.nn.losses import Loss
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import Array, ModelParams

Floats = NDArray[np.float64]


def is_convolution(layer: object) -> bool:
    """Whether a layer has filters."""
    return isinstance(layer, Conv2d | ConvTranspose2d)


def bank(layer: Convolution, weight: Array) -> Array:
    """Return the filters (F, C', KH, KW) of a layer, whichever way it keeps them.

    A transposed convolution keeps (C, F / groups, KH, KW): the filters of the first group are
    spread over the first C / groups input channels, and so on.
    """
    if not isinstance(layer, ConvTranspose2d):
        return weight
    C, per_group, KH, KW = weight.shape
    split = weight.reshape(layer.groups, C // layer.groups, per_group, KH, KW)
    turned = split.swapaxes(1, 2)  # (G, F / G, C / G, KH, KW)
    return turned.reshape(layer.groups * per_group, C // layer.groups, KH, KW)


def channels_read(layer: Convolution, filters: Array, unit: int) -> range:
    """Return the input channels that a filter of `bank` reads: those of its group."""
    count = filters.shape[1]
    group = unit // (len(filters) // layer.groups)
    return range(group * count, (group + 1) * count)


def norms(filters: Array) -> Floats:
    """Return the Euclidean norm of each filter, the root of the sum of its squares: (F,)."""
    flat = filters.reshape(len(filters), -1).astype(np.float64)
    with np.errstate(all="ignore"):
        return np.asarray(np.sqrt((flat * flat).sum(axis=1)), np.float64)


def ordered(values: Sequence[float] | Floats) -> NDArray[np.intp]:
    """Return the places of the values from the largest down, equal ones by index, NaN last."""
    numbers = np.asarray(values, np.float64)
    unknown = np.isnan(numbers)
    return np.lexsort((np.where(unknown, 0, -numbers), unknown))


def switch_place(model: Sequential, index: int) -> int:
    """Return how many layers from the first on belong to a filter alone: where it is switched off.

    Those are the layers up to the convolution and, right behind it, batch normalization and
    activation, which look at each channel by itself.
    """
    place = index + 1
    while place < len(model.layers) and isinstance(model.layers[place], BatchNorm2d | Activation):
        place += 1
    return place


def response_place(model: Sequential, index: int) -> int:
    """Return how many layers it takes to a filter's response, which the activation then bends."""
    place = index + 1
    while place < len(model.layers) and isinstance(model.layers[place], BatchNorm2d):
        place += 1
    return place


def activation_behind(model: Sequential, index: int) -> Activation | None:
    """Return the activation that a filter's response goes through first, if there is one."""
    behind = model.layers[response_place(model, index) : switch_place(model, index)]
    return next((layer for layer in behind if isinstance(layer, Activation)), None)


@dataclass(frozen=True, eq=False)
class Parted:
    """A network in two parts: up to where filters are switched off, and the rest."""

    head: Sequential
    tail: Sequential
    head_params: ModelParams
    tail_params: ModelParams


def parted(model: Sequential, params: ModelParams, place: int) -> Parted:
    """Return the network's first `place` layers, and the others."""
    return Parted(
        Sequential(model.layers[:place]),
        Sequential(model.layers[place:]),
        params[:place],
        params[place:],
    )


def importance(
    model: Sequential, params: ModelParams, index: int, x: Array, labels: Array, loss: Loss
) -> Floats:
    """Return how much the loss would change without each filter, estimated from its slope: (F,).

    The mean over the images of |Σ activation × gradient|, summed over the cells of the filter's
    map where it would be switched off: the first term of the loss's Taylor series. From
    P. Molchanov and others, Pruning Convolutional Neural Networks for Resource Efficient Inference
    (2017), equation 8, with the sum over cells in place of their mean.

    Parameters
    ----------
    index : the convolution's place, from 0
    x : (N, C, H, W)
    labels : (N,)
    """
    parts = parted(model, params, switch_place(model, index))
    with np.errstate(all="ignore"):
        maps, _ = parts.head.forward(parts.head_params, x)
        logits, caches = parts.tail.forward(parts.tail_params, maps)
        _, _, grad = loss(logits, labels, denominator=1)
        slope, _ = parts.tail.backward(parts.tail_params, caches, grad)
        products = (maps * slope).sum(axis=(2, 3), dtype=np.float64)  # (N, F)
        return np.asarray(np.abs(products).mean(axis=0), np.float64)


def responses(model: Sequential, params: ModelParams, index: int, x: Array) -> tuple[Array, Array]:
    """Return each filter's response to x (N, C, H, W) and what the activation makes of it.

    Both (N, F, OH, OW); the same where there is no activation.
    """
    place, end = response_place(model, index), switch_place(model, index)
    with np.errstate(all="ignore"):
        before, _ = Sequential(model.layers[:place]).forward(params[:place], x)
        after, _ = Sequential(model.layers[place:end]).forward(params[place:end], before)
    return before, after
