from typing import Any

import numpy as np
import pytest
from configurations import agrees_with_the_loops, channels, sliding
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.nn import reference
from cnnviz.nn.geometry import ShapeError
from cnnviz.nn.im2col import im2col
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


def test_two_channels_product_by_product() -> None:
    """1·1 + 5·5 = 26, 2·2 + 6·6 = 40, 3·3 + 7·7 = 58, 4·4 + 8·8 = 80; together 204."""
    x = weight = np.array([[[[1.0, 2], [3, 4]], [[5, 6], [7, 8]]]])
    column = im2col(x, Conv2d(1, 2).grid((2, 2, 2)))[0, :, 0]
    products = (weight.reshape(8) * column).reshape(2, 2, 2)
    assert products.sum(axis=0).tolist() == [[26, 40], [58, 80]]
    assert convolve(x, weight) == [[[[204]]]]


def test_groups_keep_to_their_own_channels() -> None:
    """Channels 1, 2 and 3, 4 make outputs 1, 2 and 3, 4: 1 + 2 + 0·3, …, 3·3 + 4·4 = 25."""
    x = np.array([1.0, 2, 3, 4]).reshape(1, 4, 1, 1)
    weight = np.array([[1.0, 1], [0, 1], [10, 1], [3, 4]]).reshape(4, 2, 1, 1)
    assert convolve(x, weight, groups=2) == [[[[3]], [[2]], [[34]], [[25]]]]
    grad, grads = Conv2d(4, 1, groups=2, use_bias=False).backward(
        {"weight": weight}, x, np.array([1.0, 10, 100, 1000]).reshape(1, 4, 1, 1)
    )
    assert grad is not None and grad.reshape(4).tolist() == [1, 11, 4000, 4100]
    assert grads["weight"].reshape(4, 2).tolist() == [[1, 2], [10, 20], [300, 400], [3000, 4000]]


def test_as_many_groups_as_channels_filter_each_channel_by_itself() -> None:
    """The two channels of the example above: 1 + 4 + 9 + 16 = 30 and 25 + 36 + 49 + 64 = 174."""
    x = np.array([[[[1.0, 2], [3, 4]], [[5, 6], [7, 8]]]])
    assert convolve(x, x.swapaxes(0, 1), groups=2) == [[[[30]], [[174]]]]


@given(sliding(), st.integers(1, 2), channels, st.integers(0, 99))
def test_both_ways_agree_with_the_loops(case: Any, N: int, split: Any, seed: int) -> None:
    (arguments, size, grid), (groups, C, F) = case, split
    layer = Conv2d(F, **arguments, groups=groups)
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((N, C, *size))
    weight, bias = rng.standard_normal((F, C // groups, *grid.kernel)), rng.standard_normal(F)
    agrees_with_the_loops(
        layer,
        {"weight": weight, "bias": bias},
        x,
        lambda: reference.conv2d(x, weight, bias, grid, groups),
        lambda grad: reference.conv2d_backward(x, weight, grad, grid, groups),
    )


@pytest.mark.parametrize(
    ("size", "arguments", "output"),
    [
        ((1, 1), {"kernel_size": 1}, [[[[1]]]]),
        ((1, 1), {"kernel_size": 3, "padding": "same", "stride": 2}, [[[[5]]]]),
        ((1, 1), {"kernel_size": 2, "padding": "full"}, [[[[4, 3], [2, 1]]]]),
        ((2, 2), {"kernel_size": 3, "padding": ((1, 0), (0, 1))}, [[[[67]]]]),
        ((3, 1), {"kernel_size": (3, 1), "dilation": (1, 9)}, [[[[14]]]]),
        ((2, 5), {"kernel_size": 1, "stride": (3, 4)}, [[[[1, 5]]]]),
        ((1, 4), {"kernel_size": (1, 2), "stride": 3, "padding": "same"}, [[[[5, 4]]]]),
    ],
)
def test_the_smallest_images_and_windows_that_take_all_or_leave_gaps(
    size: Any, arguments: Any, output: Any
) -> None:
    """Image and kernel count from 1, row by row."""
    layer = Conv2d(1, **arguments, use_bias=False)
    kernel = layer.parameter_shapes((1, *size))["weight"]
    params = {"weight": np.arange(1.0, 1 + np.prod(kernel)).reshape(kernel)}
    x = np.arange(1.0, 1 + np.prod(size)).reshape(1, 1, *size)
    y, cache = layer.forward(params, x)
    assert y.tolist() == output
    grad, _ = layer.backward(params, cache, y)
    assert grad is not None and grad.shape == x.shape


def test_fans_count_the_weights_of_one_group() -> None:
    """Xavier's limit is √(6 / (2·9 + 4·9)): a group of 8 → 16 channels in 4 has 2 → 4."""
    params = Conv2d(16, 3, groups=4, weight_init="xavier").init((8, 9, 9), np.random.default_rng(0))
    limit = (6 / (2 * 9 + 4 * 9)) ** 0.5
    assert params["weight"].shape == (16, 2, 3, 3)
    assert 0.95 * limit < np.abs(params["weight"]).max() <= limit


def test_a_group_costs_its_share() -> None:
    whole, split = Conv2d(16, 3), Conv2d(16, 3, groups=4)
    assert whole.macs((8, 9, 9)) == 4 * split.macs((8, 9, 9)) == 16 * 8 * 9 * 49
    assert whole.scratch_floats((8, 9, 9)) == split.scratch_floats((8, 9, 9)) == 8 * 3 * 7 * 9
    assert whole.back_floats((8, 9, 9)) == 7 * (16 * 11 + 9 * 8 * 3)
    dilated = Conv2d(16, 3, dilation=2)  # its rows are copied: 3 for each of 5 rows of windows
    assert dilated.scratch_floats((8, 9, 9)) == 8 * 3 * 5 * (9 + 3 * 5)
    assert dilated.back_floats((8, 9, 9)) == 5 * (16 * (13 + 3 * 9) + 9 * 8 * 3)


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
        "groups": 1,
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
        ({"groups": 0}, "Conv2d: groups must be at least 1, received 0."),
        (
            {"out_channels": 6, "groups": 4},
            "Conv2d: out_channels cannot be divided into 4 groups of equal size: 6 = 1 × 4 + 2; "
            "choose groups that divide 6.",
        ),
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


def test_channels_of_the_input_that_groups_do_not_divide() -> None:
    layer = Conv2d(6, 3, groups=3)
    for ask in (layer.output_shape, layer.parameter_shapes, layer.macs):
        with pytest.raises(ShapeError) as error:
            ask((4, 5, 5))
        assert str(error.value) == (
            "Conv2d: the input's channels cannot be divided into 3 groups of equal size: "
            "4 = 1 × 3 + 1; choose groups that divide 4."
        )
