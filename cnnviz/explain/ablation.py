"""What a network gets right without some of a layer's filters."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.explain.filters import Parted, parted, switch_place
from cnnviz.explain.images import Images, chunks
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import Array, ModelParams

Off = Sequence[int]
"""Filters that are switched off together, from 0."""


@dataclass(frozen=True, eq=False)
class Scores:
    """Hits with each set of filters switched off.

    Parameters
    ----------
    right : int64 (sets, classes)
        Images of each class that were got right.
    images : int64 (classes,)
        Images of each class.
    """

    right: NDArray[np.int64]
    images: NDArray[np.int64]

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """The share of all images that were got right, for each set: (sets,)."""
        return np.asarray(self.right.sum(axis=1) / self.images.sum(), np.float64)

    @property
    def by_class(self) -> NDArray[np.float64]:
        """The same for each class: (sets, classes); NaN where a class has no image."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.right / self.images, np.float64)


def ablation(
    model: Sequential,
    params: ModelParams,
    index: int,
    images: Images,
    places: NDArray[np.intp],
    sets: Sequence[Off],
    classes: int,
) -> Generator[float, None, Scores]:
    """Yield the share that is done; return what is right with each set of filters switched off.

    A filter that is off gives zeros where the next layer that mixes channels sees it: behind
    batch normalization and activation. Up to there each image is computed once.

    Parameters
    ----------
    index : the convolution's place, from 0
    places : of the images that are looked at
    sets : each the filters that are off together; an empty one switches nothing off

    Raises
    ------
    ValueError
        If there is no image, or no such filter.
    """
    parts = parted(model, params, switch_place(model, index))
    right = np.zeros((len(sets), classes), np.int64)
    counts = np.zeros(classes, np.int64)
    for part, x, labels in chunks(images, places):
        counts += np.bincount(labels, minlength=classes)
        with np.errstate(all="ignore"):
            maps, _ = parts.head.forward(parts.head_params, x)
        check_filters(sets, maps.shape[1])
        for number, off in enumerate(sets):
            taken = taken_for(parts, maps, off)
            right[number] += np.bincount(labels[taken == labels], minlength=classes)
            done = part.start + (part.stop - part.start) * (number + 1) / len(sets)
            yield done / len(places)
    return Scores(right, counts)


def taken_for(parts: Parted, maps: Array, off: Off) -> NDArray[np.intp]:
    """Return what images are taken for, given their maps (N, F, OH, OW), some of them off."""
    if len(off):
        maps = maps.copy()
        maps[:, list(off)] = 0
    with np.errstate(all="ignore"):
        logits, _ = parts.tail.forward(parts.tail_params, maps)
    return np.asarray(logits.argmax(axis=1), np.intp)


def check_filters(sets: Sequence[Off], filters: int) -> None:
    """Raise ValueError where a filter is to be off that the layer does not have."""
    for unit in (unit for off in sets for unit in off):
        if not 0 <= unit < filters:
            raise ValueError(
                f"There is no filter {unit} to switch off: the layer has {filters}, from 0 to "
                f"{filters - 1}; choose among these."
            )
