"""The oracle itself, against small answers written out by hand."""

import numpy as np

from cnnviz.nn import reference
from cnnviz.nn.geometry import Window
from cnnviz.nn.transposed import TransposedWindow


def test_convolution_and_its_way_back() -> None:
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    weight = np.arange(4.0).reshape(1, 1, 2, 2)
    grid = Window((2, 2)).place((3, 3), "test")
    y = reference.conv2d(x, weight, np.array([100.0]), grid)
    assert y.tolist() == [[[[119, 125], [137, 143]]]]
    grad_x, grad_weight, grad_bias = reference.conv2d_backward(
        x, weight, np.array([[[[1.0, 0], [0, 10]]]]), grid
    )
    assert grad_x.tolist() == [[[[0, 1, 0], [2, 3, 10], [0, 20, 30]]]]
    assert grad_weight.tolist() == [[[[40, 51], [73, 84]]]]
    assert grad_bias.tolist() == [11]


def test_groups_of_channels() -> None:
    """Channels 1, 2 make output 1 and channels 3, 4 output 2: 1·5 + 2·6 and 3·7 + 4·8."""
    x = np.array([1.0, 2, 3, 4]).reshape(1, 4, 1, 1)
    weight = np.array([5.0, 6, 7, 8]).reshape(2, 2, 1, 1)
    grid = Window((1, 1)).place((1, 1), "test")
    y = reference.conv2d(x, weight, np.zeros(2), grid, groups=2)
    assert y.tolist() == [[[[17]], [[53]]]]
    grad = np.array([1.0, 10]).reshape(1, 2, 1, 1)
    grad_x, grad_weight, _ = reference.conv2d_backward(x, weight, grad, grid, groups=2)
    assert grad_x.reshape(4).tolist() == [5, 6, 70, 80]
    assert grad_weight.reshape(4).tolist() == [1, 2, 30, 40]


def test_transposed_convolution_and_its_way_back() -> None:
    x = np.array([[[[1.0, 2]]]])
    weight = np.array([[[[1.0, 10]], [[3, 4]]]])
    grid = TransposedWindow((1, 2)).place((1, 2), "test")
    y = reference.conv_transpose2d(x, weight, np.array([0.0, 100]), grid)
    assert y.tolist() == [[[[1, 12, 20]], [[103, 110, 108]]]]
    grad_x, grad_weight, grad_bias = reference.conv_transpose2d_backward(
        x, weight, np.array([[[[1.0, 0, 0]], [[0, 1, 5]]]]), grid
    )
    assert grad_x.tolist() == [[[[1 + 4, 3 + 20]]]]
    assert grad_weight.tolist() == [[[[1, 0]], [[2, 1 + 10]]]]
    assert grad_bias.tolist() == [1, 6]


def test_groups_of_a_transposed_convolution() -> None:
    x = np.array([1.0, 2]).reshape(1, 2, 1, 1)
    weight = np.array([3.0, 4, 5, 6]).reshape(2, 2, 1, 1)
    grid = TransposedWindow((1, 1)).place((1, 1), "test")
    y = reference.conv_transpose2d(x, weight, np.zeros(4), grid, groups=2)
    assert y.reshape(4).tolist() == [3, 4, 10, 12]
    grad = np.array([1.0, 10, 100, 1000]).reshape(1, 4, 1, 1)
    grad_x, grad_weight, _ = reference.conv_transpose2d_backward(x, weight, grad, grid, groups=2)
    assert grad_x.reshape(2).tolist() == [43, 6500]
    assert grad_weight.reshape(4).tolist() == [1, 10, 200, 2000]


def test_what_the_window_in_the_corner_meets() -> None:
    grid = Window((2, 2), dilation=(1, 2), padding=1).place((2, 3), "test")
    assert list(reference.met(grid, 0, 0)) == [((1, 1), (0, 1))]
    assert list(reference.positions(grid))[-1] == (2, 2)


def test_pooling() -> None:
    grid = Window((2, 2), (2, 2)).place((2, 4), "test")
    y, origin = reference.max_pool(np.array([[[[1.0, 5, 7, 7], [5, 2, 7, 7]]]]), grid)
    assert y.tolist() == [[[[5, 7]]]]
    assert origin.tolist() == [[[[[0, 1], [0, 2]]]]]
    grad = reference.max_pool_backward(origin, np.array([[[[2.0, 3.0]]]]), grid)
    assert grad.tolist() == [[[[0, 2, 3, 0], [0, 0, 0, 0]]]]
