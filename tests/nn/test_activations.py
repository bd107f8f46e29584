from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.nn.layers import Layer, LeakyReLU, ReLU, Sigmoid, Tanh


def both_ways(layer: Layer, x: Any, grad_output: Any) -> tuple[Any, Any]:
    y, cache = layer.forward({}, np.asarray(x))
    grad, _ = layer.backward({}, cache, np.asarray(grad_output))
    assert grad is not None
    return y.tolist(), grad.tolist()


def test_relu_and_its_leak() -> None:
    x, grad = [[-2.0, 0.0, 3.0]], [[10.0, 20.0, 30.0]]
    assert both_ways(ReLU(), x, grad) == ([[0, 0, 3]], [[0, 0, 30]])
    assert both_ways(LeakyReLU(0.5), x, grad) == ([[-1, 0, 3]], [[5, 10, 30]])
    assert both_ways(LeakyReLU(0.0), x, grad) == both_ways(ReLU(), x, grad)
    assert both_ways(LeakyReLU(), [[-100.0]], [[100.0]]) == ([[-1]], [[1]])


def test_sigmoid_by_hand() -> None:
    x = np.log([[1.0, 3.0, 1 / 3]])  # exp(−x) is 1, 1/3 and 3
    y, grad = both_ways(Sigmoid(), x, [[16.0, 16.0, 16.0]])
    assert y[0] == pytest.approx([1 / 2, 3 / 4, 1 / 4], rel=1e-15)
    assert grad[0] == pytest.approx([4, 3, 3], rel=1e-15)  # 16 y (1 − y)


def test_tanh_by_hand() -> None:
    x = np.log([[1.0, 3.0, 1 / 3]])  # tanh(x) = (e² − 1) / (e² + 1) with e = exp(x)
    y, grad = both_ways(Tanh(), x, [[25.0, 25.0, 25.0]])
    assert y[0] == pytest.approx([0, 4 / 5, -4 / 5], rel=1e-15)
    assert grad[0] == pytest.approx([25, 9, 9], rel=1e-14)  # 25 (1 − y²)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("layer", "lowest"), [(Sigmoid(), 0), (Tanh(), -1)])
def test_far_out_nothing_overflows(layer: Layer, lowest: int, dtype: Any) -> None:
    x = np.array([[-np.inf, -1e30, -1000, 1000, 1e30, np.inf]], dtype)
    y, cache = layer.forward({}, x)
    grad, _ = layer.backward({}, cache, np.ones_like(x))
    assert grad is not None
    assert (y.dtype, grad.dtype) == (dtype, dtype)
    assert y.tolist() == [[lowest, lowest, lowest, 1, 1, 1]]
    assert grad.tolist() == [[0] * 6]


def test_a_small_sigmoid_keeps_its_digits() -> None:
    y, _ = Sigmoid().forward({}, np.array([[-20.0, -80.0]], np.float32))
    np.testing.assert_allclose(y, np.exp([[-20.0, -80.0]]), rtol=1e-6)


@pytest.mark.parametrize("layer", [ReLU(), LeakyReLU(), Sigmoid(), Tanh()])
def test_not_a_number_is_not_hidden(layer: Layer) -> None:
    y, _ = layer.forward({}, np.array([[np.nan, 1.0]]))
    assert np.isnan(y).tolist() == [[True, False]]


@given(st.lists(st.floats(-50, 50), min_size=1), st.floats(0, 0.99))
def test_every_number_is_as_defined(numbers: list[float], slope: float) -> None:
    x = np.array([numbers])
    leaky = [number if number > 0 else slope * number for number in numbers]
    assert LeakyReLU(slope).forward({}, x)[0].tolist() == [leaky]
    y, _ = Sigmoid().forward({}, x)
    np.testing.assert_allclose(y, 1 / (1 + np.exp(-x)), rtol=1e-13)
    # σ(x) = (1 + tanh(x / 2)) / 2
    np.testing.assert_allclose(y, (1 + Tanh().forward({}, x / 2)[0]) / 2, rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("slope", "told"),
    [
        (1.0, "LeakyReLU: negative_slope must be at least 0 and below 1, received 1.0."),
        (-0.1, "LeakyReLU: negative_slope must be at least 0 and below 1, received -0.1."),
        ("0.1", "LeakyReLU: negative_slope must be a number, received '0.1'."),
    ],
)
def test_slopes_that_mean_nothing(slope: Any, told: str) -> None:
    with pytest.raises(ValueError) as error:
        LeakyReLU(slope)
    assert str(error.value) == told
