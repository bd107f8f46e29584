"""What PyTorch does in the place of each optimizer, and random settings of ours."""

from collections.abc import Callable
from typing import Any

import numpy as np
from with_torch import torch

from cnnviz.nn.optim import SGD, AdaGrad, Adam, AdamW, Optimizer, RMSProp

Rng = np.random.Generator


def maybe(rng: Rng, low: float, high: float) -> float:
    """Draw a number, or 0: half of the settings go without."""
    return float(rng.uniform(low, high)) if rng.random() < 0.5 else 0.0


def tiny(rng: Rng) -> float:
    return float(10 ** rng.uniform(-10, -2))


def sgd(rng: Rng) -> Optimizer:
    momentum = maybe(rng, 0.1, 0.99)
    nesterov = bool(momentum and rng.random() < 0.5)
    return SGD(momentum=momentum, nesterov=nesterov, weight_decay=maybe(rng, 0, 0.3))


def betas(rng: Rng) -> tuple[float, float]:
    return float(rng.uniform(0, 0.99)), float(rng.uniform(0, 0.9999))


DRAWS: dict[str, Callable[[Rng], Optimizer]] = {
    "SGD": sgd,
    "AdaGrad": lambda rng: AdaGrad(
        initial_accumulator=maybe(rng, 0.01, 1), eps=tiny(rng), weight_decay=maybe(rng, 0, 0.3)
    ),
    "RMSProp": lambda rng: RMSProp(
        alpha=float(rng.uniform(0.1, 0.999)),
        eps=tiny(rng),
        momentum=maybe(rng, 0.1, 0.99),
        centered=bool(rng.random() < 0.5),
        weight_decay=maybe(rng, 0, 0.3),
    ),
    "Adam": lambda rng: Adam(betas(rng), eps=tiny(rng), weight_decay=maybe(rng, 0, 0.3)),
    "AdamW": lambda rng: AdamW(betas(rng), eps=tiny(rng), weight_decay=maybe(rng, 0, 0.3)),
}

TWINS: dict[str, Callable[[Any, Any, float], Any]] = {
    "SGD": lambda ours, params, lr: torch.optim.SGD(
        params,
        lr,
        momentum=ours.momentum,
        nesterov=ours.nesterov,
        weight_decay=ours.weight_decay,
    ),
    "AdaGrad": lambda ours, params, lr: torch.optim.Adagrad(
        params,
        lr,
        initial_accumulator_value=ours.initial_accumulator,
        eps=ours.eps,
        weight_decay=ours.weight_decay,
    ),
    "RMSProp": lambda ours, params, lr: torch.optim.RMSprop(
        params,
        lr,
        alpha=ours.alpha,
        eps=ours.eps,
        momentum=ours.momentum,
        centered=ours.centered,
        weight_decay=ours.weight_decay,
    ),
    "Adam": lambda ours, params, lr: torch.optim.Adam(
        params, lr, betas=ours.betas, eps=ours.eps, weight_decay=ours.weight_decay
    ),
    "AdamW": lambda ours, params, lr: torch.optim.AdamW(
        params, lr, betas=ours.betas, eps=ours.eps, weight_decay=ours.weight_decay
    ),
}
"""Functions of (our optimizer, tensors, learning rate)."""


def twin(ours: Optimizer, params: list[Any], lr: float) -> Any:
    """Return PyTorch's optimizer in the place of ours."""
    return TWINS[type(ours).__name__](ours, params, lr)
