"""How far apart two images are behind each layer."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.explain.apart import ADDITIVE, differences, without_bias
from cnnviz.nn.layers import AvgPool2d, Linear, ReLU
from cnnviz.nn.model import Sequential
from tests.explain.looked import drawn, network, noise


def test_a_difference_that_can_be_written_out() -> None:
    model = Sequential((Linear(1),))
    params = [{"weight": np.array([[2, 3]], np.float32), "bias": np.array([7], np.float32)}]
    first, second = (
        model.trace(params, np.array([row], np.float32)) for row in ([5.0, 1.0], [1.0, 2.0])
    )
    (step,) = differences(first, second)
    assert step.input.tolist() == [[4, -1]]
    assert step.output.tolist() == [[5]]  # 2 · 4 − 3 · 1
    layer, kept = without_bias(step, params[0])
    assert (layer.layer, [*kept]) == (Linear(1, use_bias=False), ["weight"])
    assert params[0]["bias"] == 7


@given(st.integers(0, 10**6))
def test_additive_layers_make_of_a_difference_the_difference(seed: int) -> None:
    model = network(ReLU(), AvgPool2d((2, 1)), filters=3)
    params = drawn(model, seed=seed)
    x = noise(2, seed).x
    first, second = (model.trace(params, x[i : i + 1]) for i in range(2))
    for step, told in zip(differences(first, second), params, strict=True):
        one, kept = without_bias(step, told)
        made, _ = one.layer.forward(kept, step.input)
        same = np.allclose(made, step.output, atol=1e-5)
        assert same or not isinstance(step.layer, ADDITIVE)
        assert step == replace(one, layer=step.layer)
