"""Filters in one order, their sizes, and where they are switched off."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.explain.filters import (
    activation_behind,
    bank,
    channels_read,
    importance,
    norms,
    ordered,
    response_place,
    responses,
    switch_place,
)
from cnnviz.explain.images import chunks, evenly
from cnnviz.nn.layers import (
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Layer,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
    Tanh,
)
from cnnviz.nn.losses import CrossEntropy
from cnnviz.nn.model import Sequential
from tests.explain.looked import SIDES, Made, drawn, network, noise, two_detectors


def test_norms_are_written_out() -> None:
    filters = np.array([[[[3, 4]]], [[[0, 0]]], [[[1, -1]]]], np.float32)
    np.testing.assert_allclose(norms(filters), [5, 0, 2**0.5])


def test_the_largest_stands_first_and_what_is_no_number_last() -> None:
    assert ordered([1.0, np.nan, 3.0, 1.0, -np.inf, np.inf]).tolist() == [5, 2, 0, 3, 4, 1]


@given(
    groups=st.integers(1, 3),
    per_group=st.integers(1, 3),
    inputs=st.integers(1, 3),
    kind=st.sampled_from([Conv2d, ConvTranspose2d]),
)
def test_a_filter_is_all_that_its_output_depends_on(
    groups: int, per_group: int, inputs: int, kind: type[Conv2d] | type[ConvTranspose2d]
) -> None:
    """Its response to ones is the sum of its weights, and other channels do not change it."""
    layer = kind(groups * per_group, (2, 3), stride=(2, 3), padding="valid", groups=groups)
    shape = (groups * inputs, 2, 3) if kind is Conv2d else (groups * inputs, 1, 1)
    params = layer.init(shape, np.random.default_rng(0))
    filters = bank(layer, params["weight"])
    assert filters.shape == (groups * per_group, inputs, 2, 3)
    for unit in range(len(filters)):
        read = channels_read(layer, filters, unit)
        x = np.zeros((1, *shape), np.float32)
        x[:, list(read)] = 1
        y, _ = layer.forward(params, x)
        np.testing.assert_allclose(y[0, unit].sum(), filters[unit].sum(), atol=1e-5)
        y, _ = layer.forward(params, 1 - x)
        np.testing.assert_allclose(y[0, unit], 0, atol=1e-6)


@pytest.mark.parametrize(
    ("middle", "response", "switch", "behind"),
    [
        ((), 1, 1, None),
        ((ReLU(),), 1, 2, ReLU()),
        ((BatchNorm2d(), Tanh(), MaxPool2d(2)), 2, 3, Tanh()),
        ((LocalResponseNorm(), ReLU()), 1, 1, None),
        ((MaxPool2d(2), ReLU()), 1, 1, None),
    ],
)
def test_a_filter_ends_where_channels_are_mixed(
    middle: tuple[Layer, ...], response: int, switch: int, behind: object
) -> None:
    model = network(*middle)
    assert response_place(model, 0) == response
    assert switch_place(model, 0) == switch
    assert activation_behind(model, 0) == behind


def test_importance_is_exact_where_the_loss_is_nearly_a_line() -> None:
    """With tiny weights behind it, the first term of the series is all there is."""
    model = network(ReLU())
    params = drawn(model)
    params[-1]["weight"] *= 1e-3
    images = noise(1)
    x, labels = images.x.astype(np.float64), images.labels
    params = [{name: a.astype(np.float64) for name, a in layer.items()} for layer in params]
    found = importance(model, params, 0, x, labels, CrossEntropy())
    loss, _, _ = CrossEntropy()(model.predict(params, x), labels)
    for unit in range(4):
        maps, _ = Sequential(model.layers[:2]).forward(params[:2], x)
        maps[:, unit] = 0
        logits, _ = Sequential(model.layers[2:]).forward(params[2:], maps)
        without, _, _ = CrossEntropy()(logits, labels)
        np.testing.assert_allclose(found[unit], abs(loss - without), rtol=0.02)


def test_importance_does_not_cancel_between_images() -> None:
    model, params = two_detectors()
    found = importance(model, params, 0, SIDES.x, SIDES.labels, CrossEntropy())
    alone = [
        importance(model, params, 0, SIDES.x[i : i + 1], SIDES.labels[i : i + 1], CrossEntropy())
        for i in range(4)
    ]
    np.testing.assert_allclose(found, np.mean(alone, axis=0), rtol=1e-6)
    assert (found > 0).all()


def test_responses_are_those_of_the_network() -> None:
    model = Sequential((Conv2d(2, 1), BatchNorm2d(), ReLU(), Conv2d(3, 2), Flatten(), Linear(3)))
    params = drawn(model)
    steps = model.trace(params, noise(2).x)
    before, after = responses(model, params, 0, noise(2).x)
    np.testing.assert_array_equal(before, steps[1].output)
    np.testing.assert_array_equal(after, steps[2].output)
    before, after = responses(model, params, 3, noise(2).x)
    np.testing.assert_array_equal(before, steps[3].output)
    np.testing.assert_array_equal(after, before)


def test_images_are_taken_evenly_and_each_once() -> None:
    assert evenly(10, 4).tolist() == [0, 2, 5, 7]
    assert evenly(3, 10).tolist() == [0, 1, 2]
    images = Made(np.arange(300, dtype=np.float32).reshape(-1, 1, 1, 1), np.zeros(300, np.int64))
    parts = [(part, x.ravel()) for part, x, _ in chunks(images, evenly(300, 270))]
    assert [part.start for part, _ in parts] == [0, 125, 250]
    np.testing.assert_array_equal(np.concatenate([x for _, x in parts]), evenly(300, 270))


def test_no_image_is_refused() -> None:
    with pytest.raises(ValueError, match="There is no image to look at: take at least 1"):
        next(chunks(SIDES, evenly(4, 0)))
