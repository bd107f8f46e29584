"""Which steps are kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.training import timeline_count, timeline_steps


def test_written_out() -> None:
    assert timeline_steps(3, 10) == (0, 1, 2, 3)
    assert timeline_steps(100, 6) == (0, 1, 6, 22, 51, 100)


@pytest.mark.parametrize(("count", "steps"), [(0, ()), (1, (50,)), (2, (0, 50))])
def test_where_few_fit_the_ends_count_most(count: int, steps: tuple[int, ...]) -> None:
    assert timeline_steps(50, count) == steps


@given(total=st.integers(0, 50_000), count=st.integers(2, 200))
def test_rising_from_end_to_end_and_ever_thinner(total: int, count: int) -> None:
    steps = timeline_steps(total, count)
    gaps = np.diff(steps)
    assert steps[0] == 0
    assert steps[-1] == total
    assert len(steps) == min(count, total + 1)
    assert (gaps >= 1).all()
    assert (np.diff(gaps) >= -1).all()  # rounding may take one back


def test_two_hundred_files_and_two_hundred_megabytes() -> None:
    assert timeline_count(180_000) == 200
    assert timeline_count(13_000_000) == 15
    assert timeline_count(300_000_000) == 0
    assert timeline_count(13_000_000, 39_000_000) == 9  # beside two resume files with Adam's means
    assert timeline_count(40_000_000, 120_000_000) == 2
