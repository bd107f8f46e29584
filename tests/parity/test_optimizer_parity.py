"""Every optimizer over 50 steps with random settings: the parameters after each step."""

import numpy as np
import pytest
from optimizer_twins import DRAWS, TWINS, twin
from with_torch import close, tensors

from cnnviz.nn.optim import OPTIMIZERS, Optimizer

STEPS = 50


def agree(optimizer: Optimizer, rng: np.random.Generator) -> None:
    """Follow a noisy valley on both sides, each by its own gradients, at changing rates."""
    params = {"weight": rng.standard_normal((3, 5)), "bias": rng.standard_normal(4)}
    base = 10 ** rng.uniform(-4, -1)
    theirs = tensors(params)
    their_optimizer = twin(optimizer, list(theirs.values()), base)
    state = optimizer.init([{}, params])
    for step in range(1, STEPS + 1):
        lr = float(base * rng.uniform(0.5, 1.5))
        noise = {name: rng.standard_normal(p.shape) for name, p in params.items()}
        grads = {name: 0.3 * p + noise[name] for name, p in params.items()}
        optimizer.update([{}, params], [{}, grads], state, lr=lr, step=step)

        their_optimizer.param_groups[0]["lr"] = lr
        their_optimizer.zero_grad()
        for name, p in theirs.items():
            p.grad = 0.3 * p.detach() + p.new_tensor(noise[name])
        their_optimizer.step()
        for name, p in theirs.items():
            close(params[name], p, f"{optimizer} with base rate {base:.3g}, step {step}, {name}")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_is_pytorchs(name: str) -> None:
    rng = np.random.default_rng([*name.encode()])
    for _ in range(25):
        agree(DRAWS[name](rng), rng)


def test_every_optimizer_has_its_line() -> None:
    assert set(TWINS) == set(DRAWS) == set(OPTIMIZERS)
