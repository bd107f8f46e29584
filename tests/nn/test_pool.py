from typing import Any

import numpy as np
import pytest
from configurations import sliding
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.nn import reference
from cnnviz.nn.geometry import ShapeError
from cnnviz.nn.layers import MaxPool2d


def test_four_windows_side_by_side_and_the_way_back() -> None:
    x = np.array([[[[1.0, 2, 5, 6], [3, 4, 8, 7], [9, 0, -1, -2], [0, 0, -3, -4]]]])
    y, cache = MaxPool2d(2).forward({}, x)
    assert y.tolist() == [[[[4, 8], [9, -1]]]]
    grad, _ = MaxPool2d(2).backward({}, cache, np.array([[[[1.0, 2], [3, 4]]]]))
    assert grad is not None
    assert grad.tolist() == [[[[0, 0, 0, 0], [0, 1, 2, 0], [3, 0, 4, 0], [0, 0, 0, 0]]]]


def test_padding_never_wins() -> None:
    y, _ = MaxPool2d(3, stride=1, padding=1).forward({}, np.full((1, 1, 2, 2), -5.0))
    assert y.tolist() == [[[[-5, -5], [-5, -5]]]]
    y, _ = MaxPool2d(2, padding=1).forward({}, np.full((1, 1, 1, 1), -np.inf))
    assert y.tolist() == [[[[-np.inf]]]]


def test_of_equals_the_first_one_takes_the_gradient() -> None:
    _, cache = MaxPool2d(2).forward({}, np.ones((1, 1, 2, 2)))
    grad, _ = MaxPool2d(2).backward({}, cache, np.ones((1, 1, 1, 1)))
    assert grad is not None
    assert grad.tolist() == [[[[1, 0], [0, 0]]]]


@pytest.mark.parametrize("size", [(4, 6), (5, 7)])
def test_ties_everywhere(size: tuple[int, int]) -> None:
    x = np.random.default_rng(0).integers(0, 2, (3, 2, *size)).astype(float)
    compare(MaxPool2d(2), x, MaxPool2d(2).grid((2, *size)))


def test_not_a_number_is_not_hidden() -> None:
    x = np.zeros((1, 1, 2, 4))
    x[0, 0, 1, 0] = np.nan
    y, _ = MaxPool2d(2).forward({}, x)
    assert np.isnan(y).tolist() == [[[[True, False]]]]


def compare(layer: MaxPool2d, x: Any, grid: Any) -> None:
    y, cache = layer.forward({}, x)
    expected, origin = reference.max_pool(x, grid)
    np.testing.assert_array_equal(y, expected)
    grad_output = np.random.default_rng(1).standard_normal(y.shape)
    grad, _ = layer.backward({}, cache, grad_output)
    np.testing.assert_allclose(
        grad, reference.max_pool_backward(origin, grad_output, grid), rtol=1e-12, atol=1e-12
    )


@given(sliding(pooling=True), st.integers(1, 2), st.integers(1, 3), st.integers(0, 99))
def test_both_ways_agree_with_the_loops(case: Any, N: int, C: int, seed: int) -> None:
    """Few different values, so that many windows have several largest ones."""
    arguments, size, grid = case
    x = np.random.default_rng(seed).integers(-3, 3, (N, C, *size)).astype(float)
    compare(MaxPool2d(**arguments), x, grid)


def test_large_kernels_have_more_cells_than_a_byte_can_count() -> None:
    x = np.arange(2 * 18 * 17.0).reshape(1, 2, 18, 17)
    compare(MaxPool2d(17), x, MaxPool2d(17).grid((2, 18, 17)))


@pytest.mark.parametrize(
    ("layer", "shape", "told"),
    [
        (
            MaxPool2d(2, padding=2),
            (1, 6, 6),
            "MaxPool2d: window 1 of 5 along the height would see nothing but padding, and "
            "padding never wins a maximum; use less padding.",
        ),
        (
            MaxPool2d(2, stride=1, padding=((0, 0), (0, 2))),
            (1, 6, 6),
            "MaxPool2d: window 7 of 7 along the width would see nothing but padding",
        ),
        (
            MaxPool2d(2, padding=1, dilation=2),
            (1, 1, 3),
            "MaxPool2d: window 1 of 1 along the height would see nothing but padding",
        ),
        (MaxPool2d(3), (1, 2, 6), "MaxPool2d: the 3×3 kernel does not fit: height 2"),
        (MaxPool2d(3), (7,), "MaxPool2d: expects images"),
    ],
)
def test_windows_that_cannot_be(layer: MaxPool2d, shape: Any, told: str) -> None:
    with pytest.raises(ShapeError) as error:
        layer.output_shape(shape)
    assert str(error.value).startswith(told)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"kernel_size": 0}, "MaxPool2d: kernel_size must be at least 1, received 0."),
        ({"stride": 0}, "MaxPool2d: stride must be at least 1, received 0."),
        ({"dilation": 1.5}, "MaxPool2d: dilation must be an integer, received 1.5."),
        ({"padding": "some"}, "MaxPool2d: padding must be one of"),
    ],
)
def test_arguments_that_mean_nothing(arguments: Any, told: str) -> None:
    with pytest.raises(ValueError) as error:
        MaxPool2d(**{"kernel_size": 2, **arguments})
    assert str(error.value).startswith(told)


def test_a_stride_that_was_not_given_stays_not_given() -> None:
    assert MaxPool2d(2).stride is None
    assert MaxPool2d(2).window().stride == (2, 2)
