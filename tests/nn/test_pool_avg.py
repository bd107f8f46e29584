from typing import Any

import numpy as np
import pytest
from configurations import sliding
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnviz.nn import reference
from cnnviz.nn.geometry import Window
from cnnviz.nn.layers import AvgPool2d, GlobalAvgPool2d

FOUR = np.arange(16.0).reshape(1, 1, 4, 4)
CEIL = {"stride": 2, "padding": 1, "ceil_mode": True}


def both_ways(layer: Any, x: Any, grad_output: Any = None) -> tuple[Any, Any]:
    """Return the output and the gradient by the input; without `grad_output` it is all ones."""
    y, cache = layer.forward({}, x)
    grad_output = np.ones_like(y) if grad_output is None else grad_output
    return y, layer.backward({}, cache, grad_output)[0]


@pytest.mark.parametrize(
    ("layer", "answer"),
    [
        (AvgPool2d(2), [[2.5, 4.5], [10.5, 12.5]]),
        (AvgPool2d(3), [[5]]),
        (AvgPool2d(3, ceil_mode=True), [[5, 7], [13, 15]]),
        (AvgPool2d(2, stride=3, ceil_mode=True), [[2.5, 5], [12.5, 15]]),
        (AvgPool2d(2, padding=1), [[0, 3 / 4, 3 / 4], [3, 7.5, 4.5], [3, 27 / 4, 15 / 4]]),
        (
            AvgPool2d(2, padding=1, count_include_pad=False),
            [[0, 1.5, 3], [6, 7.5, 9], [12, 13.5, 15]],
        ),
        (
            AvgPool2d(3, **CEIL),  # the last windows: three cells, one of the image, one beyond
            [[10 / 9, 24 / 9, 10 / 6], [51 / 9, 10, 33 / 6], [25 / 6, 7, 15 / 4]],
        ),
        (
            AvgPool2d(3, **CEIL, count_include_pad=False),
            [[2.5, 4, 5], [8.5, 10, 11], [12.5, 14, 15]],
        ),
        (AvgPool2d(2, stride=1, dilation=3), [[7.5]]),
        (AvgPool2d(2, stride=2, dilation=2, ceil_mode=True), [[5, 6], [9, 10]]),
        (AvgPool2d((1, 4)), [[1.5], [5.5], [9.5], [13.5]]),
        (AvgPool2d(6, padding=1), [[120 / 36]]),
        (AvgPool2d(6, padding=1, count_include_pad=False), [[7.5]]),
        (AvgPool2d(5, stride=2, ceil_mode=True), [[7.5]]),
        (AvgPool2d(1, stride=3), [[0, 3], [12, 15]]),
    ],
)
def test_means_of_four_by_four(layer: AvgPool2d, answer: Any) -> None:
    y, _ = layer.forward({}, FOUR)
    np.testing.assert_allclose(y, [[answer]], rtol=1e-15)


def test_a_window_that_would_start_in_the_padding_is_dropped() -> None:
    x = np.arange(25.0).reshape(1, 1, 5, 5)
    y, grad = both_ways(AvgPool2d(2, padding=1, ceil_mode=True), x, np.full((1, 1, 3, 3), 4.0))
    assert y.tolist() == [[[[0, 3 / 4, 7 / 4], [15 / 4, 9, 11], [35 / 4, 19, 21]]]]
    assert grad.tolist() == [[[[1] * 5] * 5]]


def test_same_is_tensorflows_where_padding_does_not_count() -> None:
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    y, _ = AvgPool2d(2, padding="same", count_include_pad=False).forward({}, x)
    assert y.tolist() == [[[[2, 3.5], [6.5, 8]]]]
    y, _ = AvgPool2d(2, padding="same").forward({}, x)
    assert y.tolist() == [[[[2, 7 / 4], [13 / 4, 8 / 4]]]]
    y, _ = AvgPool2d(2, padding="same_lower", count_include_pad=False).forward({}, x)
    assert y.tolist() == [[[[0, 1.5], [4.5, 6]]]]


