from typing import Any

import numpy as np
import pytest
from configurations import sliding
from hypothesis import example, given
from hypothesis import strategies as st

from cnnviz.nn import im2col as fast
from cnnviz.nn import reference
from cnnviz.nn.geometry import Window


def test_nine_windows_of_a_counted_image() -> None:
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    columns = fast.im2col(x, Window((2, 2)).place((4, 4), "test"))
    assert columns.tolist() == [
        [
            [0, 1, 2, 4, 5, 6, 8, 9, 10],
            [1, 2, 3, 5, 6, 7, 9, 10, 11],
            [4, 5, 6, 8, 9, 10, 12, 13, 14],
            [5, 6, 7, 9, 10, 11, 13, 14, 15],
        ]
    ]


def test_going_back_counts_how_often_each_cell_was_copied() -> None:
    grid = Window((2, 2)).place((3, 3), "test")
    assert fast.col2im(np.ones((1, 4, 4)), grid).tolist() == [[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_the_kind_of_number_is_kept(dtype: Any) -> None:
    grid = Window((2, 2), padding="same").place((3, 3), "test")
    columns = fast.im2col(np.ones((1, 1, 3, 3), dtype), grid)
    assert columns.dtype == dtype
    assert fast.col2im(columns, grid).dtype == dtype


@given(sliding(), st.integers(1, 2), st.integers(1, 3), st.integers(0, 99))
def test_both_ways_agree_with_the_loops(case: Any, N: int, C: int, seed: int) -> None:
    _, size, grid = case
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((N, C, *size))
    columns = fast.im2col(x, grid)
    np.testing.assert_array_equal(columns, reference.im2col(x, grid))
    other = rng.standard_normal(columns.shape)
    np.testing.assert_allclose(
        fast.col2im(other, grid), reference.col2im(other, grid), rtol=1e-12, atol=1e-12
    )


UNEVEN = Window((2, 3), (3, 1), (2, 3), ((0, 3), (2, 1))).place((6, 5), "test")


@given(sliding(), st.integers(0, 99))
@example(({}, UNEVEN.size, UNEVEN), 0)
def test_col2im_is_the_adjoint(case: Any, seed: int) -> None:
    """<im2col(x), y> = <x, col2im(y)> for all x and y."""
    _, size, grid = case
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((2, 3, *size))
    columns = fast.im2col(x, grid)
    y = rng.standard_normal(columns.shape)
    assert np.vdot(columns, y) == pytest.approx(np.vdot(x, fast.col2im(y, grid)), abs=1e-9)


def test_an_image_in_other_memory_order_gives_the_same_columns() -> None:
    x = np.random.default_rng(0).standard_normal((2, 5, 4, 3)).transpose(0, 3, 1, 2)
    for padding in ("valid", "same"):
        grid = Window((3, 2), padding=padding).place((5, 4), "test")
        np.testing.assert_array_equal(fast.im2col(x, grid), reference.im2col(x, grid))


def test_padding_leaves_the_image_alone_and_crop_finds_it_again() -> None:
    x = np.arange(6.0).reshape(1, 1, 2, 3)
    grid = Window((2, 2), padding=((1, 0), (0, 2))).place((2, 3), "test")
    padded = fast.pad(x, grid.pads, -1)
    assert padded.tolist() == [[[[-1, -1, -1, -1, -1], [0, 1, 2, -1, -1], [3, 4, 5, -1, -1]]]]
    np.testing.assert_array_equal(fast.crop(padded, grid), x)
