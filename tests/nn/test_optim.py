from typing import Any

import numpy as np
import pytest

from cnnviz.nn.optim import OPTIMIZERS, SGD, AdaGrad, Adam, AdamW, Optimizer, RMSProp, base
from cnnviz.nn.spec import from_spec, to_spec
from cnnviz.nn.types import ModelParams

VARIANTS: list[Optimizer] = [
    SGD(),
    SGD(weight_decay=0.1),
    SGD(momentum=0.9),
    SGD(momentum=0.9, weight_decay=0.1),
    SGD(momentum=0.8, nesterov=True, weight_decay=0.01),
    Adam(),
    Adam(betas=(0.7, 0.9), eps=1e-4, weight_decay=0.1),
    AdamW(),
    AdamW(betas=(0.7, 0.9), eps=1e-4, weight_decay=0.2),
    AdaGrad(),
    AdaGrad(initial_accumulator=0.3, eps=1e-3, weight_decay=0.1),
    RMSProp(),
    RMSProp(alpha=0.8, eps=1e-3, momentum=0.7, weight_decay=0.1),
    RMSProp(alpha=0.9, centered=True),
    RMSProp(alpha=0.9, momentum=0.5, centered=True),
]
every_variant = pytest.mark.parametrize("optimizer", VARIANTS, ids=str)


def textbook(optimizer: Any, start: Any, grads: list[Any], lr: float) -> Any:
    """The rules as PyTorch's manual writes them, in whole arrays."""
    p, first, second, third = start.copy(), *(np.zeros_like(start) for _ in range(3))
    for step, grad in enumerate(grads, start=1):
        apart = isinstance(optimizer, AdamW)
        g = grad if apart else grad + optimizer.weight_decay * p
        p = p - lr * optimizer.weight_decay * p if apart else p
        match optimizer:
            case SGD():
                first = optimizer.momentum * first + g
                change = g + optimizer.momentum * first if optimizer.nesterov else first
            case Adam():
                beta1, beta2 = optimizer.betas
                first = beta1 * first + (1 - beta1) * g
                second = beta2 * second + (1 - beta2) * g**2
                mean, square = first / (1 - beta1**step), second / (1 - beta2**step)
                change = mean / (np.sqrt(square) + optimizer.eps)
            case AdaGrad():
                first = first + g**2
                change = g / (np.sqrt(optimizer.initial_accumulator + first) + optimizer.eps)
            case RMSProp():
                first = optimizer.alpha * first + (1 - optimizer.alpha) * g**2
                second = optimizer.alpha * second + (1 - optimizer.alpha) * g
                variance = first - second**2 if optimizer.centered else first
                third = optimizer.momentum * third + g / (np.sqrt(variance) + optimizer.eps)
                change = third
        p = p - lr * change
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


def test_adamw_shrinks_by_its_own_decay_and_adam_by_the_gradients() -> None:
    """Without a gradient: 2 · (1 − 0.1 · 0.5) = 1.9, but Adam takes a whole step of 0.1."""
    zero, start = [np.array([0.0])], np.array([2.0])
    assert trajectory(AdamW(weight_decay=0.5), start, zero) == pytest.approx(1.9)
    assert trajectory(Adam(weight_decay=0.5), start, zero) == pytest.approx(1.9)
    big = np.array([200.0])
    assert trajectory(AdamW(weight_decay=0.5), big, zero) == pytest.approx(190)
    assert trajectory(Adam(weight_decay=0.5), big, zero) == pytest.approx(199.9)


def test_two_steps_of_adagrad_by_hand() -> None:
    """Gradients 3 and 4: steps of 0.1 · 3/3 and 0.1 · 4/5; begun at 16: of 0.1 · 3/5."""
    grads, start = [np.array([3.0]), np.array([4.0])], np.array([1.0])
    assert trajectory(AdaGrad(), start, grads) == pytest.approx(0.82)
    assert trajectory(AdaGrad(16), start, grads[:1]) == pytest.approx(0.94)


def test_two_steps_of_rmsprop_by_hand() -> None:
    """Mean squares 0.25 · 4 = 1 and 0.75 · 1 + 0.25 · 4 = 1.75 of the gradient 2."""
    grads, start = [np.array([2.0])] * 2, np.array([1.0])
    moved = 1 - 0.1 * 2 - 0.1 * 2 / 1.75**0.5
    assert trajectory(RMSProp(alpha=0.75), start, grads) == pytest.approx(moved)
    assert trajectory(RMSProp(alpha=0.75, momentum=0.5), start, grads) == pytest.approx(moved - 0.1)
    # Around its mean of 0.5 the first square is 1 − 0.25.
    centered = trajectory(RMSProp(alpha=0.75, centered=True), start, grads[:1])
    assert centered == pytest.approx(1 - 0.1 * 2 / 0.75**0.5)


def test_a_variance_that_rounding_makes_negative_is_none() -> None:
    """A gradient that never changes: its mean square becomes its squared mean."""
    grads = [np.linspace(0.1, 7, 64, dtype=np.float32)] * 100
    moved = trajectory(RMSProp(alpha=0.5, centered=True), np.zeros(64, np.float32), grads)
    assert np.isfinite(moved).all()


@every_variant
@pytest.mark.parametrize("parts", [1, 3])
def test_trajectories_agree_with_the_textbook(
    optimizer: Optimizer, parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "BLOCK", 7)
    rng = np.random.default_rng(0)
    start = rng.standard_normal((5, 9))
    grads = [rng.standard_normal((5, 9)) for _ in range(20)]
    np.testing.assert_allclose(
        trajectory(optimizer, start, grads, parts),
        textbook(optimizer, start, grads, 0.1),
        rtol=1e-11,
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
    state = optimizer.init([{"weight": params[0]["weight"]}])  # it need not remember the others
    optimizer.update(params, [{"weight": np.ones(2)}], state, lr=0.1, step=1)
    assert params[0]["running_mean"].tolist() == [1, 1]


@every_variant
def test_there_and_back_as_json_data(optimizer: Optimizer) -> None:
    assert from_spec(OPTIMIZERS, to_spec(optimizer), what="optimizer") == optimizer


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
        (AdamW, {"betas": (1, 0.9)}, "AdamW: betas must be at least 0 and below 1, received 1."),
        (AdamW, {"eps": -1}, "AdamW: eps must be above 0 and finite, received -1."),
        (AdamW, {"weight_decay": -1}, "AdamW: weight_decay must be at least 0 and finite"),
        (AdaGrad, {"initial_accumulator": -1}, "AdaGrad: initial_accumulator must be at least 0"),
        (AdaGrad, {"eps": 0}, "AdaGrad: eps must be above 0 and finite, received 0."),
        (AdaGrad, {"weight_decay": "1"}, "AdaGrad: weight_decay must be a number, received '1'."),
        (RMSProp, {"alpha": 1}, "RMSProp: alpha must be at least 0 and below 1, received 1."),
        (RMSProp, {"eps": 0}, "RMSProp: eps must be above 0 and finite, received 0."),
        (RMSProp, {"momentum": 1}, "RMSProp: momentum must be at least 0 and below 1, received 1."),
        (RMSProp, {"centered": 1}, "RMSProp: centered must be true or false, received 1."),
        (RMSProp, {"weight_decay": -1}, "RMSProp: weight_decay must be at least 0 and finite"),
    ],
)
def test_settings_that_mean_nothing(kind: Any, arguments: Any, told: str) -> None:
    with pytest.raises(ValueError) as error:
        kind(**arguments)
    assert str(error.value).startswith(told)
