from typing import Any

import numpy as np
import pytest
from configurations import sliding
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnviz.nn import reference
from cnnviz.nn.geometry import Grid
from cnnviz.nn.layers import MaxPool2d

FIVE = np.arange(25.0).reshape(1, 1, 5, 5)


def both_ways(layer: MaxPool2d, x: Any, grad_output: Any = None) -> tuple[Any, Any]:
    """Return the output and the gradient by the input; without `grad_output` it is all ones."""
    y, cache = layer.forward({}, x)
    grad_output = np.ones_like(y) if grad_output is None else grad_output
    return y, layer.backward({}, cache, grad_output)[0]


def compare(layer: MaxPool2d, x: Any, grid: Grid) -> None:
    expected, origin = reference.max_pool(x, grid)
    grad_output = np.random.default_rng(1).standard_normal(expected.shape)
    y, grad = both_ways(layer, x, grad_output)
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_allclose(
        grad, reference.max_pool_backward(origin, grad_output, grid), rtol=1e-12, atol=1e-12
    )


def test_four_windows_side_by_side_and_the_way_back() -> None:
    x = np.array([[[[1.0, 2, 5, 6], [3, 4, 8, 7], [9, 0, -1, -2], [0, 0, -3, -4]]]])
    y, grad = both_ways(MaxPool2d(2), x, np.array([[[[1.0, 2], [3, 4]]]]))
    assert y.tolist() == [[[[4, 8], [9, -1]]]]
    assert grad.tolist() == [[[[0, 0, 0, 0], [0, 1, 2, 0], [3, 0, 4, 0], [0, 0, 0, 0]]]]


@pytest.mark.parametrize(
    ("layer", "answer"),
    [
        (MaxPool2d(2), [[6, 8], [16, 18]]),
        (MaxPool2d(2, ceil_mode=True), [[6, 8, 9], [16, 18, 19], [21, 23, 24]]),
        (MaxPool2d(2, padding=1), [[0, 2, 4], [10, 12, 14], [20, 22, 24]]),
        (MaxPool2d(2, padding=1, ceil_mode=True), [[0, 2, 4], [10, 12, 14], [20, 22, 24]]),
        (MaxPool2d(3, padding=1), [[6, 9], [21, 24]]),
        (MaxPool2d(3, stride=4, padding=1, ceil_mode=True), [[6, 9], [21, 24]]),
        (MaxPool2d(2, stride=3), [[6, 9], [21, 24]]),
        (MaxPool2d(1, stride=3), [[0, 3], [15, 18]]),
        (MaxPool2d((1, 4), stride=(2, 1)), [[3, 4], [13, 14], [23, 24]]),
        (MaxPool2d(2, stride=1, dilation=3), [[18, 19], [23, 24]]),
        (MaxPool2d(2, stride=2, dilation=3), [[18]]),
        (MaxPool2d(2, stride=2, dilation=3, ceil_mode=True), [[18, 17], [13, 12]]),
        (MaxPool2d(2, padding="same"), [[6, 8, 9], [16, 18, 19], [21, 23, 24]]),
        (MaxPool2d(2, padding="same_lower"), [[0, 2, 4], [10, 12, 14], [20, 22, 24]]),
        (MaxPool2d(3, padding="full"), [[0, 3, 4], [15, 18, 19], [20, 23, 24]]),
        (MaxPool2d(6, padding=((0, 1), (1, 0))), [[24]]),
        (MaxPool2d(6, stride=2, ceil_mode=True), [[24]]),
        (MaxPool2d(7, padding=1), [[24]]),
    ],
)
def test_maxima_of_five_by_five(layer: MaxPool2d, answer: Any) -> None:
    assert layer.forward({}, FIVE)[0].tolist() == [[answer]]


def test_the_way_back_from_a_window_beyond_the_image() -> None:
    grad_output = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    _, grad = both_ways(MaxPool2d(2, ceil_mode=True), FIVE, grad_output)
    zeros = [0, 0, 0, 0, 0]
    assert grad.tolist() == [[[zeros, [0, 1, 0, 2, 3], zeros, [0, 4, 0, 5, 6], [0, 7, 0, 8, 9]]]]


