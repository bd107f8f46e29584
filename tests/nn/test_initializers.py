import numpy as np
import pytest

from cnnviz.nn.initializers import INITIALIZERS
from cnnviz.nn.layers import Conv2d, Linear


@pytest.mark.parametrize(("name", "variance"), [("he", 2 / 50), ("xavier", 2 / (50 + 30))])
def test_variance(name: str, variance: float) -> None:
    weights = INITIALIZERS[name]((300, 200), 50, 30, np.random.default_rng(0))
    assert weights.dtype == np.float32
    assert weights.var() == pytest.approx(variance, rel=0.02)
    assert weights.mean() == pytest.approx(0, abs=0.01 * variance**0.5)


def test_layers_count_what_goes_in_and_out() -> None:
    """A window of 8·5·5 = 200 numbers goes in: variance 2 / 200."""
    rng = np.random.default_rng(0)
    weight = Conv2d(400, 5).init((8, 9, 9), rng)["weight"]
    assert weight.var() == pytest.approx(2 / 200, rel=0.03)
    weight = Linear(300, weight_init="xavier").init((100,), rng)["weight"]
    assert weight.var() == pytest.approx(2 / 400, rel=0.03)
