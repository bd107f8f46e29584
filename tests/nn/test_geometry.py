from typing import Any

import numpy as np
import pytest
from configurations import paddings, sliding, small, spreading
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnviz.nn.geometry import (
    Grid,
    ShapeError,
    Window,
    compact_padding,
    compact_pair,
    pair,
    window_extent,
)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "pads", "output"),
    [
        (5, 3, 1, "valid", (0, 0), 3),
        (5, 3, 1, "same", (1, 1), 5),
        (5, 3, 1, "full", (2, 2), 7),
        (28, 5, 1, "same", (2, 2), 28),
        (28, 3, 2, "same", (0, 1), 14),
        (28, 3, 2, "same_lower", (1, 0), 14),
        (28, 3, 2, "valid", (0, 0), 13),
        (5, 2, 1, "same", (0, 1), 5),
        (7, 3, 3, "same", (1, 1), 3),
        (6, 1, 4, "same", (0, 0), 2),
        (1, 1, 1, "valid", (0, 0), 1),
        (4, 3, 2, 1, (1, 1), 2),
    ],
)
def test_padding_and_output_size(
    size: int, kernel: int, stride: int, padding: Any, pads: Any, output: int
) -> None:
    window = Window((kernel, kernel), (stride, stride), padding=padding)
    grid = window.place((size, size), "test")
    assert grid.pads == (pads, pads)
    assert grid.output == (output, output)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "valid", "same", "top_bottom_left_right"),
    [
        ((5, 5), (3, 3), (1, 1), (3, 3), (5, 5), (1, 1, 1, 1)),
        ((5, 5), (3, 3), (2, 2), (2, 2), (3, 3), (1, 1, 1, 1)),
        ((6, 6), (3, 3), (2, 2), (2, 2), (3, 3), (0, 1, 0, 1)),
        ((4, 4), (2, 2), (1, 1), (3, 3), (4, 4), (0, 1, 0, 1)),
        ((4, 4), (2, 2), (2, 2), (2, 2), (2, 2), (0, 0, 0, 0)),
        ((5, 5), (2, 2), (2, 2), (2, 2), (3, 3), (0, 1, 0, 1)),
        ((7, 7), (4, 4), (1, 1), (4, 4), (7, 7), (1, 2, 1, 2)),
        ((7, 8), (3, 5), (2, 3), (3, 2), (4, 3), (1, 1, 1, 2)),
        ((28, 28), (5, 5), (1, 1), (24, 24), (28, 28), (2, 2, 2, 2)),
        ((28, 28), (5, 5), (2, 2), (12, 12), (14, 14), (1, 2, 1, 2)),
        ((28, 28), (3, 3), (3, 3), (9, 9), (10, 10), (1, 1, 1, 1)),
        ((1, 13), (1, 6), (1, 5), (1, 2), (1, 3), (0, 0, 1, 2)),
        ((224, 224), (7, 7), (2, 2), (109, 109), (112, 112), (2, 3, 2, 3)),
        ((227, 227), (11, 11), (4, 4), (55, 55), (57, 57), (4, 4, 4, 4)),
        ((1, 1), (1, 1), (3, 3), (1, 1), (1, 1), (0, 0, 0, 0)),
        ((5, 6), (2, 1), (4, 3), (1, 2), (2, 2), (0, 1, 0, 0)),
        ((3, 4), (3, 4), (1, 1), (1, 1), (3, 4), (1, 1, 1, 2)),
    ],
)
def test_valid_and_same(
    size: Any, kernel: Any, stride: Any, valid: Any, same: Any, top_bottom_left_right: Any
) -> None:
    """13 with 6 and 5 is TensorFlow's own example: 1 cell before, 2 after; valid drops 2."""
    top, bottom, left, right = top_bottom_left_right
    assert Window(kernel, stride).place(size, "test").output == valid
    grid = Window(kernel, stride, padding="same").place(size, "test")
    assert (grid.output, grid.pads) == (same, ((top, bottom), (left, right)))
    lower = Window(kernel, stride, padding="same_lower").place(size, "test")
    assert (lower.output, lower.pads) == (same, ((bottom, top), (right, left)))


