import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.nn.losses import softmax, softmax_cross_entropy


def test_two_images_by_hand() -> None:
    logits = np.array([[0.0, 0.0], [math.log(3), 0.0]])
    loss, probs, grad = softmax_cross_entropy(logits, np.array([0, 1]))
    np.testing.assert_allclose(probs, [[0.5, 0.5], [0.75, 0.25]])
    assert loss == pytest.approx((math.log(2) + math.log(4)) / 2)
    np.testing.assert_allclose(grad, [[-0.25, 0.25], [0.375, -0.375]])


def test_huge_logits_do_not_overflow() -> None:
    logits = np.array([[1000.0, 0.0, -1000.0]], np.float32)
    with np.errstate(all="raise", under="ignore"):
        assert softmax(logits).tolist() == [[1, 0, 0]]
        assert softmax_cross_entropy(logits, np.array([2]))[0] == 2000


def test_the_parts_of_a_batch_add_up() -> None:
    rng = np.random.default_rng(0)
    logits, labels = rng.standard_normal((7, 5)), rng.integers(0, 5, 7)
    loss, probs, grad = softmax_cross_entropy(logits, labels)
    parts = [
        softmax_cross_entropy(logits[part], labels[part], denominator=7)
        for part in (slice(0, 3), slice(3, 7))
    ]
    assert loss == pytest.approx(parts[0][0] + parts[1][0])
    np.testing.assert_allclose(grad, np.concatenate([parts[0][2], parts[1][2]]))
    np.testing.assert_allclose(probs.sum(axis=1), 1)


@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 99))
def test_the_gradient_is_the_losses_slope(N: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, labels = rng.standard_normal((N, classes)), rng.integers(0, classes, N)
    along, eps = rng.standard_normal((N, classes)), 1e-5
    above, below = (
        softmax_cross_entropy(logits + sign * eps * along, labels)[0] for sign in (1, -1)
    )
    grad = softmax_cross_entropy(logits, labels)[2]
    assert (above - below) / (2 * eps) == pytest.approx((grad * along).sum(), abs=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_kind_of_number_is_kept(dtype: Any) -> None:
    logits = np.zeros((2, 3), dtype)
    _, probs, grad = softmax_cross_entropy(logits, np.array([0, 1], np.uint8))
    assert probs.dtype == grad.dtype == dtype
    assert not logits.any()


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (
            np.array([0, 3]),
            "Labels must be from 0 to 2 for a network with 3 outputs, received labels from 0 to 3.",
        ),
        (np.array([-1, 1]), "Labels must be from 0 to 2 for a network with 3 outputs, received"),
        (np.array([0.0, 1.0]), "Labels must be integers, received float64."),
        (np.array([0]), "There must be one label for each of 2 images, received shape (1,)."),
    ],
)
def test_labels_that_are_none(labels: Any, sentence: str) -> None:
    with pytest.raises(ValueError) as error:
        softmax_cross_entropy(np.zeros((2, 3)), labels)
    assert str(error.value).startswith(sentence)