def test_overlapping_windows_add_up() -> None:
    x = np.array([[[[0.0, 9, 0], [0, 0, 0], [0, 8, 0]]]])
    y, grad = both_ways(MaxPool2d(2, stride=1), x, np.array([[[[1.0, 2], [3, 4]]]]))
    assert y.tolist() == [[[[9, 9], [8, 8]]]]
    assert grad.tolist() == [[[[0, 3, 0], [0, 0, 0], [0, 7, 0]]]]


def test_padding_never_wins() -> None:
    y, _ = both_ways(MaxPool2d(3, stride=1, padding=1), np.full((1, 1, 2, 2), -5.0))
    assert y.tolist() == [[[[-5, -5], [-5, -5]]]]


def test_padding_does_not_win_against_minus_infinity_either() -> None:
    for layer in (MaxPool2d(2, padding=1), MaxPool2d(3, padding=1), MaxPool2d(2, ceil_mode=True)):
        y, grad = both_ways(layer, np.full((1, 1, 1, 1), -np.inf))
        assert y.tolist() == [[[[-np.inf]]]]
        assert grad.tolist() == [[[[1]]]]
    _, grad = both_ways(MaxPool2d(2, stride=1, padding=1), np.full((1, 1, 2, 2), -np.inf))
    assert grad.tolist() == [[[[4, 2], [2, 1]]]]


def test_of_equals_the_first_one_takes_the_gradient() -> None:
    _, grad = both_ways(MaxPool2d(2), np.ones((1, 1, 2, 2)))
    assert grad.tolist() == [[[[1, 0], [0, 0]]]]
    _, grad = both_ways(MaxPool2d(2), np.array([[[[0.0, 1], [1, 1]]]]))
    assert grad.tolist() == [[[[0, 1], [0, 0]]]]


@pytest.mark.parametrize("size", [(4, 6), (5, 7)])
def test_ties_everywhere(size: tuple[int, int]) -> None:
    x = np.random.default_rng(0).integers(0, 2, (3, 2, *size)).astype(float)
    compare(MaxPool2d(2), x, MaxPool2d(2).grid((2, *size)))


def test_not_a_number_is_not_hidden_and_the_last_one_takes_the_gradient() -> None:
    x = np.array([[[[np.nan, 1, 5, 6], [np.nan, 2, 7, 3]]]])
    y, grad = both_ways(MaxPool2d(2), x, np.array([[[[1.0, 2]]]]))
    assert np.isnan(y).tolist() == [[[[True, False]]]]
    assert grad.tolist() == [[[[0, 0, 0, 0], [1, 0, 2, 0]]]]


@given(sliding(pooling=True), st.integers(1, 2), st.integers(1, 3), st.integers(0, 99))
def test_both_ways_agree_with_the_loops(case: Any, N: int, C: int, seed: int) -> None:
    """Few different values, so that many windows have several largest ones."""
    arguments, size, grid = case
    assume(not grid.only_padding())
    values = np.array([-np.inf, -2, -1, 0, 1, np.nan])
    x = np.random.default_rng(seed).choice(values, (N, C, *size), p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.1])
    compare(MaxPool2d(**arguments), x, grid)


@pytest.mark.parametrize("kernel", [(16, 16), (1, 257), (17, 17)])
def test_kernels_with_as_many_cells_as_a_byte_can_count_and_more(kernel: tuple[int, int]) -> None:
    size = (kernel[0] + 1, kernel[1] + 2)
    x = np.arange(2.0 * size[0] * size[1]).reshape(1, 2, *size)
    compare(MaxPool2d(kernel), x, MaxPool2d(kernel).grid((2, *size)))


def test_several_blocks_of_images() -> None:
    layer = MaxPool2d(3, stride=2, padding=1, ceil_mode=True)
    x = np.random.default_rng(0).standard_normal((7, 30, 20, 21))
    x[3, 4, 5, 6] = np.nan
    y, grad = both_ways(layer, x)
    for image in range(7):
        one, back = both_ways(layer, x[image : image + 1])
        np.testing.assert_array_equal(y[image], one[0])
        np.testing.assert_array_equal(grad[image], back[0])