def test_each_axis_has_its_own_numbers() -> None:
    grid = Window((2, 3), (1, 2), (3, 1), ((0, 1), (2, 3))).place((7, 6), "test")
    assert grid.extent == (4, 3)
    assert grid.padded == (8, 11)
    assert grid.output == (5, 5)
    assert grid.dropped == (0, 0)
    assert grid.windows == 25


@pytest.mark.parametrize(
    ("kernel", "stride", "dilation", "apart"),
    [
        ((2, 2), (2, 2), (1, 1), True),
        ((3, 2), (2, 2), (1, 1), False),
        ((2, 2), (3, 2), (1, 2), False),
    ],
)
def test_windows_that_do_not_overlap(kernel: Any, stride: Any, dilation: Any, apart: bool) -> None:
    assert Window(kernel, stride, dilation).place((9, 9), "test").apart is apart


def test_dropped_rows_and_columns_are_counted() -> None:
    assert Window((2, 2), (2, 2)).place((5, 8), "test").dropped == (1, 0)


@given(sliding())
def test_the_last_window_fits_and_the_next_one_would_not(case: Any) -> None:
    _, _, grid = case
    for axis in (0, 1):
        end = (grid.output[axis] - 1) * grid.stride[axis] + grid.extent[axis]
        assert end + grid.dropped[axis] == grid.padded[axis]
        assert grid.dropped[axis] >= 0
        assert end + grid.stride[axis] > grid.padded[axis]


