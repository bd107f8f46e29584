"""A layer's output in a few numbers, and softmax step by step."""

import numpy as np
import pytest

from cnnviz.explain.activity import activity, written_softmax
from cnnviz.nn.layers import ReLU, Sigmoid, Tanh
from cnnviz.nn.losses import softmax


def test_range_mean_zeros_and_silent_maps() -> None:
    output = np.array([[[[0, 3], [-1, 0]], [[0, 0], [0, 0]]]], np.float32)
    found = activity(output, ReLU())
    assert found.shape == (2, 2, 2)
    assert (found.least, found.most, found.mean) == (-1, 3, 0.25)
    assert (found.zeros, found.silent, found.strange) == (0.75, 1, 0)
    assert found.saturated is None


@pytest.mark.parametrize(
    ("layer", "values"), [(Tanh(), [0.96, -0.96, 0.9, 0]), (Sigmoid(), [0.98, 0.02, 0.95, 0.5])]
)
def test_two_of_four_are_saturated(layer: Tanh | Sigmoid, values: list[float]) -> None:
    assert activity(np.array([values], np.float32), layer).saturated == 0.5


def test_what_is_no_number_is_counted_and_left_out() -> None:
    found = activity(np.array([[np.nan, np.inf, 2, 4]], np.float32))
    assert (found.least, found.most, found.mean, found.strange) == (2, 4, 3, 2)
    nothing = activity(np.full((1, 3), np.nan, np.float32))
    assert np.isnan([nothing.least, nothing.most, nothing.mean]).all()


def test_two_images_are_refused() -> None:
    with pytest.raises(ValueError, match=r"one image has shape \(1, …\), received \(2, 3\)"):
        activity(np.zeros((2, 3), np.float32))


def test_softmax_of_three_logits() -> None:
    found = written_softmax(np.array([0, np.log(2), np.log(4)], np.float32))
    np.testing.assert_allclose(found.powers, [0.25, 0.5, 1], rtol=1e-6)
    assert found.total == pytest.approx(1.75)
    np.testing.assert_allclose(found.probs, np.array([1, 2, 4]) / 7, rtol=1e-6)


def test_the_probabilities_are_the_engines_and_the_steps_lead_there() -> None:
    logits = np.random.default_rng(0).normal(0, 30, 10).astype(np.float32)
    found = written_softmax(logits)
    assert found.probs.tobytes() == softmax(logits[None])[0].tobytes()
    np.testing.assert_allclose(found.powers / found.total, found.probs, rtol=1e-5)
