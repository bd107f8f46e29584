"""Precision, recall, F1, calibration, and judging a checkpoint."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from cnnviz.training.events import Evaluation
from cnnviz.training.metrics import confusion_counts
from cnnviz.training.scores import class_scores, reliability


def evaluation(predictions: list[int], confidences: list[float]) -> Evaluation:
    return Evaluation(0.0, 0.0, np.array(predictions, np.uint8), np.array(confidences, np.float32))


def test_scores_of_three_classes_written_out() -> None:
    found = class_scores(np.array([[3, 1, 0], [2, 4, 0], [0, 0, 0]]))
    assert found.hits.tolist() == [3, 4, 0]
    assert found.predicted.tolist() == [5, 5, 0]
    assert found.actual.tolist() == [4, 6, 0]
    assert found.precision[:2].tolist() == [3 / 5, 4 / 5]
    assert found.recall[:2].tolist() == [3 / 4, 4 / 6]
    assert found.f1[:2].tolist() == [6 / 9, 8 / 11]
    assert all(np.isnan(column[2]) for column in (found.precision, found.recall, found.f1))


def test_a_class_that_is_never_predicted_has_recall_zero_and_no_precision() -> None:
    found = class_scores(np.array([[2, 0], [3, 0]]))
    assert found.recall.tolist() == [1, 0]
    assert found.precision[0] == 0.4 and np.isnan(found.precision[1])
    assert found.f1[1] == 0


@given(
    arrays(np.uint8, 40, elements=some.integers(0, 4)),
    arrays(np.uint8, 40, elements=some.integers(0, 4)),
)
def test_scores_agree_with_scikit_learn(labels: np.ndarray, taken: np.ndarray) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    found = class_scores(confusion_counts(labels, taken, 5))
    theirs = metrics.precision_recall_fscore_support(
        labels, taken, labels=range(5), zero_division=np.nan
    )
    np.testing.assert_allclose(found.precision, theirs[0])
    np.testing.assert_allclose(found.recall, theirs[1])
    np.testing.assert_allclose(found.f1, theirs[2])
    assert found.actual.tolist() == theirs[3].tolist()


def test_reliability_written_out() -> None:
    labels = np.array([0, 0, 0, 0, 0], np.uint8)
    found = reliability(labels, evaluation([0, 1, 0, 0, 1], [0.25, 0.5, 0.75, 1.0, 1.0]), bins=2)
    assert found.edges.tolist() == [0, 0.5, 1]
    assert found.images.tolist() == [2, 3]  # a confidence on an edge is in the bin below
    assert found.right.tolist() == [1, 2]
    assert found.confidence == pytest.approx([0.375, 2.75 / 3])
    assert found.accuracy == pytest.approx([0.5, 2 / 3])
    assert found.error == pytest.approx((2 * 0.125 + 3 * 0.25) / 5)
    assert found.unsure == 0


def test_what_is_no_number_is_in_no_bin() -> None:
    labels = np.zeros(3, np.uint8)
    found = reliability(labels, evaluation([0, 0, 0], [np.nan, 1.0, np.nan]))
    assert (found.images.sum(), found.unsure, found.error) == (1, 2, 0)
    nothing = reliability(labels, evaluation([0, 0, 0], [np.nan] * 3))
    assert nothing.images.sum() == 0 and np.isnan(nothing.error)


@given(
    arrays(np.float32, some.integers(1, 50), elements=some.floats(0, 1, width=32)),
    some.integers(1, 30),
    some.randoms(use_true_random=False),
)
def test_every_image_is_in_its_bin_once(sure: np.ndarray, bins: int, chance: object) -> None:
    labels = np.zeros(len(sure), np.uint8)
    taken = [chance.randrange(2) for _ in sure]
    found = reliability(labels, evaluation(taken, sure.tolist()), bins)
    assert found.images.sum() == len(sure)
    assert found.right.sum() == taken.count(0)
    filled = found.images > 0
    assert (found.confidence[filled] >= found.edges[:-1][filled] - 1e-9).all()
    assert (found.confidence[filled] <= found.edges[1:][filled] + 1e-9).all()
    assert 0 <= found.error <= 1
    overall = abs(taken.count(0) / len(sure) - float(sure.astype(float).mean()))
    assert found.error >= overall - 1e-9  # Jensen: binning never hides the mean gap


def test_no_bins_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 bin to be counted in, got 0"):
        reliability(np.zeros(1, np.uint8), evaluation([0], [1.0]), 0)
