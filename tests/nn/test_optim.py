from typing import Any

import numpy as np
import pytest

from cnnviz.nn import optim
from cnnviz.nn.optim import OPTIMIZERS, SGD, Adam, Optimizer
from cnnviz.nn.types import ModelParams

VARIANTS: list[Optimizer] = [
    SGD(),
    SGD(weight_decay=0.1),
    SGD(momentum=0.9),
    SGD(momentum=0.9, weight_decay=0.1),
    SGD(momentum=0.8, nesterov=True, weight_decay=0.01),
    Adam(),
    Adam(betas=(0.7, 0.9), eps=1e-4, weight_decay=0.1),
]
every_variant = pytest.mark.parametrize("optimizer", VARIANTS, ids=str)


def textbook(optimizer: Any, start: Any, grads: list[Any], lr: float) -> Any:
    """The rules as PyTorch's manual writes them, in whole arrays."""
    p, first, second = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for step, grad in enumerate(grads, start=1):
        g = grad + optimizer.weight_decay * p
        if isinstance(optimizer, SGD):
            first = optimizer.momentum * first + g
            g = g + optimizer.momentum * first if optimizer.nesterov else first
            p = p - lr * g
        else:
            beta1, beta2 = optimizer.betas
            first = beta1 * first + (1 - beta1) * g
            second = beta2 * second + (1 - beta2) * g**2
            mean, square = first / (1 - beta1**step), second / (1 - beta2**step)
            p = p - lr * mean / (np.sqrt(square) + optimizer.eps)
    return p


def trajectory(optimizer: Optimizer, start: Any, grads: list[Any], parts: int = 1) -> Any:
    params: ModelParams = [{}, {"weight": start.copy()}]
    state = optimizer.init(params)
    for step, grad in enumerate(grads, start=1):
        for part in range(parts):
            optimizer.update(
                params, [{}, {"weight": grad}], state, lr=0.1, step=step, part=(part, parts)
            )
    return params[1]["weight"]


def test_two_steps_by_hand() -> None:
    """The velocity is 1, then 0.5·1 + 2 = 2.5: from 10 to 9.9 to 9.65."""
    grads = [np.array([1.0]), np.array([2.0])]
    start = np.array([10.0])
    assert trajectory(SGD(), start, grads) == pytest.approx(9.7)
    assert trajectory(SGD(momentum=0.5), start, grads) == pytest.approx(9.65)
    assert trajectory(SGD(momentum=0.5, nesterov=True), start, grads) == pytest.approx(9.525)


def test_adams_first_step_is_the_rate_whatever_the_gradient() -> None:
    for gradient in (1e-3, 1.0, 1e3):
        moved = trajectory(Adam(), np.array([1.0]), [np.array([gradient])])
        assert moved == pytest.approx(0.9, abs=1e-5)


@every_variant
@pytest.mark.parametrize("parts", [1, 3])
def test_trajectories_agree_with_the_textbook(
    optimizer: Optimizer, parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optim, "BLOCK", 7)
    rng = np.random.default_rng(0)
    start = rng.standard_normal((5, 9))
    grads = [rng.standard_normal((5, 9)) for _ in range(20)]
    np.testing.assert_allclose(
        trajectory(optimizer, start, grads, parts),
        textbook(optimizer, start, grads, 0.1),
        rtol=1e-12,
    )


@every_variant
def test_gradients_stay_and_numbers_stay_float32(optimizer: Optimizer) -> None:
    params: ModelParams = [{"weight": np.ones((3, 2), np.float32), "bias": np.ones(3, np.float32)}]
    grads: ModelParams = [{key: np.full_like(array, 2) for key, array in params[0].items()}]
    state = optimizer.init(params)
    for array in grads[0].values():
        array.setflags(write=False)
    before = params[0]["weight"]
    optimizer.update(params, grads, state, lr=0.1, step=1)
    assert params[0]["weight"] is before
    assert (before != 1).all() and (params[0]["bias"] != 1).all()
    arrays = [*params[0].values(), *(a for s in state.values() for a in s[0].values())]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


@every_variant
def test_arrays_without_a_gradient_are_left_alone(optimizer: Optimizer) -> None:
    params: ModelParams = [{"weight": np.ones(2), "running_mean": np.ones(2)}]
    optimizer.update(params, [{"weight": np.ones(2)}], optimizer.init(params), lr=0.1, step=1)
    assert params[0]["running_mean"].tolist() == [1, 1]


def test_every_optimizer_is_tried() -> None:
    assert {type(optimizer).__name__ for optimizer in VARIANTS} == set(OPTIMIZERS)


@pytest.mark.parametrize(
    ("kind", "arguments", "told"),
    [
        (SGD, {"momentum": 1}, "SGD: momentum must be at least 0 and below 1, received 1."),
        (SGD, {"momentum": "0"}, "SGD: momentum must be a number"),
        (SGD, {"weight_decay": -1}, "SGD: weight_decay must be at least 0 and finite"),
        (SGD, {"nesterov": 1, "momentum": 0.9}, "SGD: nesterov must be true or false, received 1"),
        (SGD, {"nesterov": True}, "SGD: nesterov looks ahead along the momentum, which is 0"),
        (Adam, {"betas": 0.9}, "Adam: betas must be a pair of numbers, received 0.9."),
        (Adam, {"betas": (0.9, 0.9, 0.9)}, "Adam: betas must be a pair of numbers, received"),
        (Adam, {"betas": (0.9, 1.0)}, "Adam: betas must be at least 0 and below 1, received 1.0."),
        (Adam, {"eps": 0}, "Adam: eps must be above 0 and finite, received 0."),
        (Adam, {"weight_decay": True}, "Adam: weight_decay must be a number, received True."),
    ],
)
def test_settings_that_mean_nothing(kind: Any, arguments: Any, told: str) -> None:
    with pytest.raises(ValueError) as error:
        kind(**arguments)
    assert str(error.value).startswith(told)
