"""Filters switched off, and what is still right."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.explain.ablation import Scores, ablation
from cnnviz.explain.images import evenly
from cnnviz.nn.layers import BatchNorm2d, Layer, LocalResponseNorm, MaxPool2d, ReLU, Sigmoid, Tanh
from tests.explain.looked import SIDES, drawn, network, noise, result_of, two_detectors


def test_without_its_detector_a_class_is_lost() -> None:
    model, params = two_detectors()
    sets = [(), (0,), (1,), (0, 1)]
    scores = result_of(ablation(model, params, 0, SIDES, evenly(4, 4), sets, 2))
    assert scores.images.tolist() == [2, 2]
    assert scores.right.tolist() == [[2, 2], [0, 2], [2, 2], [0, 2]]  # its bias holds class 1
    assert scores.accuracy.tolist() == [1, 0.5, 1, 0.5]
    assert scores.by_class[1].tolist() == [0, 1]


@settings(max_examples=25)
@given(
    st.sampled_from(
        [
            (),
            (ReLU(),),
            (BatchNorm2d(), Sigmoid()),
            (Tanh(), MaxPool2d(2)),
            (LocalResponseNorm(3), ReLU()),
        ]
    ),
    st.lists(st.sets(st.integers(0, 3)), min_size=1, max_size=4),
    st.integers(0, 20),
)
def test_off_is_zero_where_the_next_layer_sees_it(
    middle: tuple[Layer, ...], sets: list[set[int]], seed: int
) -> None:
    """Against the plain way: every image through every layer, with zeros put in between."""
    model = network(*middle)
    params, images = drawn(model, seed=seed), noise(140, seed)  # more than a chunk
    offs = [tuple(sorted(off)) for off in sets]
    found = result_of(ablation(model, params, 0, images, evenly(140, 140), offs, 3))
    behind = {"BatchNorm2d", "ReLU", "Sigmoid", "Tanh"}
    last = 0
    while type(model.layers[last + 1]).__name__ in behind:
        last += 1
    for number, off in enumerate(offs):
        x = images.x
        for place, (layer, own) in enumerate(zip(model.layers, params, strict=True)):
            x, _ = layer.forward(own, x)
            if place == last:
                x[:, list(off)] = 0
        hits = images.labels[x.argmax(axis=1) == images.labels]
        assert found.right[number].tolist() == np.bincount(hits, minlength=3).tolist()


def test_it_tells_how_far_it_is() -> None:
    model = network(ReLU())
    task = ablation(model, drawn(model), 0, noise(200), evenly(200, 200), [(), (1,)], 3)
    shares = list(task)
    np.testing.assert_allclose(shares, [0.3125, 0.625, 0.8125, 1])


def test_a_class_without_an_image_has_no_share() -> None:
    scores = Scores(np.array([[1, 0]]), np.array([2, 0]))
    np.testing.assert_array_equal(scores.by_class, [[0.5, np.nan]])
    assert scores.accuracy.tolist() == [0.5]


def test_a_filter_that_is_not_there_is_refused() -> None:
    model, params = two_detectors()
    with pytest.raises(ValueError, match="no filter 2 to switch off: the layer has 2, from 0 to 1"):
        result_of(ablation(model, params, 0, SIDES, evenly(4, 4), [(2,)], 2))
