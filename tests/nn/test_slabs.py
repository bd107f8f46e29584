"""The layers' memory layout: written-out small ones, im2col reordered, and the way back."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from configurations import channels, sliding, spreading
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.nn import im2col as plain
from cnnviz.nn import slabs
from cnnviz.nn.geometry import Grid, Window
from cnnviz.nn.layers import Conv2d

grids = st.one_of(sliding(), sliding(pooling=True), spreading())


def images(shape: Any, seed: int = 0) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


def reordered(x: Any, grid: Grid, groups: int) -> Any:
    """im2col's columns as (G, OH, KH · C/G · KW, OW · N)."""
    (N, C), (KH, KW), (OH, OW) = x.shape[:2], grid.kernel, grid.output
    columns = plain.im2col(x, grid).reshape(N, groups, C // groups, KH, KW, OH, OW)
    rows = KH * C // groups * KW
    return columns.transpose(1, 5, 3, 2, 4, 6, 0).reshape(groups, OH, rows, OW * N)


def test_the_same_pixel_of_all_images_side_by_side() -> None:
    x = np.array(
        [[[[1, 2], [3, 4]], [[5, 6], [7, 8]]], [[[10, 20], [30, 40]], [[50, 60], [70, 80]]]]
    )
    assert slabs.to_slabs(x).tolist() == [
        [[[1, 10], [2, 20]], [[5, 50], [6, 60]]],
        [[[3, 30], [4, 40]], [[7, 70], [8, 80]]],
    ]


@given(shape=st.tuples(*(st.integers(1, end) for end in (3, 4, 5, 6))))
def test_there_and_back_and_what_is_in_order_is_not_copied(shape: Any) -> None:
    x = images(shape)
    ordered = slabs.to_slabs(x)
    assert ordered.flags.c_contiguous
    view = slabs.to_images(ordered)
    np.testing.assert_array_equal(view, x)
    assert np.shares_memory(view, ordered)
    assert np.shares_memory(slabs.to_slabs(view), ordered)


def test_columns_of_a_counted_image() -> None:
    """Two rows of windows with two windows each; the middle image row is in both."""
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    matrices = slabs.columns(slabs.to_slabs(x), Window((2, 2)).place((3, 3), "test"))
    assert matrices.tolist() == [
        [[[0, 1], [1, 2], [3, 4], [4, 5]], [[3, 4], [4, 5], [6, 7], [7, 8]]],
    ]


@given(grids, st.integers(1, 3), channels, st.integers(0, 99))
def test_columns_are_those_of_im2col(case: Any, N: int, split: Any, seed: int) -> None:
    grid, (groups, C, _) = case[2], split
    x = images((N, C, *grid.size), seed)
    matrices = slabs.columns(slabs.to_slabs(x), grid, groups)
    np.testing.assert_array_equal(matrices, reordered(x, grid, groups))


@given(grids, st.integers(1, 2), channels)
def test_neighboring_rows_of_windows_overlap_in_memory(case: Any, N: int, split: Any) -> None:
    grid, (groups, C, _) = case[2], split
    matrices = slabs.columns(slabs.to_slabs(images((N, C, *grid.size))), grid, groups)
    if grid.dilation[0] == 1 and grid.output[0] > 1:
        image_row = matrices[0, 0].nbytes // grid.kernel[0]
        assert matrices.strides[1] == grid.stride[0] * image_row
        overlap = np.shares_memory(matrices[0, 0], matrices[0, 1])
        assert overlap == (grid.kernel[0] > grid.stride[0])


@pytest.mark.parametrize(("stride", "saved"), [(1, 5 * 60 / 64), (2, 5 * 30 / 64)])
def test_an_image_row_is_stored_once(stride: int, saved: float) -> None:
    """60 rows of windows of height 5 would take 300 rows; there are 64."""
    grid = Window((5, 3), (stride, 1)).place((64, 20), "test")
    x = slabs.to_slabs(images((8, 4, 64, 20)))
    tracemalloc.start()
    matrices = slabs.columns(x, grid)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert matrices.nbytes / peak == pytest.approx(saved, rel=0.01)


def test_what_lies_behind_an_image_row_written_out() -> None:
    """Window rows 1 and 2; row by row: what kernel rows 1 and 0 lead to."""
    below = np.array([1.0, 2]).reshape(1, 2, 1, 1)
    for window, size, behind in [
        (Window((2, 1)), 3, [[0, 1], [1, 2], [2, 0]]),
        (Window((2, 1), (2, 1)), 5, [[0, 1], [1, 0], [0, 2], [2, 0], [0, 0]]),
        (Window((2, 1), dilation=(2, 1)), 4, [[0, 1], [0, 2], [1, 0], [2, 0]]),
        (Window((2, 1), padding=((1, 0), (0, 0))), 2, [[1, 2], [2, 0]]),
        (Window((1, 1), padding=((1, 0), (0, 0))), 1, [[2]]),
    ]:
        grid = window.place((size, 1), "test")
        assert slabs.rows_behind(below, grid)[0, :, :, 0].tolist() == behind


def test_adding_up_kernel_columns_written_out() -> None:
    """A pixel gets what kernel column 0 has in its window and column 1 in the one before."""
    rows = np.array([[1.0, 2], [10, 20]]).reshape(1, 1, 2, 2)
    for padding, size, sums in [
        (0, 3, [1, 12, 20]),
        (((0, 0), (1, 0)), 2, [12, 20]),
        (((0, 0), (0, 1)), 2, [1, 12]),
    ]:
        grid = Window((1, 2), padding=padding).place((1, size), "test")
        assert slabs.add_beside(rows, grid, 1).reshape(-1).tolist() == sums


@given(st.one_of(sliding(), spreading()), st.integers(1, 3), channels, st.integers(0, 99))
def test_the_way_back_is_the_adjoint_of_the_product_with_the_columns(
    case: Any, N: int, split: Any, seed: int
) -> None:
    """<W · columns(x), y> = <x, back(y)> for all x and y."""
    grid, (groups, C, F) = case[2], split
    layer = Conv2d(F, grid.kernel, groups=groups)
    x = slabs.to_slabs(images((N, C, *grid.size), seed))
    weight = images((F, C // groups, *grid.kernel), seed + 1)
    ahead = layer.matrix(weight) @ slabs.columns(x, grid, groups)
    y = images(ahead.shape, seed + 2)
    back = layer.back(weight, y, grid)
    assert back.shape == x.shape
    assert np.vdot(ahead, y) == pytest.approx(np.vdot(x, back), rel=1e-9, abs=1e-9)


@given(grids, st.integers(1, 3), st.integers(1, 3))
def test_padding_cropping_and_cells_are_those_of_im2col(case: Any, N: int, C: int) -> None:
    grid = case[2]
    x = images((N, C, *grid.size))
    ours, theirs = slabs.pad(slabs.to_slabs(x), grid.border, -1), plain.pad(x, grid.border, -1)
    np.testing.assert_array_equal(slabs.to_images(ours), theirs)
    np.testing.assert_array_equal(slabs.to_images(slabs.crop(ours, grid)), x)
    for i, j in np.ndindex(grid.kernel):
        met = slabs.to_images(slabs.cells(ours, grid, i, j))
        np.testing.assert_array_equal(met, plain.cells(theirs, grid, i, j))


def test_nothing_to_pad_is_nothing_to_copy() -> None:
    x = images((2, 3, 4, 5))
    assert slabs.pad(x, ((0, 0), (0, 0))) is x


@given(shape=st.tuples(*(st.integers(1, end) for end in (3, 4, 5, 6))))
def test_the_sum_of_each_channel(shape: Any) -> None:
    x = images(shape)
    np.testing.assert_allclose(slabs.channel_sum(x), x.sum(axis=(0, 2, 3)), atol=1e-12)
