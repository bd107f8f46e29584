"""Dead and saturated filters."""

import numpy as np
import pytest

from cnnviz.explain.health import health
from cnnviz.explain.images import evenly
from cnnviz.nn.layers import BatchNorm2d, Conv2d, Flatten, LeakyReLU, Linear, ReLU, Sigmoid, Tanh
from cnnviz.nn.layers.base import Layer
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import ModelParams
from tests.explain.looked import SIDES, Made, drawn, network, noise, result_of


def copies(
    activation: Layer | None, weights: list[float], biases: list[float]
) -> tuple[Sequential, ModelParams]:
    """Filters of one weight each."""
    middle = (activation,) if activation else ()
    model = Sequential((Conv2d(len(weights), 1), *middle, Flatten(), Linear(2)))
    params = model.init((1, 1, 2), np.random.default_rng(0))
    params[0]["weight"][:] = np.reshape(weights, (-1, 1, 1, 1))
    params[0]["bias"][:] = biases
    return model, params


def test_a_dead_filter_is_found() -> None:
    model, params = copies(ReLU(), [1, -1, 1], [0, 0, -4])
    found = result_of(health(model, params, 0, SIDES, evenly(4, 4)))
    assert found.states() == ["alive", "dead", "alive"]
    assert found.active.tolist() == [1, 0, 0.25]
    assert found.zeros.tolist() == [0.5, 1, 7 / 8]
    assert found.highest.tolist() == [5, 0, 1]
    assert (found.images, found.function) == (4, "ReLU")


def test_one_in_two_hundred_images_is_rare() -> None:
    x = np.zeros((200, 1, 1, 2), np.float32)
    x[150] = 1
    model, params = copies(ReLU(), [1, 1], [-0.5, 0.5])
    found = result_of(health(model, params, 0, Made(x, np.zeros(200, np.int64)), evenly(200, 200)))
    assert found.states() == ["rare", "alive"]
    np.testing.assert_allclose(found.active, [1 / 200, 1])


@pytest.mark.parametrize(
    ("activation", "low", "high"), [(Tanh(), -1.8, 1.84), (Sigmoid(), -3.6, 3.67)]
)
def test_beyond_ninety_five_percent_of_its_range_it_is_saturated(
    activation: Layer, low: float, high: float
) -> None:
    """tanh(1.832) = 0.95; of sigmoid's way from ½ to 1 that is 0.975, at 3.664."""
    model, params = copies(activation, [0, 0, 0, 0], [high, -high, low, 0])
    found = result_of(health(model, params, 0, SIDES, evenly(4, 4)))
    assert found.saturated.tolist() == [1, 1, 0, 0]
    assert found.states() == ["saturated", "saturated", "alive", "alive"]


@pytest.mark.parametrize("activation", [None, LeakyReLU(0.1)])
def test_what_cannot_die_is_alive(activation: Layer | None) -> None:
    model, params = copies(activation, [-1, 1], [-9, 0])
    found = result_of(health(model, params, 0, SIDES, evenly(4, 4)))
    assert found.states() == ["alive", "alive"]
    assert found.function == (type(activation).__name__ if activation else "")


def test_what_is_no_number_is_broken() -> None:
    model, params = copies(ReLU(), [np.nan, 1, np.inf], [0, 0, 0])
    assert result_of(health(model, params, 0, SIDES, evenly(4, 4))).states() == [
        "broken",
        "alive",
        "broken",
    ]


def test_it_counts_what_the_trace_shows() -> None:
    model = network(BatchNorm2d(), ReLU())
    params, images = drawn(model), noise(300)
    found = result_of(health(model, params, 0, images, evenly(300, 130)))
    after = model.trace(params, images.x[evenly(300, 130)])[2].output
    np.testing.assert_allclose(found.zeros, (after == 0).mean(axis=(0, 2, 3)))
    np.testing.assert_allclose(found.active, (after > 0).any(axis=(2, 3)).mean(axis=0))
