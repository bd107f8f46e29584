"""The gradient check itself: it must see what is wrong."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from cnnviz.nn.gradcheck import check_gradients
from cnnviz.nn.layers import BatchNorm2d, Conv2d, Linear, ReLU
from cnnviz.nn.model import Sequential


@dataclass(frozen=True)
class WrongReLU(ReLU):
    """Passes every gradient."""

    def backward(self, params: Any, cache: Any, grad_output: Any, **_: Any) -> Any:
        return grad_output, {}


@dataclass(frozen=True)
class WrongLinear(Linear):
    """Is off by a thousandth in one weight."""

    def backward(self, params: Any, cache: Any, grad_output: Any, **options: Any) -> Any:
        grad, grads = super().backward(params, cache, grad_output, **options)
        grads["weight"][0, 0] *= 1.001
        return grad, grads


def test_a_wrong_backward_pass_is_seen() -> None:
    assert check_gradients(WrongReLU(), (3, 4))["input"] > 0.1
    errors = check_gradients(WrongLinear(4), (5,))
    assert errors["0.weight"] > 1e-5
    assert max(errors["input"], errors["0.bias"]) < 1e-8


def test_a_slope_of_nothing_but_rounding_is_no_error_and_a_small_wrong_one_is() -> None:
    """A bias before batch normalization: the mean takes it out again."""
    without = Sequential((Conv2d(2, 2), BatchNorm2d()))
    assert max(check_gradients(without, (3, 4, 3), batch=5).values()) < 1e-7

    class Wrong(Conv2d):
        def backward(self, params: Any, cache: Any, grad_output: Any, **options: Any) -> Any:
            grad, grads = super().backward(params, cache, grad_output, **options)
            grads["bias"][0] += 1e-6
            return grad, grads

    wrong = Sequential((Wrong(2, 2), BatchNorm2d()))
    assert check_gradients(wrong, (3, 4, 3), batch=5)["0.bias"] > 1e-6


def test_large_arrays_are_checked_along_directions() -> None:
    assert max(check_gradients(Linear(50), (40,)).values()) < 1e-7
    assert check_gradients(WrongReLU(), (500,))["input"] > 0.1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_own_parameters_and_inputs_are_used_and_left_alone(dtype: Any) -> None:
    params = [{"weight": np.ones((2, 3), dtype), "bias": np.zeros(2, dtype)}]
    x = np.ones((1, 3), dtype)
    errors = check_gradients(Linear(2), (3,), params=params, x=x)
    assert max(errors.values()) < 1e-8
    assert (x == 1).all() and (params[0]["weight"] == 1).all()
