"""One step taken apart: the engine's own numbers, and sums that add up."""

import numpy as np
import pytest

from cnnviz.explain.slow_motion import Pick, follow, one_step, pickable, shares, strongest
from cnnviz.nn.layers import (
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
)
from cnnviz.nn.losses import CrossEntropy, MeanSquaredError
from cnnviz.nn.model import Sequential
from cnnviz.nn.optim import SGD

MODEL = Sequential(
    (
        Conv2d(4, 3, stride=(1, 2), padding="same", groups=2),
        BatchNorm2d(),
        ReLU(),
        MaxPool2d(2),
        Dropout(0.5),
        Flatten(),
        Linear(3),
    )
)
SHAPE = (2, 6, 8)
RNG = np.random.default_rng(0)
PARAMS = MODEL.init(SHAPE, RNG)
X = RNG.standard_normal(SHAPE).astype(np.float32)


def step(loss: object = CrossEntropy(), lr: float = 0.1):
    return one_step(MODEL, PARAMS, X, 2, loss, lr)


def test_a_single_weight_by_hand() -> None:
    """The weight is 2, x is 3: the logits are 6 and 0, so p = σ(6) for the first of two classes."""
    model = Sequential((Flatten(), Linear(2, use_bias=False)))
    params = [{}, {"weight": np.array([[2], [0]], np.float32)}]
    x = np.full((1, 1, 1), 3, np.float32)
    found = one_step(model, params, x, 1, CrossEntropy(), 0.5)
    pick = Pick(1, "weight", (0, 0))
    number = follow(found, pick)
    p = 1 / (1 + np.exp(-6))
    assert found.loss == pytest.approx(-np.log(1 - p), rel=1e-5)
    assert number.grad == pytest.approx(3 * p, rel=1e-6)
    assert number.updated == pytest.approx(2 - 0.5 * 3 * p, rel=1e-6)
    assert params[1]["weight"].tolist() == [[2], [0]]
    parts = shares(found, pick)
    assert parts.inputs.tolist() == [3] and parts.products == pytest.approx([3 * p])


def test_it_is_the_engines_step() -> None:
    found = step()
    number = follow(found, Pick(0, "weight", (3, 0, 1, 2)))
    y, caches = MODEL.forward(PARAMS, X[None])
    loss, _, grad = CrossEntropy()(y, np.array([2]))
    _, grads = MODEL.backward(PARAMS, caches, grad)
    stepped = [{key: array.copy() for key, array in layer.items()} for layer in PARAMS]
    SGD().update(stepped, grads, {}, lr=0.1, step=1)
    assert found.loss == loss
    assert number.grad == grads[0]["weight"][3, 0, 1, 2]
    assert number.updated == stepped[0]["weight"][3, 0, 1, 2]
    assert found.new_loss == CrossEntropy()(MODEL.forward(stepped, X[None])[0], np.array([2]))[0]
    assert abs(number.updated - number.exact) <= np.spacing(np.float32(abs(number.weight)))


def picks() -> list[Pick]:
    found = []
    for layer, arrays in pickable(MODEL, PARAMS):
        for name, array in arrays.items():
            found += [Pick(layer, name, index) for index in np.ndindex(array.shape)][::7]
    return found


def test_buffers_cannot_be_picked() -> None:
    names = {(layer, name) for layer, arrays in pickable(MODEL, PARAMS) for name in arrays}
    assert names == {(i, name) for i in (0, 1, 6) for name in ("weight", "bias")}


@pytest.mark.parametrize("pick", picks(), ids=str)
def test_the_products_add_up_to_the_gradient(pick: Pick) -> None:
    found = step(MeanSquaredError())
    parts = shares(found, pick)
    if pick.layer == 1:
        assert parts is None
    else:
        assert parts.products.sum() == pytest.approx(follow(found, pick).grad, rel=1e-4, abs=1e-7)
        assert parts.products.size == int(np.prod(parts.output))


def test_a_small_step_does_what_the_plane_says() -> None:
    found = step(lr=1e-3)
    assert found.expected < 0
    assert found.new_loss - found.loss == pytest.approx(found.expected, rel=0.05)


def test_the_strongest_is_farthest_from_zero() -> None:
    assert strongest(np.array([[1.0, 2], [-3, 0]])) == (1, 0)
