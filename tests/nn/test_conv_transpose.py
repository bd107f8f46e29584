from typing import Any

import numpy as np
import pytest
from configurations import agrees_with_the_loops, channels, spreading
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.nn import reference
from cnnviz.nn.geometry import ShapeError
from cnnviz.nn.layers import Conv2d, ConvTranspose2d
from cnnviz.nn.spec import to_spec


def spread(x: Any, weight: Any, **arguments: Any) -> Any:
    weight, x = np.array(weight, float), np.array(x, float)
    outputs = weight.shape[1] * arguments.get("groups", 1)
    layer = ConvTranspose2d(outputs, weight.shape[2:], use_bias=False, **arguments)
    return layer.forward({"weight": weight}, x)[0].tolist()


def test_each_cell_lays_the_kernel_on_the_output() -> None:
    x, kernel = [[[[1, 2], [3, 4]]]], [[[[1, 10], [100, 1000]]]]
    assert spread(x, kernel) == [[[[1, 12, 20], [103, 1234, 2040], [300, 3400, 4000]]]]
    assert spread(x, kernel, stride=2) == [
        [[[1, 10, 2, 20], [100, 1000, 200, 2000], [3, 30, 4, 40], [300, 3000, 400, 4000]]]
    ]


@pytest.mark.parametrize(
    ("arguments", "row"),
    [
        ({}, [1, 12, 23, 30]),
        ({"stride": (1, 2)}, [1, 10, 2, 20, 3, 30]),
        ({"stride": (1, 3)}, [1, 10, 0, 2, 20, 0, 3, 30]),
        ({"stride": (1, 3), "output_padding": (0, 2)}, [1, 10, 0, 2, 20, 0, 3, 30, 0, 0]),
        ({"stride": (1, 3), "padding": "valid"}, [1, 10, 0, 2, 20, 0, 3, 30, 0]),
        ({"stride": (1, 3), "padding": "same"}, [1, 10, 0, 2, 20, 0, 3, 30, 0]),
        ({"padding": "valid"}, [1, 12, 23, 30]),
        ({"padding": "same"}, [1, 12, 23]),
        ({"padding": "same_lower"}, [12, 23, 30]),
        ({"padding": "full"}, [12, 23]),
        ({"padding": (0, 1)}, [12, 23]),
        ({"padding": ((0, 0), (2, 0))}, [23, 30]),
        ({"padding": ((0, 0), (1, 0)), "stride": (1, 2)}, [10, 2, 20, 3, 30]),
        ({"dilation": (1, 2)}, [1, 2, 13, 20, 30]),
        ({"dilation": (1, 3), "output_padding": (0, 2)}, [1, 2, 3, 10, 20, 30, 0, 0]),
    ],
)
def test_a_row(arguments: Any, row: Any) -> None:
    assert spread([[[[1, 2, 3]]]], [[[[1, 10]]]], **arguments) == [[[row]]]


def test_same_cuts_the_odd_cell_after_and_padding_in_numbers_before() -> None:
    """TensorFlow's "same" and PyTorch's usual way to double the size differ by a cell."""
    x, kernel = [[[[1, 2, 3]]]], [[[[1, 10, 100]]]]
    assert spread(x, kernel, stride=(1, 2), padding="same") == [[[[1, 10, 102, 20, 203, 30]]]]
    assert spread(x, kernel, stride=(1, 2), padding=(0, 1), output_padding=(0, 1)) == [
        [[[10, 102, 20, 203, 30, 300]]]
    ]


def test_groups_keep_to_their_own_channels() -> None:
    x = np.array([1.0, 2, 3, 4]).reshape(1, 4, 1, 1)
    weight = np.array([[1.0, 10], [1, 0], [0, 1], [1, 1]]).reshape(4, 2, 1, 1)
    assert spread(x, weight, groups=2) == [[[[3]], [[10]], [[4]], [[7]]]]


def test_cells_that_no_kernel_reaches_have_the_bias_alone() -> None:
    layer = ConvTranspose2d(2, 1, stride=2, padding="same")
    params = {"weight": np.ones((1, 2, 1, 1)), "bias": np.array([5.0, 7])}
    y, _ = layer.forward(params, np.ones((1, 1, 1, 1)))
    assert y.tolist() == [[[[6, 5], [5, 5]], [[8, 7], [7, 7]]]]


