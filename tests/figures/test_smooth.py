import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from cnnviz.figures.smooth import smooth

curves = npst.arrays(np.float64, st.integers(1, 80), elements=st.floats(-100, 100))


def by_hand(values: np.ndarray, counts: np.ndarray, weight: float) -> list[float]:
    """The definition, term by term."""
    means = []
    for t in range(len(values)):
        factors = [counts[s] * weight ** (t - s) for s in range(t + 1)]
        means.append(np.dot(factors, values[: t + 1]) / sum(factors))
    return means


def test_four_values_by_hand() -> None:
    # 8; (4 + 0.5·8) / 1.5; (0 + 0.5·4 + 0.25·8) / 1.75; ...
    trend = smooth([8, 4, 0, 0], [1, 1, 1, 1], 0.5)
    np.testing.assert_allclose(trend, [8, 8 / 1.5, 4 / 1.75, 2 / 1.875], rtol=1e-6)
    assert trend.dtype == np.float32


def test_a_small_batch_counts_for_less() -> None:
    np.testing.assert_allclose(smooth([0, 1], [30, 10], 0.5), [0, 10 / 25], rtol=1e-6)


def test_nan_and_infinity_do_not_spread() -> None:
    trend = smooth([np.nan, 2, np.inf, 4], [1, 1, 1, 1], 0.5)
    assert np.isnan(trend[0])
    np.testing.assert_allclose(trend[1:], [2, 2, (4 + 0.25 * 2) / 1.25], rtol=1e-6)


@given(values=curves, weight=st.floats(0, 0.995))
def test_it_is_what_its_definition_says(values: np.ndarray, weight: float) -> None:
    counts = np.arange(1, len(values) + 1)
    trend = smooth(values, counts, weight)
    np.testing.assert_allclose(trend, by_hand(values, counts, weight), rtol=1e-4, atol=1e-4)


@given(values=curves, weight=st.floats(0, 0.995))
def test_what_was_drawn_never_changes(values: np.ndarray, weight: float) -> None:
    ones = np.ones(len(values))
    half = len(values) // 2
    whole, first = smooth(values, ones, weight), smooth(values[:half], ones[:half], weight)
    np.testing.assert_allclose(whole[:half], first, rtol=1e-5, atol=1e-5)


def test_an_empty_curve_stays_empty() -> None:
    assert smooth([], [], 0.9).shape == (0,)


@pytest.mark.parametrize("weight", [-0.1, 1.0, float("nan")])
def test_a_weight_that_forgets_nothing_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="at least 0 and below 1, got"):
        smooth([1.0], [1], weight)
