import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from cnnviz.figures.thin import thin

values = st.floats(-1e6, 1e6, width=32) | st.just(float("nan"))
curves = npst.arrays(np.float32, st.integers(1, 400), elements=values)


def test_a_small_curve_stays_whole() -> None:
    x, y = thin([1, 2, 3], [0.5, 0.25, 0.125], points=4)
    assert x.tolist() == [1, 2, 3]
    assert y.tolist() == [0.5, 0.25, 0.125]
    assert x.dtype == y.dtype == np.float32


def test_each_bucket_keeps_its_extremes_in_their_order() -> None:
    # ends 0 and 9; buckets [5 1 7 2] and [3 8 0 4]
    x, y = thin(range(10), [0, 5, 1, 7, 2, 3, 8, 0, 4, 9], points=6)
    assert x.tolist() == [0, 2, 3, 6, 7, 9]
    assert y.tolist() == [0, 1, 7, 8, 0, 9]


def test_a_gap_is_no_extreme_and_a_long_one_stays() -> None:
    nan = float("nan")
    x, y = thin(range(10), [0, nan, 1, nan, 2, nan, nan, nan, nan, 9], points=6)
    assert x.tolist() == [0, 2, 4, 5, 9]
    assert np.isnan(y[3])


def test_an_empty_curve_is_a_curve() -> None:
    x, y = thin([], [])
    assert x.shape == y.shape == (0,)


@given(y=curves, points=st.integers(4, 120))
def test_thinning_keeps_what_the_eye_looks_for(y: np.ndarray, points: int) -> None:
    x = np.arange(len(y))
    kept_x, kept_y = thin(x, y, points)
    assert len(kept_x) == len(kept_y) <= max(points, 0)
    assert (np.diff(kept_x) > 0).all()
    np.testing.assert_array_equal(kept_y, y[kept_x.astype(int)])
    assert kept_x[0] == 0
    assert kept_x[-1] == len(y) - 1
    if not np.isnan(y).all():
        assert np.nanmin(kept_y) == np.nanmin(y)
        assert np.nanmax(kept_y) == np.nanmax(y)


def test_a_single_spike_among_a_million_is_seen() -> None:
    y = np.zeros(1_000_000, np.float32)
    y[654_321] = 1
    x, kept = thin(np.arange(len(y)), y)
    assert len(x) <= 2000
    assert x[kept.argmax()] == 654_321


@pytest.mark.parametrize(
    ("x", "y", "points", "told"),
    [
        ([1, 2], [1], 10, r"as many x as y in one row each, got shapes \(2,\) and \(1,\)"),
        ([[1]], [[1]], 10, "in one row each"),
        ([1], [1], 3, "at least 4 points: both ends, one low, one high, got 3"),
    ],
)
def test_what_is_no_curve_is_refused(x: list, y: list, points: int, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        thin(x, y, points)
