from typing import Any

import numpy as np
import pytest
from configurations import sliding
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.nn import reference
from cnnviz.nn.geometry import ShapeError
from cnnviz.nn.layers import Conv2d
from cnnviz.nn.spec import to_spec


def convolve(x: Any, weight: Any, **arguments: Any) -> Any:
    weight, x = np.array(weight, float), np.array(x, float)
    layer = Conv2d(len(weight), weight.shape[2:], use_bias=False, **arguments)
    return layer.forward({"weight": weight}, x)[0].tolist()


def test_a_counted_image_and_kernel() -> None:
    """Row by row: 0·0 + 1·1 + 3·2 + 4·3 = 19, …: the kernel is not turned."""
    x, kernel = np.arange(9).reshape(1, 1, 3, 3), np.arange(4).reshape(1, 1, 2, 2)
    assert convolve(x, kernel) == [[[[19, 25], [37, 43]]]]


def test_the_picture_that_every_introduction_shows() -> None:
    x = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
    kernel = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
    assert convolve([[x]], [[kernel]]) == [[[[4, 3, 4], [2, 4, 3], [2, 3, 4]]]]


def test_padding_stride_and_dilation_on_a_row() -> None:
    row, kernel = [[[[1, 2, 3, 4, 5]]]], [[[[1, 10]]]]
    assert convolve(row, kernel) == [[[[21, 32, 43, 54]]]]
    assert convolve(row, kernel, stride=(1, 2)) == [[[[21, 43]]]]
    assert convolve(row, kernel, dilation=(1, 3)) == [[[[41, 52]]]]
    assert convolve(row, kernel, padding="same") == [[[[21, 32, 43, 54, 5]]]]
    assert convolve(row, kernel, padding="same_lower") == [[[[10, 21, 32, 43, 54]]]]
    assert convolve(row, kernel, padding="full") == [[[[10, 21, 32, 43, 54, 5]]]]
    assert convolve(row, kernel, padding=((0, 0), (0, 2))) == [[[[21, 32, 43, 54, 5, 0]]]]


def test_channels_are_added_and_each_filter_has_its_bias() -> None:
    x = np.ones((1, 2, 2, 2))
    params = {"weight": np.array([1.0, 2, 3, 4]).reshape(2, 2, 1, 1), "bias": np.array([10.0, 20])}
    y, _ = Conv2d(2, 1).forward(params, x)
    assert y.tolist() == [[[[13, 13], [13, 13]], [[27, 27], [27, 27]]]]


@given(sliding(), st.integers(1, 3), st.integers(1, 3), st.integers(1, 4), st.integers(0, 99))
def test_both_ways_agree_with_the_loops(case: Any, N: int, C: int, F: int, seed: int) -> None:
    arguments, size, grid = case
    layer = Conv2d(F, **arguments)
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((N, C, *size))
    weight, bias = rng.standard_normal((F, C, *grid.kernel)), rng.standard_normal(F)
    params = {"weight": weight, "bias": bias}
    y, cache = layer.forward(params, x)
    np.testing.assert_allclose(y, reference.conv2d(x, weight, bias, grid), rtol=1e-10, atol=1e-10)
    grad_output = rng.standard_normal(y.shape)
    grad_x, grads = layer.backward(params, cache, grad_output)
    expected = reference.conv2d_backward(x, weight, grad_output, grid)
    for ours, theirs in zip((grad_x, grads["weight"], grads["bias"]), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("N", [1, 7, 40])
def test_many_images_take_the_same_way(N: int) -> None:
    """Enough images that they are worked on in several blocks."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((N, 3, 20, 21))
    layer = Conv2d(4, 5, padding=1)
    params = {"weight": rng.standard_normal((4, 3, 5, 5)), "bias": rng.standard_normal(4)}
    y, cache = layer.forward(params, x)
    grad, grads = layer.backward(params, cache, y)
    parts = [layer.forward(params, x[i : i + 1]) for i in range(N)]
    backs = [layer.backward(params, part[1], y[i : i + 1]) for i, part in enumerate(parts)]
    np.testing.assert_allclose(y, np.concatenate([part[0] for part in parts]))
    np.testing.assert_allclose(grad, np.concatenate([back[0] for back in backs]), atol=1e-10)
    for key in params:
        np.testing.assert_allclose(grads[key], sum(back[1][key] for back in backs), rtol=1e-9)


def test_arguments_are_kept_in_their_shortest_form() -> None:
    layer = Conv2d(8, (3, 3), stride=[2, 1], padding=((1, 1), (1, 1)))
    assert to_spec(layer) == {
        "type": "Conv2d",
        "out_channels": 8,
        "kernel_size": 3,
        "stride": [2, 1],
        "padding": 1,
        "dilation": 1,
        "use_bias": True,
        "weight_init": "he",
    }
    assert layer == Conv2d(8, 3, stride=(2, 1), padding=1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"out_channels": 0}, "Conv2d: out_channels must be at least 1, received 0."),
        ({"out_channels": 2.0}, "Conv2d: out_channels must be an integer, received 2.0."),
        ({"kernel_size": 0}, "Conv2d: kernel_size must be at least 1, received 0."),
        ({"kernel_size": True}, "Conv2d: kernel_size must be an integer, received True."),
        ({"kernel_size": "3"}, "Conv2d: kernel_size must be an integer, received '3'."),
        ({"stride": -1}, "Conv2d: stride must be at least 1, received -1."),
        ({"stride": (1, 2, 3)}, "Conv2d: stride must be an integer or a pair of them, received"),
        ({"dilation": 0}, "Conv2d: dilation must be at least 1, received 0."),
        ({"padding": "sane"}, 'Conv2d: padding must be one of "valid", "same"'),
        ({"padding": -1}, "Conv2d: padding must be at least 0, received -1."),
        ({"use_bias": 1}, "Conv2d: use_bias must be true or false, received 1."),
        ({"weight_init": "zero"}, 'Conv2d: weight_init must be one of "he", "xavier"'),
    ],
)
def test_arguments_that_mean_nothing(arguments: Any, told: str) -> None:
    with pytest.raises(ValueError) as error:
        Conv2d(**{"out_channels": 2, "kernel_size": 3, **arguments})
    assert str(error.value).startswith(told)


def test_inputs_that_are_no_images_and_images_of_another_network() -> None:
    with pytest.raises(ShapeError, match=r"Conv2d: expects images .* received shape \(400,\)"):
        Conv2d(2, 3).output_shape((400,))
    params = Conv2d(2, 3).init((3, 5, 5), np.random.default_rng(0))
    with pytest.raises(ShapeError, match="weights expect 3 channels, the input has 1"):
        Conv2d(2, 3).forward(params, np.zeros((1, 1, 5, 5)))
