"""How weights and gradients are spread."""

import numpy as np

from cnnviz.explain.spread import BINS, gradient_spread, spread_of, weight_gradient
from cnnviz.nn.layers import BatchNorm2d, Dropout, Flatten, Linear, ReLU
from cnnviz.nn.losses import CrossEntropy
from cnnviz.nn.model import Sequential
from tests.explain.looked import drawn, network, noise, result_of


def test_shares_are_written_out() -> None:
    found = spread_of([0, 7], [np.array([-1.0, 0, 0, 1]), np.array([[0.0, 0.0]])])
    assert (found.edges[0], found.edges[-1], len(found.edges)) == (-1, 1, BINS + 1)
    middle = BINS // 2
    assert (found.shares[0, 0], found.shares[0, middle], found.shares[0, -1]) == (0.25, 0.5, 0.25)
    assert found.shares[1, middle] == 1
    np.testing.assert_allclose(found.deviations, [0.5**0.5, 0])


def test_what_is_no_number_does_not_count() -> None:
    found = spread_of([0, 1], [np.array([np.nan, 2.0]), np.array([np.inf, np.nan])])
    assert found.edges[-1] == 2
    assert found.shares.sum(axis=1).tolist() == [1, 0]
    assert np.isnan(found.deviations).tolist() == [False, True]


def test_nothing_but_zeros_has_bins_too() -> None:
    assert spread_of([0], [np.zeros(3)]).shares[0, BINS // 2] == 1


def test_the_gradient_is_the_slope_of_the_loss() -> None:
    model = network(BatchNorm2d(), ReLU(), Dropout(0.5))
    images = noise(5)
    params = [{k: a.astype(np.float64) for k, a in one.items()} for one in drawn(model)]
    x, labels = images.x.astype(np.float64), images.labels
    found = weight_gradient(model, params, 0, x, labels, CrossEntropy())
    at = (2, 0, 1, 1)

    def loss(by: float) -> float:
        moved = [dict(layer) for layer in params]
        moved[0]["weight"] = params[0]["weight"].copy()
        moved[0]["weight"][at] += by
        return CrossEntropy()(model.predict(moved, x), labels)[0]

    np.testing.assert_allclose(found[at], (loss(1e-6) - loss(-1e-6)) / 2e-6, rtol=1e-5)


def test_each_checkpoint_has_its_own() -> None:
    model, images = network(ReLU()), noise(6)
    moments = {0: drawn(model, seed=1), 4: drawn(model, seed=2)}
    arguments = (0, images.x, images.labels, CrossEntropy())
    task = gradient_spread(model, (0, 4), moments.__getitem__, *arguments, lambda one: one[1])
    assert next(task) == 0.5
    task = gradient_spread(model, (0, 4), moments.__getitem__, *arguments, lambda one: one[1])
    found = result_of(task)
    for number, step in enumerate((0, 4)):
        own = weight_gradient(model, moments[step], *arguments)[1]
        np.testing.assert_allclose(found.deviations[number], own.std(), rtol=1e-5)
    assert found.steps == (0, 4)


def test_layers_in_front_need_no_gradient() -> None:
    model = Sequential((Flatten(), Linear(3)))
    params = model.init((1, 6, 5), np.random.default_rng(0))
    images = noise(2)
    assert weight_gradient(model, params, 1, images.x, images.labels, CrossEntropy()).shape == (
        3,
        30,
    )
