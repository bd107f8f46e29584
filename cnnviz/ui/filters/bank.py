"""The filters of one layer as the page shows them: before, now, and what is known of each."""

from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from cnnviz.explain.filters import bank, channels_read, importance, norms, ordered
from cnnviz.explain.images import evenly
from cnnviz.nn.layers.conv import Convolution
from cnnviz.nn.types import Array
from cnnviz.runs.errors import RunError
from cnnviz.ui.inside.memory import remembered
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.pictures import pictures

JUDGED = 200
"""Validation images by which importance is estimated."""


@dataclass(frozen=True, eq=False)
class Bank:
    """The filters of a convolution at one moment.

    Parameters
    ----------
    number : the layer's place in the network, from 1
    first : the step of the first checkpoint, 0: before any training
    before, now : (F, C', KH, KW)
    norm, change : (F,) the norms of `now` and of `now − before`
    """

    moment: Moment
    number: int
    first: int
    before: Array
    now: Array
    norm: NDArray[np.float64]
    change: NDArray[np.float64]

    @property
    def layer(self) -> Convolution:
        """The convolution."""
        return cast(Convolution, self.moment.model.layers[self.number - 1])

    @property
    def count(self) -> int:
        """The number of filters."""
        return len(self.now)

    @property
    def channels(self) -> int:
        """The number of input channels that each filter reads."""
        return int(self.now.shape[1])

    @property
    def bias(self) -> Array | None:
        """The biases (F,), if the layer has any."""
        return self.moment.params[self.number - 1].get("bias")

    def key(self, kind: str, *more: Hashable) -> Hashable:
        """Return a key for what follows from this moment and this layer."""
        return kind, str(self.moment.run.path), self.moment.step, self.number, *more

    def channel_name(self, unit: int, place: int) -> str:
        """Return the name of an input channel of a filter."""
        return f"input channel {channels_read(self.layer, self.now, unit)[place]}"


def bank_of(moment: Moment, number: int) -> Bank:
    """Return the filters of layer `number`; raises RunError where step 0 cannot be read."""
    layer = cast(Convolution, moment.model.layers[number - 1])
    first = moment.steps[0]
    now = bank(layer, moment.params[number - 1]["weight"])
    before = bank(layer, moment.at(first)[number - 1]["weight"])
    with np.errstate(all="ignore"):
        return Bank(moment, number, first, before, now, norms(now), norms(now - before))


def importance_of(found: Bank) -> NDArray[np.float64]:
    """Return the importance of each filter on a fixed choice of validation images."""

    def make() -> NDArray[np.float64]:
        moment = found.moment
        images = pictures(moment.settings.data).validation
        x, labels = images.batch(evenly(len(images), JUDGED))
        loss = moment.settings.config.loss
        return importance(moment.model, moment.params, found.number - 1, x, labels, loss)

    return remembered(found.key("importance"), make)


def values_of(found: Bank, order: str) -> NDArray[np.float64] | None:
    """Return by what the filters are ordered; None for their index."""
    if order == "importance":
        return importance_of(found)
    return {"norm": found.norm, "change": found.change}.get(order)


def order_of(found: Bank, values: NDArray[np.float64] | None) -> NDArray[np.intp]:
    """Return the filters in the order of these values, the largest first."""
    return np.arange(found.count) if values is None else ordered(values)


def layer_weights(moment: Moment, number: int, step: int) -> Array:
    """Return the filters of one layer after a step, without keeping the other layers."""
    layer = cast(Convolution, moment.model.layers[number - 1])

    def make() -> Array:
        params = moment.params if step == moment.step else moment.run.params(step)
        return np.array(bank(layer, params[number - 1]["weight"]))

    return remembered(("filters", str(moment.run.path), step, number), make)


def weights_at(
    moment: Moment, number: int, steps: tuple[int, ...]
) -> tuple[tuple[int, ...], list[Array]]:
    """Return the filters of a layer after these steps, without those that cannot be read."""
    found = {}
    for step in steps:
        with suppress(RunError):
            found[step] = layer_weights(moment, number, step)
    return tuple(found), [*found.values()]


def some_steps(steps: tuple[int, ...], shown: int, most: int) -> tuple[int, ...]:
    """Return at most so many checkpoints, evenly apart; first, last and the shown one are there."""
    if len(steps) <= most:
        return steps
    places = np.unique(np.linspace(0, len(steps) - 1, most).round().astype(int))
    chosen = [steps[place] for place in places]
    if shown not in chosen:
        inner = min(range(1, most - 1), key=lambda place: abs(chosen[place] - shown))
        chosen[inner] = shown
    return tuple(chosen)
