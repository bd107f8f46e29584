"""How one number was made: what is told leads to the layer's own output."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.explain.making import (
    Field,
    Unit,
    among_neighbors,
    field,
    normalized,
    pooled,
    strongest_unit,
    weighted,
)
from cnnviz.nn.architectures import ARCHITECTURES, build
from cnnviz.nn.geometry import ShapeError
from cnnviz.nn.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    GlobalAvgPool2d,
    Layer,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
)
from cnnviz.nn.model import LayerTrace, Sequential
from cnnviz.nn.types import Params
from tests.nn.configurations import channels, sliding, spreading


def traced(layer: Layer, x: Any, params: Params | None = None) -> LayerTrace:
    return Sequential((layer,)).trace([params or {}], np.asarray(x, np.float32)[None])[0]


def drawn(layer: Layer, shape: tuple[int, ...], seed: int) -> tuple[LayerTrace, Params, Unit]:
    rng = np.random.default_rng(seed)
    params = {key: rng.standard_normal(a.shape) for key, a in layer.init(shape, rng).items()}
    step = Sequential((layer,)).trace([params], rng.standard_normal((1, *shape)))[0]
    unit = tuple(int(rng.integers(n)) for n in step.output.shape[1:])
    return step, params, unit


def test_a_unit_of_a_linear_layer() -> None:
    params = {
        "weight": np.array([[1, -2, 0], [0, 0, 1]], np.float32),
        "bias": np.array([0.5, 0], np.float32),
    }
    found = weighted(traced(Linear(2), [3, 4, 5], params), params, (0,))
    assert found.places.tolist() == [[1], [0]]
    assert found.products.tolist() == [-8, 3]
    assert (found.bias, found.total) == (0.5, -4.5)


@given(sliding(), channels, st.integers(0, 99))
def test_products_and_bias_are_a_convolutions_output(
    case: Any, counts: tuple[int, int, int], seed: int
) -> None:
    arguments, size, _ = case
    groups, C, F = counts
    layer = Conv2d(F, groups=groups, **arguments)
    step, params, unit = drawn(layer, (C, *size), seed)
    found = weighted(step, params, unit)
    assert found.products.sum() + found.bias == pytest.approx(found.total)


@given(spreading(), channels, st.integers(0, 99))
def test_products_and_bias_are_a_transposed_convolutions_output(
    case: Any, counts: tuple[int, int, int], seed: int
) -> None:
    arguments, size, _ = case
    groups, C, F = counts
    layer = ConvTranspose2d(F, groups=groups, **arguments)
    step, params, unit = drawn(layer, (C, *size), seed)
    found = weighted(step, params, unit)
    assert found.products.sum() + found.bias == pytest.approx(found.total)


def test_the_winner_of_a_window_with_padding() -> None:
    step = traced(MaxPool2d(2, padding=1), [[[-5.0, 1], [2, 3]]])
    found = pooled(step, (0, 0, 0))
    assert found.outside.tolist() == [[True, True], [True, False]]
    assert (found.rows, found.columns) == ((-1, 0), (-1, 0))
    assert (found.winner, found.total) == ((1, 1), -5)


def test_the_mean_of_a_window_counts_padding_or_not() -> None:
    x = [[[4.0, 1], [2, 3]]]
    for count, wanted in ((True, (4, 1)), (False, (1, 4))):
        found = pooled(traced(AvgPool2d(2, padding=1, count_include_pad=count), x), (0, 0, 0))
        assert (found.count, found.total) == wanted
        assert found.winner is None


@given(sliding(pooling=True), st.booleans(), st.booleans(), st.integers(0, 99))
def test_every_window_gives_the_layers_number(
    case: Any, largest: bool, counted: bool, seed: int
) -> None:
    arguments, size, _ = case
    layer = MaxPool2d(**arguments) if largest else AvgPool2d(**arguments, count_include_pad=counted)
    try:
        step, _, unit = drawn(layer, (2, *size), seed)
    except ShapeError:  # a window of padding alone
        return
    found = pooled(step, unit)
    if found.winner is not None:
        assert not found.outside[found.winner]
        assert found.values[found.winner] == found.total == found.values[~found.outside].max()
    else:
        assert found.values.sum() / found.count == pytest.approx(found.total)


def test_batch_normalization_with_its_numbers() -> None:
    params = {
        key: np.array([value], np.float32)
        for key, value in {"weight": 2, "bias": 1, "running_mean": 3, "running_var": 4}.items()
    }
    step = traced(BatchNorm2d(eps=1e-12), [[[7.0]]], params)
    found = normalized(step, params, (0, 0, 0))
    assert (found.x, found.mean, found.var, found.weight, found.bias) == (7, 3, 4, 2, 1)
    assert (found.scaled, found.total) == (pytest.approx(4), 5)


@pytest.mark.parametrize(("size", "first", "count"), [(3, 1, 3), (2, 1, 2), (9, 0, 4)])
def test_the_neighbors_of_a_channel(size: int, first: int, count: int) -> None:
    x = np.arange(1, 5, dtype=np.float32).reshape(4, 1, 1)
    found = among_neighbors(traced(LocalResponseNorm(size, 2.0), x), (2, 0, 0))
    assert (found.first, len(found.neighbors)) == (first, count)
    assert found.base == pytest.approx(1 + 2 / size * float((found.neighbors**2).sum()))
    assert found.x * found.base**-0.75 == pytest.approx(found.total)


def test_another_kind_of_layer_is_refused() -> None:
    step = traced(ReLU(), [[[1.0]]])
    with pytest.raises(ValueError, match="ReLU has no pooling window"):
        pooled(step, (0, 0, 0))
    with pytest.raises(ValueError, match="ReLU normalizes nothing"):
        normalized(step, {}, (0, 0, 0))
    with pytest.raises(ValueError, match="ReLU looks at no neighbor"):
        among_neighbors(step, (0, 0, 0))


def test_the_strongest_is_no_nan() -> None:
    assert strongest_unit(np.array([[[[1, np.nan], [-4, 2]]]])) == (0, 1, 0)
    assert strongest_unit(np.full((1, 3), np.nan)) == (0,)


def test_the_field_of_a_unit_grows_from_layer_to_layer() -> None:
    model = Sequential((Conv2d(2, 3), MaxPool2d(2), Flatten(), Linear(10)))
    shape = (1, 8, 8)
    assert field(model, shape, 1, (1, 2, 5)) == Field((2, 3, 4), (5, 6, 7))
    assert field(model, shape, 2, (0, 1, 0)) == Field((2, 3, 4, 5), (0, 1, 2, 3))
    assert field(model, shape, 3, (9 + 3,)) == Field((2, 3, 4, 5), (0, 1, 2, 3))
    assert field(model, shape, 4, (0,)) == Field(tuple(range(8)), tuple(range(8)))


def test_the_field_of_a_network_without_convolution() -> None:
    model = Sequential((Flatten(), Linear(10)))
    assert field(model, (1, 28, 28), 1, (29,)) == Field((1,), (1,))
    model = Sequential((GlobalAvgPool2d(), Linear(10)))
    assert field(model, (1, 4, 4), 1, (0,)) == Field((0, 1, 2, 3), (0, 1, 2, 3))


@pytest.mark.parametrize("name", ["tiny", "alexnet-mini", "deep-convnet"])
def test_only_pixels_in_the_field_change_a_unit(name: str) -> None:
    assert name in ARCHITECTURES
    model, rng = build(name), np.random.default_rng(1)
    params = model.init((1, 28, 28), rng)
    x = rng.random((1, 1, 28, 28), dtype=np.float32)
    number = 4
    unit = (0, 1, 2)
    seen = field(model, (1, 28, 28), number, unit)
    other = rng.random(x.shape, dtype=np.float32)
    other[0, 0][np.ix_(seen.rows, seen.columns)] = x[0, 0][np.ix_(seen.rows, seen.columns)]
    outputs = [model.trace(params, one)[number - 1].output for one in (x, other)]
    assert outputs[0][(0, *unit)] == pytest.approx(outputs[1][(0, *unit)], rel=1e-5)
    assert not np.allclose(*outputs)