@given(spreading(), st.integers(1, 2), channels, st.integers(0, 99))
def test_both_ways_agree_with_the_loops(case: Any, N: int, split: Any, seed: int) -> None:
    (arguments, size, grid), (groups, C, F) = case, split
    layer = ConvTranspose2d(F, **arguments, groups=groups)
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((N, C, *size))
    weight, bias = rng.standard_normal((C, F // groups, *grid.kernel)), rng.standard_normal(F)
    agrees_with_the_loops(
        layer,
        {"weight": weight, "bias": bias},
        x,
        lambda: reference.conv_transpose2d(x, weight, bias, grid, groups),
        lambda grad: reference.conv_transpose2d_backward(x, weight, grad, grid, groups),
    )


@given(spreading(), channels, st.integers(0, 99))
def test_it_is_what_goes_back_through_a_convolution(case: Any, split: Any, seed: int) -> None:
    """The words mean the same in both; in numbers, where the convolution leads back to the size."""
    (arguments, size, grid), (groups, C, F) = case, split
    layer = ConvTranspose2d(F, **arguments, groups=groups, use_bias=False)
    arguments.pop("output_padding", None)
    conv = Conv2d(C, **arguments, groups=groups, use_bias=False)
    shape = layer.output_shape((C, *size))
    if isinstance(layer.padding, str):
        assert conv.output_shape(shape) == (C, *size)
    elif conv.output_shape(shape) != (C, *size):
        return
    rng = np.random.default_rng(seed)
    x, image = rng.standard_normal((2, C, *size)), rng.standard_normal((2, *shape))
    params = {"weight": rng.standard_normal((C, F // groups, *grid.kernel))}
    expected, _ = conv.backward(params, image, x)
    np.testing.assert_allclose(layer.forward(params, x)[0], expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "dilation", "padding", "added", "output"),
    [
        (4, 3, 1, 1, 0, 0, 6),
        (4, 3, 2, 1, 0, 0, 9),
        (4, 3, 2, 1, 1, 1, 8),
        (4, 4, 2, 1, 1, 0, 8),
        (4, 2, 5, 1, 0, 4, 21),
        (4, 3, 2, 3, 0, 2, 15),
        (1, 3, 2, 1, 1, 0, 1),
        (1, 1, 1, 1, 0, 0, 1),
        (4, 3, 2, 1, "same", 0, 8),
        (4, 2, 5, 1, "same", 0, 20),
        (5, 4, 3, 2, "same_lower", 0, 15),
        (4, 3, 2, 1, "valid", 0, 9),
        (4, 2, 5, 1, "valid", 0, 20),
        (4, 3, 1, 1, "full", 0, 2),
        (4, 3, 2, 1, "full", 0, 5),
    ],
)
def test_output_sizes(
    size: int, kernel: int, stride: int, dilation: int, padding: Any, added: int, output: int
) -> None:
    layer = ConvTranspose2d(7, kernel, stride, padding, added, dilation)
    assert layer.output_shape((2, size, size)) == (7, output, output)


@pytest.mark.parametrize("N", [1, 7, 40])
def test_many_images_take_the_same_way(N: int) -> None:
    """Enough images that they are worked on in several blocks."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((N, 4, 20, 21))
    layer = ConvTranspose2d(3, 5, padding=1)
    params = {"weight": rng.standard_normal((4, 3, 5, 5)), "bias": rng.standard_normal(3)}
    y, cache = layer.forward(params, x)
    grad, grads = layer.backward(params, cache, y)
    parts = [layer.forward(params, x[i : i + 1]) for i in range(N)]
    backs = [layer.backward(params, part[1], y[i : i + 1]) for i, part in enumerate(parts)]
    np.testing.assert_allclose(y, np.concatenate([part[0] for part in parts]), atol=1e-10)
    np.testing.assert_allclose(grad, np.concatenate([back[0] for back in backs]), atol=1e-10)
    for key in params:
        np.testing.assert_allclose(grads[key], sum(back[1][key] for back in backs), rtol=1e-9)


@pytest.mark.parametrize("arguments", [{"kernel_size": 4, "stride": 2}, {"kernel_size": 3}])
def test_he_keeps_the_variance(arguments: Any) -> None:
    """Twice the input's, which ReLU halves; a stride leaves each output fewer terms."""
    layer = ConvTranspose2d(32, **arguments, groups=2)
    rng = np.random.default_rng(0)
    y, _ = layer.forward(layer.init((64, 12, 12), rng), rng.standard_normal((4, 64, 12, 12)))
    assert 1.9 < y[:, :, 5:-5, 5:-5].var() < 2.1


def test_costs() -> None:
    layer = ConvTranspose2d(6, 3, stride=2, groups=2)
    assert layer.parameter_shapes((4, 5, 7)) == {"weight": (4, 3, 3, 3), "bias": (6,)}
    assert layer.macs((4, 5, 7)) == 4 * 3 * 9 * 35
    assert layer.scratch_floats((4, 5, 7)) == 6 * 3 * 7 * 11


def test_arguments_are_kept_in_their_shortest_form() -> None:
    layer = ConvTranspose2d(8, (3, 3), stride=[2, 3], padding=(1, 1), output_padding=(1, 1))
    assert to_spec(layer) == {
        "type": "ConvTranspose2d",
        "out_channels": 8,
        "kernel_size": 3,
        "stride": [2, 3],
        "padding": 1,
        "output_padding": 1,
        "dilation": 1,
        "groups": 1,
        "use_bias": True,
        "weight_init": "he",
    }


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"kernel_size": 0}, "ConvTranspose2d: kernel_size must be at least 1, received 0."),
        ({"padding": "sane"}, 'ConvTranspose2d: padding must be one of "valid", "same"'),
        ({"output_padding": -1}, "ConvTranspose2d: output_padding must be at least 0, received"),
        ({"output_padding": 1.5}, "ConvTranspose2d: output_padding must be an integer, received"),
        (
            {"stride": (2, 3), "dilation": (3, 1), "output_padding": (2, 3)},
            "ConvTranspose2d: output_padding must be below the larger of stride and dilation, "
            "along the width max(3, 1) = 3, received 3; for a larger output use a larger stride "
            "or kernel.",
        ),
        (
            {"stride": 2, "padding": "same", "output_padding": 1},
            'ConvTranspose2d: output_padding 1 needs padding in numbers: "same" decides the '
            "output's size alone; write padding=0, or leave output_padding at 0.",
        ),
        (
            {"out_channels": 5, "groups": 2},
            "ConvTranspose2d: out_channels cannot be divided into 2 groups of equal size: "
            "5 = 2 × 2 + 1; choose groups that divide 5.",
        ),
    ],
)
def test_arguments_that_mean_nothing(arguments: Any, told: str) -> None:
    with pytest.raises(ValueError) as error:
        ConvTranspose2d(**{"out_channels": 2, "kernel_size": 3, **arguments})
    assert str(error.value).startswith(told)


