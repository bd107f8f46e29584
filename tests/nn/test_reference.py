"""The oracle itself, against small answers written out by hand."""

import numpy as np

from cnnviz.nn import reference
from cnnviz.nn.geometry import Window


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
