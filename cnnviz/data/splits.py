"""Choosing images: how many to train on, to validate with and to test with.

Validation images are held out of the training images. The division depends on nothing but the
data set and the choice, so two runs with different seeds are measured with the same images.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.dataset import CLASSES, Bytes, Dataset, Split, Splits
from cnnviz.data.errors import DataError

SPLIT_SEED = 20_240_229
MOST_VALIDATION_IMAGES = 5_000


@dataclass(frozen=True)
class DataChoice:
    """Which data set, and how many of its images.

    Parameters
    ----------
    dataset : name of the data set
    train_images : images taken from the training set, those for validation among them; None: all
    validation_images : held out of these; None: a tenth, at least 1 and at most 5,000
    test_images : images taken from the test set; None: all
    """

    dataset: str = "digits"
    train_images: int | None = None
    validation_images: int | None = None
    test_images: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no data set could fulfill."""
        if not isinstance(self.dataset, str) or not self.dataset:
            raise DataError(f"The data set must be given by its name; received {self.dataset!r}.")
        for field in fields(self)[1:]:
            _check_count(field.name, getattr(self, field.name))

    def to_dict(self) -> dict[str, str | int | None]:
        """Return the choice as plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "DataChoice":
        """Return the choice that `to_dict` wrote; fields that are missing have their default."""
        known = [field.name for field in fields(cls)]
        unknown = sorted(set(data) - set(known))
        if unknown:
            raise DataError(
                f"A choice of data has no field {unknown[0]!r}; it has {', '.join(known)}."
            )
        return cls(**data)


def split(dataset: Dataset, choice: DataChoice) -> Splits:
    """Divide a data set into images for training, for validation and for the test.

    Raises
    ------
    DataError
        Where the choice asks for more images than there are or leaves none to train on.
    """
    used, held_out = amounts(choice, len(dataset.train), dataset.title)
    tested = _amount(choice.test_images, len(dataset.test), dataset.title, "test")
    order = _order(len(dataset.train))
    return Splits(
        train=dataset.train.take(np.sort(order[held_out:used])),
        validation=dataset.train.take(np.sort(order[:held_out])),
        test=dataset.test.take(np.sort(_order(len(dataset.test))[:tested])),
    )


def amounts(choice: DataChoice, there: int, title: str) -> tuple[int, int]:
    """Return how many of the training images are used, and how many of these are held out.

    Raises
    ------
    DataError
        As `split`.
    """
    used = _amount(choice.train_images, there, title, "training")
    return used, _validation_amount(choice.validation_images, used)


def hold_out_test(name: str, split: Split, share: int = 6) -> tuple[Split, Split]:
    """Divide images that came without test images: every sixth, shuffled, becomes one.

    Raises
    ------
    DataError
        Where fewer than three images leave none for training, validation or test.
    """
    if len(split) < 3:
        raise DataError(
            f"{name} has {len(split)} image{'s' * (len(split) > 1)}, too few for training, "
            "validation and test, which need one each: give at least 3."
        )
    order, count = _order(len(split)), max(1, len(split) // share)
    return split.take(np.sort(order[count:])), split.take(np.sort(order[:count]))


def strip_indices(labels: Bytes, per_class: int = 2) -> NDArray[np.int64]:
    """Return the first few images of each class, class by class: the same for every viewer."""
    firsts = [np.flatnonzero(labels == label)[:per_class] for label in range(CLASSES)]
    return np.concatenate(firsts).astype(np.int64)


def _order(count: int) -> NDArray[np.int64]:
    return np.random.default_rng(SPLIT_SEED).permutation(count)


def _check_count(name: str, value: object) -> None:
    what = name.replace("train_", "training_").replace("_", " ")
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise DataError(f"The number of {what} must be a whole number; received {value!r}.")
    if value < 1:
        raise DataError(f"The number of {what} must be at least 1; received {value:,}.")


def _amount(asked: int | None, there: int, title: str, what: str) -> int:
    if asked is not None and asked > there:
        raise DataError(
            f"{asked:,} {what} images were asked for, but {title} has {there:,}: "
            f"choose {there:,} or fewer."
        )
    return there if asked is None else asked


def _validation_amount(asked: int | None, used: int) -> int:
    amount = min(max(used // 10, 1), MOST_VALIDATION_IMAGES) if asked is None else asked
    if amount >= used:
        raise DataError(
            f"{used:,} training images − {amount:,} held out for validation leave "
            f"{max(used - amount, 0):,} to train on: take more training images or hold out fewer."
        )
    return amount
