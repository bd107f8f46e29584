import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.nn.losses import LOSSES, CrossEntropy, Loss, MeanSquaredError, softmax
from cnnviz.nn.spec import from_spec, to_spec

VARIANTS: list[Loss] = [CrossEntropy(), CrossEntropy(label_smoothing=0.1), MeanSquaredError()]
every_variant = pytest.mark.parametrize("loss_of", VARIANTS, ids=str)

LOGITS = np.array([[0.0, 0.0], [math.log(3), 0.0]])
LABELS = np.array([0, 1])
PROBS = [[0.5, 0.5], [0.75, 0.25]]


def test_two_images_by_hand() -> None:
    loss, probs, grad = CrossEntropy()(LOGITS, LABELS)
    np.testing.assert_allclose(probs, PROBS)
    assert loss == pytest.approx((math.log(2) + math.log(4)) / 2)
    np.testing.assert_allclose(grad, [[-0.25, 0.25], [0.375, -0.375]])


def test_two_images_by_hand_with_smoothed_labels() -> None:
    """The targets are (0.9, 0.1) and (0.1, 0.9): 1 − 0.2 and 0.2 shared by both classes."""
    loss, probs, grad = CrossEntropy(label_smoothing=0.2)(LOGITS, LABELS)
    np.testing.assert_allclose(probs, PROBS)
    second = 0.1 * math.log(4 / 3) + 0.9 * math.log(4)
    assert loss == pytest.approx((math.log(2) + second) / 2)
    np.testing.assert_allclose(grad, [[-0.2, 0.2], [0.325, -0.325]])


def test_two_images_by_hand_with_squares() -> None:
    """Both cells of an image are off by the same: by 0.5, then by 0.75."""
    loss, probs, grad = MeanSquaredError()(LOGITS, LABELS)
    np.testing.assert_allclose(probs, PROBS)
    assert loss == pytest.approx((0.25 + 0.5625) / 2)
    # By the first probability: −0.5 and 0.75; softmax's slope is p (1 − p), twice in a difference.
    np.testing.assert_allclose(grad, [[-0.125, 0.125], [0.140625, -0.140625]])


@every_variant
def test_a_gradient_step_neither_adds_to_nor_takes_from_all_logits(loss_of: Loss) -> None:
    rng = np.random.default_rng(0)
    grad = loss_of(rng.standard_normal((7, 5)), rng.integers(0, 5, 7))[2]
    np.testing.assert_allclose(grad.sum(axis=1), 0, atol=1e-15)


def test_huge_logits_do_not_overflow() -> None:
    logits = np.array([[1000.0, 0.0, -1000.0]], np.float32)
    with np.errstate(all="raise", under="ignore"):
        assert softmax(logits).tolist() == [[1, 0, 0]]
        assert CrossEntropy()(logits, np.array([2]))[0] == 2000
        assert MeanSquaredError()(logits, np.array([2]))[0] == pytest.approx(2 / 3)
        smoothed, _, grad = CrossEntropy(label_smoothing=0.3)(logits, np.array([2]))
    assert smoothed == pytest.approx(0.7 * 2000 + 0.3 * 1000)
    np.testing.assert_allclose(grad, [[0.9, -0.1, -0.8]], rtol=1e-6)


@every_variant
def test_the_parts_of_a_batch_add_up(loss_of: Loss) -> None:
    rng = np.random.default_rng(0)
    logits, labels = rng.standard_normal((7, 5)), rng.integers(0, 5, 7)
    loss, probs, grad = loss_of(logits, labels)
    parts = [
        loss_of(logits[part], labels[part], denominator=7) for part in (slice(0, 3), slice(3, 7))
    ]
    assert loss == pytest.approx(parts[0][0] + parts[1][0])
    np.testing.assert_allclose(grad, np.concatenate([parts[0][2], parts[1][2]]))
    np.testing.assert_allclose(probs.sum(axis=1), 1)


@every_variant
@given(N=st.integers(1, 5), classes=st.integers(1, 6), seed=st.integers(0, 99))
def test_the_gradient_is_the_losses_slope(loss_of: Loss, N: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, labels = rng.standard_normal((N, classes)), rng.integers(0, classes, N)
    along, eps = rng.standard_normal((N, classes)), 1e-5
    above, below = (loss_of(logits + sign * eps * along, labels)[0] for sign in (1, -1))
    grad = loss_of(logits, labels)[2]
    assert (above - below) / (2 * eps) == pytest.approx((grad * along).sum(), abs=1e-8)


@every_variant
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_kind_of_number_is_kept(loss_of: Loss, dtype: Any) -> None:
    logits = np.zeros((2, 3), dtype)
    loss, probs, grad = loss_of(logits, np.array([0, 1], np.uint8))
    assert type(loss) is float
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
@every_variant
def test_labels_that_are_none(loss_of: Loss, labels: Any, sentence: str) -> None:
    with pytest.raises(ValueError) as error:
        loss_of(np.zeros((2, 3)), labels)
    assert str(error.value).startswith(sentence)


@pytest.mark.parametrize(
    ("smoothing", "told"),
    [
        (1, "must be at least 0 and below 1, received 1."),
        (-0.1, "must be at least 0 and below 1, received -0.1."),
        ("0.1", "must be a number, received '0.1'."),
        (True, "must be a number, received True."),
    ],
)
def test_a_smoothing_that_means_nothing(smoothing: Any, told: str) -> None:
    with pytest.raises(ValueError) as error:
        CrossEntropy(label_smoothing=smoothing)
    assert str(error.value) == f"CrossEntropy: label_smoothing {told}"


@every_variant
def test_there_and_back_as_json_data(loss_of: Loss) -> None:
    assert from_spec(LOSSES, to_spec(loss_of), what="loss") == loss_of


def test_every_loss_is_tried() -> None:
    assert {type(loss).__name__ for loss in VARIANTS} == set(LOSSES)


def test_a_loss_has_a_name_for_people() -> None:
    assert CrossEntropy().title == "cross-entropy"
    assert CrossEntropy(0.1).title == "cross-entropy with label smoothing 0.1"
    assert MeanSquaredError().title == "mean squared error"
