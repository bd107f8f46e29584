"""Filters that have stopped taking part: dead ones, saturated ones, those hardly ever active."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.explain.filters import activation_behind, response_place, switch_place
from cnnviz.explain.images import Images, chunks
from cnnviz.nn.layers import ReLU, Sigmoid, Tanh
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import ModelParams

EDGE = 0.95
"""Of the way from the middle of a function's range to its end: beyond it a cell is saturated."""

NEARLY_ALWAYS = 0.95
RARE = 0.01

MIDDLE: dict[type, tuple[float, float]] = {Tanh: (0.0, 1.0), Sigmoid: (0.5, 0.5)}
"""The middle of the range of functions that flatten out, and how far it is to either end."""

State = Literal["dead", "saturated", "rare", "alive", "broken"]


@dataclass(frozen=True, eq=False)
class Health:
    """What each filter gave on some images, behind its activation. All arrays are (F,).

    Parameters
    ----------
    images : how many were looked at
    active : share of the images in which at least one cell is above 0
    zeros : share of all cells that are exactly 0
    saturated : share of all cells beyond `EDGE`; 0 where the function does not flatten out
    highest : the largest response before the activation
    finite : whether all numbers were finite
    function : the activation's name, "" without one
    """

    images: int
    active: NDArray[np.float64]
    zeros: NDArray[np.float64]
    saturated: NDArray[np.float64]
    highest: NDArray[np.float64]
    finite: NDArray[np.bool_]
    function: str

    def state(self, unit: int) -> State:
        """Return how a filter is."""
        if not self.finite[unit]:
            return "broken"
        if self.function == ReLU.__name__:
            if self.active[unit] == 0:
                return "dead"
            return "rare" if self.active[unit] < RARE else "alive"
        return "saturated" if self.saturated[unit] > NEARLY_ALWAYS else "alive"

    def states(self) -> list[State]:
        """Return the state of each filter."""
        return [self.state(unit) for unit in range(len(self.active))]


def health(
    model: Sequential, params: ModelParams, index: int, images: Images, places: NDArray[np.intp]
) -> Generator[float, None, Health]:
    """Yield the share that is done; return what each filter of a convolution gives.

    Parameters
    ----------
    index : the convolution's place, from 0
    places : of the images that are looked at

    Raises
    ------
    ValueError
        If there is no image.
    """
    place, end = response_place(model, index), switch_place(model, index)
    function = activation_behind(model, index)
    middle, reach = MIDDLE.get(type(function), (0.0, np.inf))
    head = Sequential(model.layers[:place])
    behind = Sequential(model.layers[place:end])
    active, zeros, flat, top, finite = [], [], [], [], []
    for part, x, _ in chunks(images, places):
        with np.errstate(all="ignore"):
            before, _ = head.forward(params[:place], x)
            after, _ = behind.forward(params[place:end], before)
            active.append((after > 0).any(axis=(2, 3)).sum(axis=0))
            zeros.append((after == 0).mean(axis=(2, 3)).sum(axis=0))
            flat.append((np.abs(after - middle) > EDGE * reach).mean(axis=(2, 3)).sum(axis=0))
            top.append(before.max(axis=(0, 2, 3)))
            finite.append(np.isfinite(before).all(axis=(0, 2, 3)))
        yield part.stop / len(places)
    count = len(places)
    return Health(
        count,
        np.array(active, np.float64).sum(axis=0) / count,
        np.array(zeros, np.float64).sum(axis=0) / count,
        np.array(flat, np.float64).sum(axis=0) / count,
        np.max(top, axis=0).astype(np.float64),
        np.all(finite, axis=0),
        type(function).__name__ if function else "",
    )
