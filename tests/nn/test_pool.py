"""What max and average pooling share: where their windows stand, and what cannot be."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from configurations import sliding
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.nn import reference
from cnnviz.nn.geometry import ShapeError, Window
from cnnviz.nn.im2col import col2im, im2col
from cnnviz.nn.layers import AvgPool2d, GlobalAvgPool2d, Layer, MaxPool2d
from cnnviz.nn.model import Sequential
from cnnviz.nn.summary import summarize

both = pytest.mark.parametrize("pool", [MaxPool2d, AvgPool2d])


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "output", "overhang", "dropped"),
    [
        (5, 2, 2, 0, 3, 1, 0),
        (4, 2, 2, 0, 2, 0, 0),
        (5, 2, 2, 1, 3, 0, 1),  # a fourth window would start in the padding
        (4, 3, 2, 1, 3, 1, 0),
        (6, 2, 3, 0, 2, 0, 1),  # a third window would start past the image
        (7, 2, 3, 0, 3, 1, 0),
        (2, 3, 2, 0, 1, 1, 0),  # larger than the image
        (1, 3, 3, 1, 1, 0, 0),
        (13, 6, 2, 0, 5, 1, 0),
        (5, 2, 2, ((0, 3), (0, 3)), 4, 0, 0),  # without ceil_mode it is there as well
        (5, 2, 2, "same", 3, 0, 0),
        (5, 3, 3, "full", 3, 0, 0),
    ],
)
def test_windows_of_ceil_mode(
    size: int,
    kernel: int,
    stride: int,
    padding: Any,
    output: int,
    overhang: int,
    dropped: int,
) -> None:
    window = Window((kernel, kernel), (stride, stride), padding=padding, ceil_mode=True)
    grid = window.place((size, size), "test")
    assert grid.output == (output, output)
    assert grid.overhang == (overhang, overhang)
    assert grid.dropped == (dropped, dropped)
    assert grid.bordered == (grid.padded[0] + overhang, grid.padded[1] + overhang)


@given(sliding(pooling=True))
def test_a_last_window_reaches_the_end_or_would_start_too_late(case: Any) -> None:
    arguments, size, grid = case
    for axis in (0, 1):
        last = (grid.output[axis] - 1) * grid.stride[axis]
        assert last + grid.extent[axis] <= grid.bordered[axis]
        assert min(grid.dropped[axis], grid.overhang[axis]) == 0
        if grid.overhang[axis]:
            assert last < size[axis] + grid.pads[axis][0]
        elif grid.dropped[axis] and arguments["ceil_mode"]:
            assert last + grid.stride[axis] >= size[axis] + grid.pads[axis][0]
    if not arguments["ceil_mode"]:
        assert (grid.border, grid.bordered) == (grid.pads, grid.padded)


@given(*[st.integers(1, 9)] * 4, st.data())
def test_as_many_windows_as_in_pytorch(
    size: int, kernel: int, stride: int, dilation: int, data: Any
) -> None:
    """PyTorch rounds up, then takes one away that starts in the padding (at most half a kernel)."""
    extent = (kernel - 1) * dilation + 1
    padding = data.draw(st.integers(0, extent // 2))
    windows = -(-(size + 2 * padding - extent) // stride) + 1
    if (windows - 1) * stride >= size + padding:
        windows -= 1
    window = Window((kernel, 1), (stride, 1), (dilation, 1), (padding, 0), ceil_mode=True)
    if windows < 1:
        with pytest.raises(ShapeError, match="does not fit"):
            window.place((size, 1), "test")
    else:
        assert window.place((size, 1), "test").output == (windows, 1)


@given(sliding(pooling=True))
def test_kernel_cells_on_the_image_and_on_its_padding(case: Any) -> None:
    _, size, grid = case
    for axis in (0, 1):
        for index in range(grid.output[axis]):
            start = index * grid.stride[axis] - grid.pads[axis][0]
            at = [start + k * grid.dilation[axis] for k in range(grid.kernel[axis])]
            on_image = [k for k, cell in enumerate(at) if 0 <= cell < size[axis]]
            assert [*grid.met(axis, index)] == on_image
            end = size[axis] + grid.pads[axis][1]
            on_padded = [k for k, cell in enumerate(at) if cell < end]
            assert [*grid.met(axis, index, padding=True)] == on_padded


@given(sliding(pooling=True), st.integers(0, 99))
def test_columns_have_the_cells_of_an_overhang_too(case: Any, seed: int) -> None:
    _, size, grid = case
    x = np.random.default_rng(seed).standard_normal((1, 2, *size))
    columns = im2col(x, grid)
    np.testing.assert_array_equal(columns, reference.im2col(x, grid))
    np.testing.assert_allclose(
        col2im(columns, grid), reference.col2im(columns, grid), rtol=1e-12, atol=1e-12
    )


def test_memory_with_an_overhang() -> None:
    (row,) = summarize(Sequential((MaxPool2d(2, ceil_mode=True),)), (3, 5, 7))
    assert (row.output_shape, row.padded_bytes) == ((3, 3, 4), 4 * 3 * 6 * 8)
    (row,) = summarize(Sequential((AvgPool2d(2),)), (3, 5, 7))
    assert row.padded_bytes == 0
    (row,) = summarize(Sequential((GlobalAvgPool2d(),)), (3, 5, 7))
    assert (row.padded_bytes, row.receptive_field, row.jump) == (0, (5, 7), None)


@both
def test_a_stride_that_was_not_given_stays_not_given(pool: Any) -> None:
    assert pool(2).stride is None
    assert pool((2, 3)).window().stride == (2, 3)


@both
def test_arguments_are_kept_in_their_shortest_form(pool: Any) -> None:
    layer = pool([2, 2], [3, 3], [1, 1], (1, 1), ceil_mode=True)
    assert layer == pool(2, 3, 1, 1, True)
    assert asdict(layer)["kernel_size"] == 2


MISFITS: list[tuple[Layer, Any, str]] = [
    (
        MaxPool2d(2, padding=2),
        (1, 6, 6),
        "MaxPool2d: window 1 of 5 along the height would see nothing but padding, and "
        "padding never wins a maximum; use less padding.",
    ),
    (
        MaxPool2d(2, stride=1, padding=((0, 0), (0, 2))),
        (1, 6, 6),
        "MaxPool2d: window 7 of 7 along the width would see nothing but padding, and",
    ),
    (
        MaxPool2d(2, padding=1, dilation=2),
        (1, 1, 3),
        "MaxPool2d: window 1 of 1 along the height would see nothing but padding, and",
    ),
    (
        MaxPool2d(2, stride=2, padding=((3, 1), (0, 1)), dilation=3, ceil_mode=True),
        (1, 1, 3),
        "MaxPool2d: window 2 of 2 along the height would see nothing but padding, and",
    ),
    (
        AvgPool2d(2, padding=2, count_include_pad=False),
        (1, 6, 6),
        "AvgPool2d: window 1 of 5 along the height would see nothing but padding, which does "
        "not count; use less padding or count_include_pad=True.",
    ),
    (
        AvgPool2d((1, 2), padding=(0, 1), dilation=2, count_include_pad=False),
        (1, 3, 1),
        "AvgPool2d: window 1 of 1 along the width would see nothing but padding, which",
    ),
    (MaxPool2d(3), (1, 2, 6), "MaxPool2d: the 3×3 kernel does not fit: height 2 + padding 0 + 0"),
    (AvgPool2d((2, 3)), (1, 2, 2), "AvgPool2d: the 2×3 kernel does not fit: width 2 + padding"),
    (AvgPool2d(5, 2, ceil_mode=True), (1, 2, 9), "AvgPool2d: the 5×5 kernel does not fit: height"),
    (MaxPool2d(3), (7,), "MaxPool2d: expects images (channels, height, width), received shape (7,"),
    (AvgPool2d(3), (7,), "AvgPool2d: expects images (channels, height, width), received shape (7,"),
    (GlobalAvgPool2d(), (7,), "GlobalAvgPool2d: expects images (channels, height, width), receive"),
]


@pytest.mark.parametrize(("layer", "shape", "told"), MISFITS)
def test_windows_that_cannot_be(layer: Layer, shape: Any, told: str) -> None:
    with pytest.raises(ShapeError) as error:
        layer.output_shape(shape)
    assert str(error.value).startswith(told)
    with pytest.raises(ShapeError) as error:
        layer.forward({}, np.zeros((1, *shape)))
    assert str(error.value).startswith(told)


@both
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"kernel_size": 0}, "kernel_size must be at least 1, received 0."),
        ({"kernel_size": None}, "kernel_size must be an integer, received None."),
        ({"stride": 0}, "stride must be at least 1, received 0."),
        ({"dilation": 1.5}, "dilation must be an integer, received 1.5."),
        ({"padding": "some"}, "padding must be one of"),
        ({"ceil_mode": 1}, "ceil_mode must be true or false, received 1."),
    ],
)
def test_arguments_that_mean_nothing(pool: Any, arguments: Any, told: str) -> None:
    with pytest.raises(ValueError) as error:
        pool(**{"kernel_size": 2, **arguments})
    assert str(error.value).startswith(f"{pool.__name__}: {told}")


def test_counting_the_padding_is_a_yes_or_a_no() -> None:
    with pytest.raises(ValueError) as error:
        AvgPool2d(2, count_include_pad="same")
    told = "AvgPool2d: count_include_pad must be true or false, received 'same'."
    assert str(error.value) == told
