"""The error of numerical differentiation over epsilon: a valley between two failures."""

import numpy as np
import pytest

from cnnviz.explain.epsilon import EPSILONS, errors, sweep, verdict
from cnnviz.nn.layers import Conv2d, Flatten, Linear, Tanh
from cnnviz.nn.model import Sequential

SMOOTH = Sequential((Conv2d(2, 3), Tanh(), Flatten(), Linear(3)))
SHAPE = (1, 5, 6)


@pytest.fixture(scope="module")
def worst() -> dict[float, float]:
    return {eps: max(found.values()) for eps, found in sweep(SMOOTH, SHAPE)}


def test_every_tensor_has_an_error_and_agrees_in_the_valley() -> None:
    found = errors(SMOOTH, SHAPE, 1e-6)
    assert [*found] == ["input", "0.weight", "0.bias", "3.weight", "3.bias"]
    assert {verdict(error) for error in found.values()} == {"agrees"}


def test_large_epsilons_fail_by_their_square(worst: dict[float, float]) -> None:
    assert [*worst] == [*EPSILONS]
    for large, small in ((1e-1, 1e-2), (1e-2, 1e-3)):
        assert 50 < worst[large] / worst[small] < 200


def test_small_epsilons_fail_by_rounding(worst: dict[float, float]) -> None:
    assert worst[1e-13] > 100 * worst[1e-10] > 1e4 * worst[1e-6]


def test_a_wrong_gradient_is_found() -> None:
    class Wrong(Tanh):
        def backward(self, params, cache, grad_output, *, input_grad=True, into=None):
            grad, grads = super().backward(params, cache, grad_output)
            return 1.01 * grad, grads

    found = errors(Sequential((Conv2d(2, 3), Wrong(), Flatten(), Linear(3))), SHAPE, 1e-6)
    assert verdict(found["0.weight"]) == verdict(found["input"]) == "differs"
    assert verdict(found["3.weight"]) == "agrees"


@pytest.mark.parametrize(
    ("error", "word"),
    [(0.0, "agrees"), (1e-6, "agrees"), (1e-4, "doubtful"), (0.1, "differs"), (np.nan, "differs")],
)
def test_verdicts(error: float, word: str) -> None:
    assert verdict(error) == word
