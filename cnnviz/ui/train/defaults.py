"""What stands in the settings before anybody changes them: the recipe of network and data."""

import math
from dataclasses import dataclass
from typing import Any

from cnnviz.nn.architectures import ARCHITECTURES, Architecture
from cnnviz.nn.optim import OPTIMIZERS
from cnnviz.nn.schedules import SCHEDULES
from cnnviz.nn.spec import from_spec
from cnnviz.ui.state import field_values

NETWORK = "im2col-lenet"
OWN = "my-network"
DATA = "digits"
SEED = 0
PARTS = 2
SMOOTHING = 0.9
ENOUGH_STEPS = 500


@dataclass(frozen=True)
class Recipe:
    """Numbers that train a network well on so many images."""

    network: str
    images: int

    def values(self) -> dict[str, Any]:
        """Return the settings' values under their shared names."""
        base = architecture(self.network)
        optimizer = from_spec(OPTIMIZERS, base.optimizer)
        schedule = from_spec(SCHEDULES, base.schedule)
        chosen = field_values(type(optimizer), optimizer) | field_values(type(schedule), schedule)
        return field_defaults() | {
            "optimizer": base.optimizer["type"],
            "schedule": base.schedule["type"],
            **chosen,
            "lr": base.lr,
            "batch": base.batch_size,
            "epochs": enough_epochs(base, self.images),
        }


def architecture(network: str) -> Architecture:
    """Return a named network; the default one for names that are not known, the reader's own."""
    return ARCHITECTURES.get(network, ARCHITECTURES[NETWORK])


def enough_epochs(base: Architecture, images: int) -> int:
    """Return the network's epochs, or more where so few images make too few steps."""
    steps = max(1, math.ceil(0.9 * images / base.batch_size))
    return max(base.epochs, math.ceil(ENOUGH_STEPS / steps))


def field_defaults() -> dict[str, Any]:
    """Return every optimizer's and schedule's own defaults under their shared names."""
    kinds = [*OPTIMIZERS.values(), *SCHEDULES.values()]
    return {key: value for kind in kinds for key, value in field_values(kind, kind()).items()}
