"""What a training is asked to do: numbers only, checked once, here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from cnnviz.nn.architectures import Architecture
from cnnviz.nn.checks import number
from cnnviz.nn.losses import LOSSES, CrossEntropy, Loss
from cnnviz.nn.optim import OPTIMIZERS, SGD, Optimizer
from cnnviz.nn.schedules import SCHEDULES, Constant, Schedule
from cnnviz.nn.spec import from_spec, to_spec
from cnnviz.training.augment import Augment

REGISTRIES: dict[str, Mapping[str, type[Any]]] = {
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "loss": LOSSES,
}
LIMITS = {"epochs": 9_999, "batch_size": 1_000_000, "threads": 64, "seed": 2**63 - 1}


class ConfigError(ValueError):
    """A number that a training cannot work with."""


@dataclass(frozen=True)
class TrainConfig:
    """How to train; together with network and data it determines every number of a run.

    Parameters
    ----------
    epochs
        Passes over the training images.
    batch_size
        Images in a step; the last batch of an epoch may be smaller.
    lr
        Base learning rate, multiplied by the schedule's factor.
    seed
        Start of every random draw: initial weights, order of the images, how they are moved,
        dropout.
    threads
        Parts that each batch is split into. Sums over parts round differently, and batch
        normalization takes each part's own statistics, so this is part of the result; the
        workers in use are at most the machine's processors.
    loss
        What is made small, and what every loss of the run's history is.
    augment
        How the images of a training batch are moved; those it is evaluated on stay.

    Raises
    ------
    ConfigError
        When a number is out of range, naming it and the range.
    """

    epochs: int = 4
    batch_size: int = 64
    lr: float = 0.05
    optimizer: Optimizer = field(default_factory=lambda: SGD(momentum=0.9))
    schedule: Schedule = field(default_factory=Constant)
    seed: int = 0
    threads: int = 2
    loss: Loss = field(default_factory=CrossEntropy)
    augment: Augment = field(default_factory=Augment)

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "threads"):
            check_whole(name, getattr(self, name), 1)
        check_whole("seed", self.seed, 0)
        object.__setattr__(self, "lr", check_lr(self.lr))

    @classmethod
    def of(cls, network: Architecture) -> "TrainConfig":
        """Return the settings that train a named network well."""
        names = [f.name for f in fields(cls) if hasattr(network, f.name)]
        return cls.from_dict({name: getattr(network, name) for name in names})

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        specs = {name: to_spec(plain[name]) for name in REGISTRIES}
        return plain | specs | {"augment": asdict(self.augment)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "TrainConfig":
        """Rebuild from `to_dict`, the defaults where a name is missing.

        Raises
        ------
        ValueError
            ConfigError, or the sentence of a description whose number is out of range.
        """
        known = [f.name for f in fields(cls)]
        if unknown := [name for name in data if name not in known]:
            raise ConfigError(
                f"A training has no setting {unknown[0]!r}; it has {', '.join(known)}."
            )
        values = dict(data)
        for name, registry in REGISTRIES.items():
            if name in values:
                values[name] = from_spec(registry, values[name], what=name)
        if "augment" in values:
            values["augment"] = read_augment(values["augment"])
        return cls(**values)


def read_augment(plain: object) -> Augment:
    """Return the augmentation written as {"shift": 2}, without what is left as it is."""
    if not isinstance(plain, Mapping):
        raise ConfigError(f'augment is written as {{"shift": 2, …}}, received {plain!r}.')
    return from_spec({"Augment": Augment}, {"type": "Augment", **plain}, what="augmentation")


def check_whole(name: str, value: object, smallest: int) -> None:
    """Raise ConfigError unless `value` is a whole number within the limits of `name`."""
    largest = LIMITS[name]
    if isinstance(value, bool) or not isinstance(value, int) or not smallest <= value <= largest:
        raise ConfigError(
            f"{name} must be a whole number from {smallest} to {largest:,}, not {value!r}."
        )


def check_lr(value: object) -> float:
    """Return the learning rate as a float; raises ConfigError unless it is finite and above 0."""
    try:
        return number(value, "The learning rate", least=0, open_start=True)
    except ValueError as error:
        raise ConfigError(str(error)) from error