def test_the_way_back() -> None:
    grad_output = np.array([[[[4.0, 8]]]])
    _, grad = both_ways(AvgPool2d(2, stride=1), np.zeros((1, 1, 2, 3)), grad_output)
    assert grad.tolist() == [[[[1, 3, 2], [1, 3, 2]]]]
    _, grad = both_ways(AvgPool2d(2, ceil_mode=True), np.zeros((1, 1, 2, 3)), grad_output)
    assert grad.tolist() == [[[[1, 1, 4], [1, 1, 4]]]]
    for counts, share in ((True, 1), (False, 4)):
        layer = AvgPool2d(2, padding=1, count_include_pad=counts)
        _, grad = both_ways(layer, np.zeros((1, 1, 2, 2)), np.full((1, 1, 2, 2), 4.0))
        assert grad.tolist() == [[[[share, share], [share, share]]]]


def test_padding_alone_is_zero_where_it_counts() -> None:
    y, grad = both_ways(AvgPool2d(2, padding=2), np.full((1, 1, 2, 2), 8.0))
    assert y.tolist() == [[[[0, 0, 0], [0, 8, 0], [0, 0, 0]]]]
    assert grad.tolist() == [[[[0.25, 0.25], [0.25, 0.25]]]]


def test_one_pixel() -> None:
    pixel = np.full((1, 1, 1, 1), 9.0)
    assert AvgPool2d(3, padding=1).forward({}, pixel)[0].tolist() == [[[[1]]]]
    assert AvgPool2d(3, padding="same", count_include_pad=False).forward({}, pixel)[0] == 9
    assert AvgPool2d(1).forward({}, pixel)[0] == 9
    assert GlobalAvgPool2d().forward({}, pixel)[0].tolist() == [[9]]


def test_the_loops_count_as_they_should() -> None:
    grid = Window((3, 3), (2, 2), padding=1, ceil_mode=True).place((4, 4), "test")
    counts = [
        [reference.pool.divisor(grid, *place, pad) for place in reference.positions(grid)]
        for pad in (True, False)
    ]
    assert counts == [[9, 9, 6, 9, 9, 6, 6, 6, 4], [4, 6, 2, 6, 9, 3, 2, 3, 1]]
    grad = reference.avg_pool_backward(np.full((1, 1, 3, 3), 36.0), grid)
    assert grad.tolist() == [[[[4, 8, 4, 10], [8, 16, 8, 20], [4, 8, 4, 10], [10, 20, 10, 25]]]]
    assert reference.avg_pool(FOUR, grid)[0, 0, 1, 1] == 10


@given(sliding(pooling=True), st.booleans(), st.integers(1, 2), st.integers(1, 3))
def test_both_ways_agree_with_the_loops(case: Any, counts: bool, N: int, C: int) -> None:
    arguments, size, grid = case
    assume(counts or not grid.only_padding())
    rng = np.random.default_rng(0)
    x, grad_output = rng.standard_normal((N, C, *size)), rng.standard_normal((N, C, *grid.output))
    y, grad = both_ways(AvgPool2d(**arguments, count_include_pad=counts), x, grad_output)
    near = {"rtol": 1e-12, "atol": 1e-12}
    expected = reference.avg_pool(x, grid, count_include_pad=counts)
    np.testing.assert_allclose(y, expected, **near)
    expected = reference.avg_pool_backward(grad_output, grid, count_include_pad=counts)
    np.testing.assert_allclose(grad, expected, **near)


def test_several_blocks_of_images() -> None:
    layer = AvgPool2d(3, stride=2, padding=1, ceil_mode=True)
    x = np.random.default_rng(0).standard_normal((7, 90, 20, 21))
    y, grad = both_ways(layer, x)
    for image in range(7):
        one, back = both_ways(layer, x[image : image + 1])
        np.testing.assert_array_equal(y[image], one[0])
        np.testing.assert_array_equal(grad[image], back[0])


def test_the_mean_of_a_whole_image_and_the_way_back() -> None:
    x = np.arange(12.0).reshape(1, 2, 2, 3)
    y, grad = both_ways(GlobalAvgPool2d(), x, np.array([[6.0, 12.0]]))
    assert y.tolist() == [[2.5, 8.5]]
    assert grad.tolist() == [[[[1, 1, 1], [1, 1, 1]], [[2, 2, 2], [2, 2, 2]]]]
    grad += 1  # an array of its own, not a view
    whole, _ = AvgPool2d((2, 3)).forward({}, x)
    assert whole.reshape(1, 2).tolist() == y.tolist()
