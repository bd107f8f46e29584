"""The textbook's way back through a convolution against the loops and the fast way."""

from typing import Any

import numpy as np
from configurations import channels, sliding
from hypothesis import example, given
from hypothesis import strategies as st

from cnnviz.nn import reference
from cnnviz.nn.geometry import Window
from cnnviz.nn.layers import Conv2d


def test_step_by_step() -> None:
    """A 4×5 image, a 2×2 kernel, stride 2: the last column is dropped."""
    grid = Window((2, 2), (2, 2)).place((4, 5), "test")
    grad = np.array([[[[1.0, 10], [100, 1000]]]])
    kernel = np.array([[[[1.0, 2], [3, 4]]]])

    wide = reference.spread(grad, grid.stride)
    assert wide.tolist() == [[[[1, 0, 10], [0, 0, 0], [100, 0, 1000]]]]
    turned = reference.turn(kernel)
    assert turned.tolist() == [[[[4, 3], [2, 1]]]]
    covered = reference.full_convolution(wide, turned, grid.dilation)
    rows = [[1, 2, 10, 20], [3, 4, 30, 40], [100, 200, 1000, 2000], [300, 400, 3000, 4000]]
    assert covered.tolist() == [[rows]]
    assert reference.without_padding(covered, grid).tolist() == [[[[*row, 0] for row in rows]]]
    assert reference.input_gradient(kernel, grad, grid).tolist() == [[[[*row, 0] for row in rows]]]


def test_the_kernel_is_turned() -> None:
    """Each input cell of a stride-1 convolution with padding gets what it has given."""
    grid = Window((1, 3), padding=((0, 0), (1, 1))).place((1, 3), "test")
    grad, kernel = np.array([[[[1.0, 10, 100]]]]), np.array([[[[2.0, 3, 4]]]])
    assert reference.input_gradient(kernel, grad, grid).tolist() == [[[[23, 234, 340]]]]


def test_the_gradient_slides_over_the_image() -> None:
    """Stride 2: 1·1 + 10·3, 1·2 + 10·4, 1·3 + 10·5; dilation 2: the first and the last of them."""
    x, grad = np.array([[[[1.0, 2, 3, 4, 5]]]]), np.array([[[[1.0, 10]]]])
    grid = Window((1, 3), (1, 2)).place((1, 5), "test")
    assert reference.weight_gradient(x, grad, grid).tolist() == [[[[31, 42, 53]]]]
    grid = Window((1, 2), (1, 2), (1, 2)).place((1, 5), "test")
    assert reference.weight_gradient(x, grad, grid).tolist() == [[[[31, 53]]]]


def test_channels_change_places_within_their_group() -> None:
    weight = np.arange(12.0).reshape(6, 2, 1, 1)
    assert reference.swap_channels(weight)[:, :, 0, 0].tolist() == [
        [0, 2, 4, 6, 8, 10],
        [1, 3, 5, 7, 9, 11],
    ]
    assert reference.swap_channels(weight, groups=2)[:, :, 0, 0].tolist() == [
        [0, 2, 4],
        [1, 3, 5],
        [6, 8, 10],
        [7, 9, 11],
    ]


def given_window(*window: Any, size: Any) -> Any:
    names = ("kernel_size", "stride", "dilation", "padding")
    grid = Window(*window).place(size, "test")
    return dict(zip(names, window, strict=True)), size, grid


@given(sliding(), st.integers(1, 2), channels, st.integers(0, 99))
@example(given_window((3, 2), (2, 3), (2, 3), ((0, 2), (3, 1)), size=(8, 6)), 2, (2, 4, 6), 0)
@example(given_window((2, 2), (3, 3), (1, 1), "valid", size=(7, 4)), 1, (3, 3, 3), 1)
@example(given_window((1, 2), (1, 2), (1, 3), "same", size=(1, 1)), 1, (1, 1, 1), 2)
def test_equals_the_loops_and_the_fast_way(case: Any, N: int, split: Any, seed: int) -> None:
    (arguments, size, grid), (groups, C, F) = case, split
    rng = np.random.default_rng(seed)
    x, weight = (
        rng.standard_normal((N, C, *size)),
        rng.standard_normal((F, C // groups, *grid.kernel)),
    )
    grad_output = rng.standard_normal((N, F, *grid.output))
    turned = (
        reference.input_gradient(weight, grad_output, grid, groups),
        reference.weight_gradient(x, grad_output, grid, groups),
    )
    loops = reference.conv2d_backward(x, weight, grad_output, grid, groups)
    layer = Conv2d(F, **arguments, groups=groups, use_bias=False)
    grad_x, grads = layer.backward({"weight": weight}, x, grad_output)
    for ours, loop, fast in zip(turned, loops, (grad_x, grads["weight"]), strict=False):
        np.testing.assert_allclose(ours, loop, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(ours, fast, rtol=1e-10, atol=1e-10)
