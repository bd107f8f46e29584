"""What stands in the settings before anybody changes them: the recipe of network and data."""

import math
from dataclasses import dataclass, replace
from typing import Any

from cnnviz.nn.architectures import ARCHITECTURES, Architecture
from cnnviz.nn.optim import OPTIMIZERS
from cnnviz.training.augment import Augment
from cnnviz.training.config import REGISTRIES, TrainConfig
from cnnviz.ui.state import field_defaults, field_values
from cnnviz.ui.train.typed import CONFIG_KEYS

NETWORK = "tiny"
FOR_OWN = "im2col-lenet"  # whose numbers the reader's own network begins with
OWN = "my-network"
DATA = "digits"
SMOOTHING = 0.9
ENOUGH_STEPS = 500


@dataclass(frozen=True)
class Recipe:
    """Numbers that train a network well on so many images."""

    network: str
    images: int

    def config(self) -> TrainConfig:
        """Return them as a training's settings."""
        base = architecture(self.network)
        return replace(TrainConfig.of(base), epochs=enough_epochs(base, self.images))

    def values(self) -> dict[str, Any]:
        """Return the settings' values under their shared names."""
        return field_defaults() | config_values(self.config())


def config_values(config: TrainConfig) -> dict[str, Any]:
    """Return a training's settings under their shared names."""
    values = {key: getattr(config, name) for key, name in CONFIG_KEYS.items()}
    for name in REGISTRIES:
        chosen = getattr(config, name)
        values |= {name: type(chosen).__name__} | field_values(type(chosen), chosen)
    return values | field_values(Augment, config.augment)


def usual_lr(network: str, optimizer: str) -> float:
    """Return the network's own learning rate, or with another optimizer than its own that one's."""
    base = architecture(network)
    own = base.optimizer["type"] == optimizer
    return base.lr if own else OPTIMIZERS[optimizer].usual_lr


def architecture(network: str) -> Architecture:
    """Return a named network; for the reader's own the one whose numbers suit many."""
    return ARCHITECTURES.get(network, ARCHITECTURES[FOR_OWN])


def enough_epochs(base: Architecture, images: int) -> int:
    """Return the network's epochs, or more where so few images make too few steps."""
    steps = max(1, math.ceil(0.9 * images / base.batch_size))
    return max(base.epochs, math.ceil(ENOUGH_STEPS / steps))
