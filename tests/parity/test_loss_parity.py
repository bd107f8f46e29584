"""Every loss on random logits: value, probabilities and gradient."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from with_torch import close, tensor, torch

from cnnviz.nn.losses import LOSSES, CrossEntropy, Loss, MeanSquaredError

F = torch.nn.functional


def squared(loss: Any, logits: Any, labels: Any) -> Any:
    """Compare probabilities: PyTorch's own layer knows neither softmax nor labels."""
    target = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return F.mse_loss(torch.softmax(logits, dim=1), target)


TWINS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "CrossEntropy": lambda loss, logits, labels: F.cross_entropy(
        logits, labels, label_smoothing=loss.label_smoothing
    ),
    "MeanSquaredError": squared,
}
DRAWS: dict[str, Callable[[np.random.Generator], Loss]] = {
    "CrossEntropy": lambda rng: CrossEntropy(
        label_smoothing=float(rng.choice([0, rng.uniform(0, 0.99)]))
    ),
    "MeanSquaredError": lambda rng: MeanSquaredError(),
}
SCALES: dict[str, list[float]] = {
    "CrossEntropy": [0.1, 1, 10, 300],
    # Where a probability is nearly 1, its distance from 1 has few digits left, on both sides.
    "MeanSquaredError": [0.1, 1, 3],
}
"""How large the logits are."""


@pytest.mark.parametrize("name", LOSSES)
def test_loss_is_pytorchs(name: str) -> None:
    rng = np.random.default_rng([*name.encode()])
    for _ in range(200):
        loss = DRAWS[name](rng)
        images, classes = (int(n) for n in rng.integers(1, 13, 2))
        logits = rng.standard_normal((images, classes)) * rng.choice(SCALES[name])
        labels = rng.integers(0, classes, images)
        where = f"{loss} on {images} images, {classes} classes, logits to {np.abs(logits).max():g}"
        ours, probs, grad = loss(logits, labels)

        theirs = tensor(logits, grad=True)
        their_loss = TWINS[name](loss, theirs, tensor(labels))
        their_loss.backward()
        close(np.float64(ours), their_loss, where)
        close(probs, torch.softmax(theirs, dim=1), f"{where}: probabilities")
        close(grad, theirs.grad, f"{where}: gradient")


@pytest.mark.parametrize("name", LOSSES)
def test_a_part_of_a_batch_has_its_share_of_pytorchs_mean(name: str) -> None:
    rng = np.random.default_rng(0)
    loss = DRAWS[name](rng)
    logits, labels = rng.standard_normal((7, 5)), rng.integers(0, 5, 7)
    parts = [loss(logits[p], labels[p], denominator=7) for p in (slice(0, 3), slice(3, 7))]
    theirs = tensor(logits, grad=True)
    their_loss = TWINS[name](loss, theirs, tensor(labels))
    their_loss.backward()
    close(np.float64(sum(part[0] for part in parts)), their_loss, "loss")
    close(np.concatenate([part[2] for part in parts]), theirs.grad, "gradient")


def test_every_loss_has_its_line() -> None:
    assert set(TWINS) == set(DRAWS) == set(SCALES) == set(LOSSES)
