"""What was typed into the settings, and the one place where it is checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cnnviz.data import DataChoice
from cnnviz.nn.spec import Spec
from cnnviz.runs.settings import RunSettings
from cnnviz.training.config import TrainConfig
from cnnviz.ui.train.numbers import NUMBERS, written

STRIP_KEYS = {"lr": "lr", "batch": "batch_size", "epochs": "epochs", "seed": "seed"}
CONFIG_KEYS = STRIP_KEYS | {"threads": "threads"}
"""Names of numbers on the page and in TrainConfig."""

Description = tuple[Callable[..., Any], Mapping[str, Any]]
"""A class of frozen descriptions, and values for its fields."""


@dataclass(frozen=True)
class Images:
    """How many images a data set has."""

    title: str
    train: int
    test: int


@dataclass(frozen=True)
class Typed:
    """What stands in the fields, right or wrong.

    `numbers` and `usual` (what an emptied field means) have the keys of NUMBERS, `descriptions`
    those of TrainConfig: what makes the optimizer or schedule, and the values of its fields.
    """

    data: str
    network: str
    layers: tuple[Spec, ...]
    numbers: Mapping[str, Any]
    usual: Mapping[str, Any]
    descriptions: Mapping[str, Description]

    def settings(self, there: Images) -> RunSettings:
        """Return the settings; raises ValueError with the sentence of the first wrong number."""
        images = self._checked("images", f"all {there.train:,} of {there.title}", there.train)
        config = {name: self._checked(key) for key, name in CONFIG_KEYS.items()}
        config |= {name: make(**values) for name, (make, values) in self.descriptions.items()}
        choice = DataChoice(
            self.data,
            None if images == there.train else images,
            self._amount("validation", "a tenth", images - 1),
            self._amount("test", f"all {there.test:,} of {there.title}", there.test),
        )
        return RunSettings(choice, self.network, self.layers, TrainConfig(**config))

    def _checked(self, key: str, usual: str = "", most: int | None = None) -> Any:
        allowed = NUMBERS[key] if most is None else replace(NUMBERS[key], most=max(1, most))
        usual = usual or f"the usual {written(self.usual[key])}"
        return allowed.check(self.numbers[key], f"empty the field for {usual}")

    def _amount(self, key: str, usual: str, most: int) -> Any:
        return None if self.numbers[key] is None else self._checked(key, usual, most)