@pytest.mark.parametrize(
    ("arguments", "sum_"),
    [
        ({"padding": (0, 3)}, "width (2 − 1) × 1 + window 3 − padding 3 − 3 + output padding 0 ="),
        ({"padding": "full"}, "width (2 − 1) × 1 + window 3 − padding 2 − 2 + output padding 0 ="),
        (
            {"padding": ((9, 1), (0, 0)), "stride": 2, "dilation": 2, "output_padding": 1},
            "height (3 − 1) × 2 + window 5 − padding 9 − 1 + output padding 1 = 0;",
        ),
    ],
)
def test_nothing_is_left(arguments: Any, sum_: str) -> None:
    with pytest.raises(ShapeError) as error:
        ConvTranspose2d(2, 3, **arguments).output_shape((1, 3, 2))
    assert str(error.value).startswith(f"ConvTranspose2d: nothing is left of the output: {sum_}")
    assert str(error.value).endswith("use less padding, a larger stride, or a larger image.")


def test_inputs_that_are_no_images_and_images_of_another_network() -> None:
    layer = ConvTranspose2d(2, 3)
    with pytest.raises(ShapeError, match=r"ConvTranspose2d: expects images .* shape \(400,\)"):
        layer.output_shape((400,))
    with pytest.raises(ShapeError, match="weights expect 3 channels, the input has 1"):
        layer.forward(layer.init((3, 5, 5), np.random.default_rng(0)), np.zeros((1, 1, 5, 5)))
    with pytest.raises(ShapeError, match="ConvTranspose2d: the input's channels cannot be divided"):
        ConvTranspose2d(2, 3, groups=2).output_shape((3, 5, 5))
