"""The way back through a convolution: the textbook's and im2col's are the same."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnviz.explain.backward import way_back
from cnnviz.nn import reference
from cnnviz.nn.geometry import Window
from cnnviz.nn.im2col import col2im
from cnnviz.nn.layers import Conv2d
from tests.nn.configurations import sliding


def test_step_by_step() -> None:
    """A 4×5 image, a 2×2 kernel, stride 2: the last column is dropped."""
    x = np.arange(20, dtype=np.float32).reshape(1, 4, 5)
    weight = np.array([[[[1, 2], [3, 4]]]], np.float32)
    grad = np.array([[[1, 10], [100, 1000]]], np.float32)
    back = way_back(Conv2d(1, 2, stride=2), x, weight, grad)
    assert back.spread.tolist() == [[[1, 0, 10], [0, 0, 0], [100, 0, 1000]]]
    assert back.full.weight.tolist() == [[[[4, 3], [2, 1]]]]
    assert back.full.grid.border == ((1, 1), (1, 1))
    rows = [[1, 2, 10, 20], [3, 4, 30, 40], [100, 200, 1000, 2000], [300, 400, 3000, 4000]]
    assert back.full.after.tolist() == [rows]
    assert back.turned.tolist() == [[[*row, 0] for row in rows]]
    assert back.grad_columns.tolist() == [
        [1, 10, 100, 1000],
        [2, 20, 200, 2000],
        [3, 30, 300, 3000],
        [4, 40, 400, 4000],
    ]
    # Each weight meets one cell of every window: 0·1 + 2·10 + 10·100 + 12·1000, and so on.
    assert back.grad_weight.tolist() == [[[[13020, 14131], [18575, 19686]]]]
    assert back.input_difference == 0 and back.weight_difference == 0


def test_a_gradient_of_another_shape_is_refused() -> None:
    x, weight = np.ones((1, 4, 4), np.float32), np.ones((1, 1, 2, 2), np.float32)
    with pytest.raises(ValueError, match=r"output's shape \(1, 3, 3\), received \(1, 2, 3\)"):
        way_back(Conv2d(1, 2), x, weight, np.ones((1, 2, 3), np.float32))


def given_window(*window: Any, size: Any) -> Any:
    names = ("kernel_size", "stride", "dilation", "padding")
    return dict(zip(names, window, strict=True)), size, Window(*window).place(size, "test")


@given(sliding(), st.integers(1, 3), st.integers(1, 3), st.integers(0, 99))
@example(given_window((3, 2), (2, 3), (2, 3), ((0, 2), (3, 1)), size=(8, 6)), 2, 3, 0)
@example(given_window((1, 2), (1, 2), (1, 3), "same", size=(1, 1)), 1, 1, 2)
def test_both_ways_agree_with_the_loops(case: Any, C: int, F: int, seed: int) -> None:
    arguments, size, grid = case
    rng = np.random.default_rng(seed)
    x, weight, grad = (
        rng.integers(-4, 5, shape).astype(np.float32)
        for shape in ((C, *size), (F, C, *grid.kernel), (F, *grid.output))
    )
    back = way_back(Conv2d(F, **arguments), x, weight, grad)
    loops, by_weight, _ = reference.conv2d_backward(x[None], weight, grad[None], grid)
    for ours in (back.turned, back.grad_input, col2im(back.grad_columns[None], grid)[0]):
        np.testing.assert_array_equal(ours, loops[0])
    for ours in (back.grad_weight, back.turned_weight):
        np.testing.assert_array_equal(ours, by_weight)
    by_positions = grad.reshape(F, -1) @ back.columns.T
    np.testing.assert_array_equal(by_positions.reshape(weight.shape), by_weight)
    assert back.input_difference == back.weight_difference == 0