@given(sliding())
def test_same_gives_an_output_for_each_stride(case: Any) -> None:
    _, size, grid = case
    for word in ("same", "same_lower"):
        again = Window(grid.kernel, grid.stride, grid.dilation, word).place(size, "test")
        assert again.output == tuple(-(-n // s) for n, s in zip(size, grid.stride, strict=True))


@given(sliding())
def test_windows_of_padding_alone_are_found(case: Any) -> None:
    _, _, grid = case
    alone = [
        (name, index)
        for axis, name in enumerate(("height", "width"))
        for index in range(grid.output[axis])
        if not any(
            index * grid.stride[axis] + k * grid.dilation[axis] - grid.pads[axis][0]
            in range(grid.size[axis])
            for k in range(grid.kernel[axis])
        )
    ]
    assert grid.only_padding() == (alone[0] if alone else None)


def test_kernel_columns_on_the_image_written_out() -> None:
    """Three windows at −1, 1 and 3 on four pixels: the first cell misses the first of them."""
    grid = Window((1, 3), (1, 2), padding=((0, 0), (1, 2))).place((1, 4), "test")
    assert grid.output == (1, 3)
    assert grid.beside == (
        (slice(1, 3), slice(1, 4, 2)),
        (slice(0, 2), slice(0, 3, 2)),
        (slice(0, 2), slice(1, 4, 2)),
    )
    # One window, from −2 to 1: its first cell is on the image in no window.
    alone = Window((1, 2), (1, 2), (1, 3), ((0, 0), (2, 0))).place((1, 2), "test")
    assert alone.output == (1, 1)
    assert alone.beside == ((slice(0, 0), slice(0, 0)), (slice(0, 1), slice(1, 2, 2)))


@given(st.one_of(sliding(), sliding(pooling=True), spreading()))
def test_where_each_kernel_column_falls_on_the_image(case: Any) -> None:
    grid = case[2]
    (_, W), (_, OW), (left, _) = grid.size, grid.output, grid.pads[1]
    for cell, (met, pixels) in enumerate(grid.beside):
        places = [i * grid.stride[1] + cell * grid.dilation[1] - left for i in range(OW)]
        expected = [(i, place) for i, place in enumerate(places) if 0 <= place < W]
        assert [*zip(range(OW)[met], range(W)[pixels], strict=True)] == expected
        assert [i for i, _ in expected] == [i for i in range(OW) if cell in grid.met(1, i)]


def times_covered(grid: Grid) -> Any:
    """In how many windows each cell of the bordered image lies."""
    count = np.zeros(grid.bordered, int)
    for row, column in np.ndindex(grid.output):
        for i, j in np.ndindex(grid.kernel):
            count[
                row * grid.stride[0] + i * grid.dilation[0],
                column * grid.stride[1] + j * grid.dilation[1],
            ] += 1
    return count


@given(st.one_of(sliding(pooling=True), spreading()))
def test_what_is_said_to_be_covered_once_is_covered_once(case: Any) -> None:
    grid = case[2]
    assert not grid.covered_once or (times_covered(grid) == 1).all()


@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    kernel=st.tuples(small, small),
    padding=paddings,
    ceil_mode=st.booleans(),
)
def test_windows_side_by_side_cover_all_once_where_nothing_is_left_over(
    size: Any, kernel: Any, padding: Any, ceil_mode: bool
) -> None:
    try:
        grid = Window(kernel, kernel, (1, 1), padding, ceil_mode).place(size, "test")
    except ShapeError:
        assume(False)
    assert grid.covered_once == (times_covered(grid) == 1).all()


@pytest.mark.parametrize(
    ("window", "size", "sentence"),
    [
        (
            Window((5, 5)),
            (4, 9),
            "Conv2d: the 5×5 kernel does not fit: height 4 + padding 0 + 0 = 4 is smaller than "
            'the window of 5; use padding="same", a smaller kernel, or remove a layer before it '
            "that makes the image smaller.",
        ),
        (
            Window((1, 3), dilation=(1, 2), padding=((0, 0), (1, 0))),
            (4, 3),
            "Conv2d: the 1×3 kernel does not fit: width 3 + padding 1 + 0 = 4 is smaller than "
            'the window of (3 − 1) × 2 + 1 = 5; use padding="same", a smaller kernel or dilation, '
            "or remove a layer before it that makes the image smaller.",
        ),
    ],
)
def test_a_window_that_does_not_fit(window: Window, size: Any, sentence: str) -> None:
    with pytest.raises(ShapeError) as error:
        window.place(size, "Conv2d")
    assert str(error.value) == sentence


def test_pairs() -> None:
    assert pair(3, "stride") == (3, 3)
    assert pair([3, 1], "stride") == (3, 1)
    assert compact_pair((3, 3), "stride") == 3
    assert compact_pair([3, 1], "stride") == (3, 1)
    for value, told in [
        ((1, 2, 3), "stride must be an integer or a pair of them, received (1, 2, 3)."),
        ((1, 0), "stride must be at least 1, received 0."),
        ((1, 2.5), "stride must be an integer, received 2.5."),
    ]:
        with pytest.raises(ValueError) as error:
            pair(value, "stride")
        assert str(error.value) == told


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("same", "same"),
        (0, 0),
        ((2, 2), 2),
        ((1, 2), (1, 2)),
        ([1, 2], (1, 2)),
        (((1, 1), (1, 1)), 1),
        (((1, 1), (2, 2)), (1, 2)),
        (((0, 1), (2, 2)), ((0, 1), (2, 2))),
        ([[0, 1], 2], ((0, 1), (2, 2))),
    ],
)
def test_padding_is_kept_in_its_shortest_form(written: object, kept: object) -> None:
    assert compact_padding(written, "padding") == kept


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("sane", 'padding must be one of "valid", "same", "same_lower", "full"; received \'sane\''),
        (-1, "padding must be at least 0, received -1."),
        ((1, 2, 3), "padding must be an integer or a pair"),
        (((1, 1), (1, 1), (1, 1)), "padding must be ((top, bottom), (left, right)), received"),
        (1.5, "padding must be an integer, received 1.5."),
        (True, "padding must be an integer, received True."),
        (None, "padding must be an integer, received None."),
    ],
)
def test_padding_that_means_nothing(value: object, told: str) -> None:
    with pytest.raises(ValueError) as error:
        compact_padding(value, "padding")
    assert told in str(error.value)


def test_extent_of_a_dilated_kernel() -> None:
    assert [window_extent(3, dilation) for dilation in (1, 2, 3)] == [3, 5, 7]
    assert window_extent(1, 9) == 1


def test_a_grid_is_a_value() -> None:
    grid = Window((2, 2)).place((3, 3), "test")
    assert grid == Window((2, 2)).place((3, 3), "test")
    assert isinstance(hash(grid), int)
    assert isinstance(grid, Grid)
