"""im2col as it is shown: where entries come from, how often cells repeat, the way back."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.explain.columns import (
    inner,
    memory,
    origins,
    race,
    repeats,
    timed,
    unfold,
    way_back,
)
from cnnviz.nn import reference
from cnnviz.nn.geometry import ShapeError
from cnnviz.nn.layers import Conv2d
from tests.nn.configurations import sliding

X = np.arange(1, 10, dtype=np.float32).reshape(1, 3, 3)
WEIGHT = np.array([[[[1, 0], [0, -1]]], [[[1, 1], [1, 1]]]], np.float32)


def test_a_small_image_by_hand() -> None:
    found = unfold(Conv2d(2, 2, use_bias=False), X, WEIGHT)
    assert found.columns.tolist() == [[1, 2, 4, 5], [2, 3, 5, 6], [4, 5, 7, 8], [5, 6, 8, 9]]
    assert found.origin.tolist() == [[0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]]
    assert found.kernels.tolist() == [[1, 0, 0, -1], [1, 1, 1, 1]]
    assert found.product.tolist() == [[-4, -4, -4, -4], [12, 16, 24, 28]]
    assert repeats(found).cells == {1: 4, 2: 4, 4: 1}
    assert memory(found).image == 36 and memory(found).columns == 64
    assert memory(found).ratio == 64 / 36


def test_padding_is_told_from_the_image() -> None:
    weight = np.ones((1, 1, 3, 3), np.float32)
    found = unfold(Conv2d(1, 3, padding=((1, 0), (0, 0)), use_bias=False), X, weight)
    assert found.padded.tolist() == [[[0, 0, 0], [1, 2, 3], [4, 5, 6], [7, 8, 9]]]
    assert found.outside[0].tolist() == [[True] * 3, *[[False] * 3] * 3]
    assert repeats(found).padding == 3


def test_cells_that_no_window_touches_are_counted() -> None:
    layer = Conv2d(1, 1, stride=2, use_bias=False)
    found = unfold(layer, X, np.ones((1, 1, 1, 1), np.float32))
    assert repeats(found).cells == {0: 5, 1: 4}
    assert way_back(found).counts.tolist() == [[[1, 0, 1], [0, 0, 0], [1, 0, 1]]]


def test_the_way_back_by_hand() -> None:
    back = way_back(unfold(Conv2d(2, 2, use_bias=False), X, WEIGHT))
    assert back.counts.tolist() == [[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]
    assert back.back.tolist() == [[[1, 4, 3], [8, 20, 12], [7, 16, 9]]]


def test_what_does_not_fit_says_so() -> None:
    with pytest.raises(ShapeError, match=r"height 3 .* is smaller than the window of 4"):
        unfold(Conv2d(1, 4, use_bias=False), X, np.ones((1, 1, 4, 4), np.float32))


@given(sliding(), st.integers(1, 3), st.integers(1, 3), st.integers(0, 99))
def test_every_number_is_the_loops(case: Any, C: int, F: int, seed: int) -> None:
    arguments, size, grid = case
    rng = np.random.default_rng(seed)
    x = rng.integers(-9, 9, (C, *size)).astype(np.float32)
    weight = rng.integers(-3, 3, (F, C, *grid.kernel)).astype(np.float32)
    found = unfold(Conv2d(F, **arguments, use_bias=False), x, weight)
    zeros = np.zeros(F, np.float32)
    loops = reference.conv2d(x[None], weight, zeros, grid).reshape(F, -1)
    np.testing.assert_array_equal(found.product, loops)
    np.testing.assert_array_equal(found.kernels @ found.columns, loops)
    np.testing.assert_array_equal(found.padded.ravel()[found.origin], found.columns)
    inside = origins(x.shape, grid)
    np.testing.assert_array_equal(inside < 0, found.outside.ravel()[found.origin])
    np.testing.assert_array_equal(x.ravel()[inside[inside >= 0]], found.columns[inside >= 0])


@given(sliding(), st.integers(1, 3), st.integers(0, 99))
def test_the_transpose_and_the_counts(case: Any, C: int, seed: int) -> None:
    arguments, size, grid = case
    rng = np.random.default_rng(seed)
    x = rng.integers(-9, 9, (C, *size)).astype(np.float32)
    found = unfold(
        Conv2d(1, **arguments, use_bias=False), x, np.ones((1, C, *grid.kernel), np.float32)
    )
    back = way_back(found, seed)
    np.testing.assert_array_equal(back.back, x * back.counts)
    assert inner(found.columns, back.others) == inner(x, back.scattered)
    many = repeats(found)
    assert many.entries == found.columns.size
    assert sum(many.cells.values()) == x.size
    assert sum(copies * cells for copies, cells in many.cells.items()) == back.counts.sum()


def test_loops_and_product_are_measured_on_the_same_numbers() -> None:
    found = race(Conv2d(2, 2), X, WEIGHT)
    assert found.difference == 0
    assert found.loops > 0 and found.im2col > 0
    assert found.loop_runs >= 3 and found.im2col_runs >= 3


def test_runs_are_few_where_they_are_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr("cnnviz.explain.columns.perf_counter", lambda: next(clock))
    calls: list[int] = []
    assert timed(lambda: calls.append(1), most=7) == [2, 2, 2]
    assert len(calls) == 3
