"""What one output cell is made of, and the NumPy that computes it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.explain.cell import Convolved, convolve, terms
from cnnviz.explain.kernels import EXAMPLES, KERNELS
from cnnviz.explain.numpy_code import activation_code, arrays_code, cell_code
from cnnviz.nn.geometry import ShapeError
from cnnviz.nn.layers import Conv2d, Flatten, Layer, LeakyReLU, ReLU, Sigmoid, Tanh
from tests.nn.configurations import channels, sliding


def worked(name: str, **arguments: Any) -> Convolved:
    one = EXAMPLES[name]
    layer = Conv2d(1, one.weight.shape[2:], use_bias=False, **arguments)
    return convolve(layer, {"weight": one.weight}, one.x)


def test_the_worked_example_begins_with_four() -> None:
    found = worked("one")
    assert found.after[0].tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    parts = terms(found, 0, (0, 0))
    assert parts.values.tolist() == [[[1, 1, 1], [0, 1, 1], [0, 0, 1]]]
    assert parts.products.tolist() == [[[1, 0, 1], [0, 1, 0], [0, 0, 1]]]


def test_two_channels_cell_by_cell() -> None:
    parts = terms(worked("two"), 0, (0, 0))
    assert parts.products.sum(axis=0).tolist() == [[26, 40], [58, 80]]
    assert parts.products.sum(axis=(1, 2)).tolist() == [30, 174]


def test_a_window_on_the_padding_meets_zeros() -> None:
    parts = terms(worked("one", padding=1), 0, (0, 4))
    assert parts.values.tolist() == [[[0, 0, 0], [0, 0, 0], [1, 0, 0]]]


@st.composite
def convolved(draw: Any) -> tuple[Convolved, int, tuple[int, int]]:
    (arguments, size, grid), (groups, C, F) = draw(sliding()), draw(channels)
    layer = Conv2d(F, **arguments, groups=groups, use_bias=draw(st.booleans()))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    weight = rng.standard_normal((F, C // groups, *grid.kernel))
    params = {"weight": weight, "bias": rng.standard_normal(F)}
    activation = draw(st.sampled_from([None, ReLU(), LeakyReLU(0.2), Sigmoid(), Tanh()]))
    found = convolve(layer, params, rng.standard_normal((C, *size)), activation)
    cell = tuple(draw(st.integers(0, end - 1)) for end in grid.output)
    return found, draw(st.integers(0, F - 1)), cell


@given(convolved())
def test_products_and_bias_add_up_to_the_layers_output(case: Any) -> None:
    found, filter, cell = case
    total = terms(found, filter, cell).products.sum()
    total += 0 if found.bias is None else found.bias[filter]
    assert total == pytest.approx(found.before[(filter, *cell)], abs=1e-12)


@given(convolved())
def test_the_lines_of_numpy_give_that_number(case: Any) -> None:
    found, filter, cell = case
    names: dict[str, Any] = {"np": np, "x": found.x, "weight": found.weight, "bias": found.bias}
    exec(cell_code(found, filter, cell), names)
    assert names["z"] == pytest.approx(found.before[(filter, *cell)], abs=1e-12)
    if found.activation is not None:
        assert names["y"] == pytest.approx(found.after[(filter, *cell)], abs=1e-12)


def test_small_arrays_are_written_out_and_can_be_run_as_they_stand() -> None:
    names: dict[str, Any] = {}
    found = worked("one", stride=2)
    exec("\n".join((arrays_code(found), cell_code(found, 0, (1, 1)))), names)
    assert names["z"] == found.before[0, 1, 1] == 4


def test_large_arrays_are_left_to_the_reader() -> None:
    layer = Conv2d(2, 3, use_bias=False)
    x = np.zeros((1, 28, 28), np.float32)
    found = convolve(layer, {"weight": np.ones((2, 1, 3, 3), np.float32)}, x)
    assert "x = np.zeros((1, 28, 28), np.float32)  # too many to write" in arrays_code(found)
    assert cell_code(found, 1, (2, 3)) == "z = (x[:, 2:5, 3:6] * weight[1]).sum()"


def test_padding_dilation_groups_and_bias_stand_in_the_line() -> None:
    layer = Conv2d(4, 2, padding=((0, 0), (1, 0)), dilation=2, groups=2)
    weight = np.ones((4, 1, 2, 2))
    found = convolve(layer, {"weight": weight, "bias": np.ones(4)}, np.ones((2, 5, 5)), ReLU())
    assert cell_code(found, 3, (0, 1)).splitlines() == [
        "padded = np.pad(x, ((0, 0), (0, 0), (1, 0)))",
        "z = (padded[1:2, 0:3:2, 1:4:2] * weight[3]).sum() + bias[3]",
        "y = np.maximum(z, 0)",
    ]


@pytest.mark.parametrize("kind", [Flatten()])
def test_what_is_no_activation_has_no_line(kind: Layer) -> None:
    with pytest.raises(ValueError, match="no line of NumPy for Flatten, only for ReLU"):
        activation_code(kind)


def test_weights_of_another_image_are_refused() -> None:
    with pytest.raises(ShapeError, match="the weights expect 2 channels, the input has 1"):
        convolve(Conv2d(1, 2), {"weight": np.ones((1, 2, 2, 2))}, np.ones((1, 3, 3)))


def test_presets_do_what_their_names_say() -> None:
    """On an even image blurs and sharpening give it back, edges are nowhere."""
    even = np.full((2, 5, 6), 2.0)
    sums = {}
    for name, kernel in KERNELS.items():
        layer = Conv2d(1, 3, use_bias=False)
        outputs = convolve(layer, {"weight": kernel.weight(2)}, even).after
        assert outputs.shape == (1, 3, 4)
        sums[name] = np.unique(outputs.round(12)).tolist()
    assert sums == {
        "cross": [20],
        "identity": [4],
        "edges": [0],
        "sobel-x": [0],
        "sobel-y": [0],
        "box": [4],
        "gauss": [4],
        "sharpen": [4],
    }
    brighter = np.tile(np.arange(5.0), (1, 5, 1))
    weight = KERNELS["sobel-x"].weight(1)
    assert convolve(Conv2d(1, 3, use_bias=False), {"weight": weight}, brighter).after.min() == 8
