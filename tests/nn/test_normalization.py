from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.nn import reference
from cnnviz.nn.geometry import ShapeError
from cnnviz.nn.gradcheck import check_gradients
from cnnviz.nn.layers import (
    BatchNorm2d,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    LocalResponseNorm,
    Sigmoid,
)
from cnnviz.nn.model import Sequential, flatten_params, unflatten_params
from cnnviz.nn.summary import summarize

shapes = st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(1, 4), st.integers(1, 3))
seeds = st.integers(0, 99)

# Two images, two channels, two cells: mean 3 and variance 4 in the first, 10 and 0 in the second.
X = np.array([[[[1.0, 5.0]], [[10.0, 10.0]]], [[[1.0, 5.0]], [[10.0, 10.0]]]])


def parameters(**changes: Any) -> dict[str, Any]:
    start = {"weight": [2, 3], "bias": [100, 200], "running_mean": [1, 0], "running_var": [1, 9]}
    return {key: np.array(value, np.float64) for key, value in {**start, **changes}.items()}


def test_training_normalizes_by_the_batch() -> None:
    y, _ = BatchNorm2d(eps=1e-12).forward(parameters(), X, training=True)
    np.testing.assert_allclose(y[0], [[[98, 102]], [[200, 200]]], rtol=1e-12)  # 100 ± 2 · 1
    np.testing.assert_array_equal(y[0], y[1])


def test_evaluation_normalizes_by_the_running_statistics() -> None:
    params = parameters(running_mean=[1, 4], running_var=[3, 35])
    y, cache = BatchNorm2d(eps=1.0).forward(params, X[:1])
    # (1 − 1) / √(3 + 1), (5 − 1) / √(3 + 1) = 2, (10 − 4) / √(35 + 1) = 1
    assert y.tolist() == [[[[100, 104]], [[203, 203]]]]
    grad, grads = BatchNorm2d(eps=1.0).backward(params, cache, np.ones_like(y))
    assert grad is not None
    assert grad.tolist() == [[[[1, 1]], [[0.5, 0.5]]]]  # weight / √(variance + eps)
    assert {key: g.tolist() for key, g in grads.items()} == {"weight": [2, 2], "bias": [2, 2]}


def test_the_way_back_through_mean_and_variance_by_hand() -> None:
    x = np.array([-3.0, -1, 1, 3]).reshape(1, 1, 2, 2)  # mean 0, variance 5, with eps 9: √ is 3
    grad_output = np.array([9.0, 0, 0, 0]).reshape(1, 1, 2, 2)
    params = {"weight": np.array([2.0]), "bias": np.array([0.0]), **one_channel(0, 1)}
    layer = BatchNorm2d(eps=4.0)
    _, cache = layer.forward(params, x, training=True)
    grad, grads = layer.backward(params, cache, grad_output)
    assert grad is not None
    # Normalized: −1, −1/3, 1/3, 1. With the gradient g: weight Σ g x̂ = −9, bias 9, and
    # by x: 2/3 · (g − 9/4 − x̂ · −9/4) = 2/3 · (9 − 4.5, −3, −1.5, 0)
    assert grads["weight"] == pytest.approx([-9])
    assert grads["bias"] == pytest.approx([9])
    assert grad.ravel() == pytest.approx([3, -2, -1, 0])


def one_channel(mean: float, var: float) -> dict[str, Any]:
    return {"running_mean": np.array([float(mean)]), "running_var": np.array([float(var)])}


def test_running_statistics_follow_the_batches() -> None:
    layer, params = BatchNorm2d(momentum=0.25), parameters()
    for expected_mean, expected_var in [
        # 3/4 · old + 1/4 · (3, 10), and the same with the unbiased variance (16/3, 0)
        ([1.5, 2.5], [0.75 + 4 / 3, 6.75]),
        ([1.875, 4.375], [0.5625 + 7 / 3, 5.0625]),
        ([2.15625, 5.78125], [0.421875 + 37 / 12, 3.796875]),
    ]:
        _, cache = layer.forward(params, X, training=True)
        params |= layer.new_buffers(params, cache)
        np.testing.assert_allclose(params["running_mean"], expected_mean, rtol=1e-14)
        np.testing.assert_allclose(params["running_var"], expected_var, rtol=1e-14)


def test_momentum_of_one_and_of_nothing() -> None:
    for momentum, mean in ((1, [3, 10]), (0, [1, 0])):
        layer, params = BatchNorm2d(momentum=momentum), parameters()
        _, cache = layer.forward(params, X, training=True)
        assert layer.new_buffers(params, cache)["running_mean"].tolist() == mean


def test_two_values_are_enough_for_an_unbiased_variance() -> None:
    layer, params = BatchNorm2d(momentum=1), parameters()
    _, cache = layer.forward(params, X[:1], training=True)
    assert layer.new_buffers(params, cache)["running_var"].tolist() == [8, 0]  # (4 + 4) / 1


def test_many_passes_end_with_what_the_data_have() -> None:
    rng, layer = np.random.default_rng(0), BatchNorm2d(momentum=0.05)
    params = layer.init((3, 4, 5), rng)
    spread, middle = np.array([1.0, 5, 0.1]), np.array([0.0, -7, 3])
    for _ in range(300):
        x = rng.standard_normal((8, 4, 5, 3)) * spread + middle
        x = x.transpose(0, 3, 1, 2).astype(np.float32)
        _, cache = layer.forward(params, x, training=True)
        params |= layer.new_buffers(params, cache)
    np.testing.assert_allclose(params["running_mean"], middle, atol=0.1)
    np.testing.assert_allclose(params["running_var"], spread**2, rtol=0.1)
    in_training, _ = layer.forward(params, x, training=True)
    np.testing.assert_allclose(layer.forward(params, x)[0], in_training, atol=0.5)


@pytest.mark.filterwarnings("error")
def test_one_value_per_channel_gives_the_bias() -> None:
    layer, params = BatchNorm2d(momentum=0.5), parameters()
    x = np.array([7.0, -8.0]).reshape(1, 2, 1, 1)
    y, cache = layer.forward(params, x, training=True)
    assert y.ravel().tolist() == [100, 200]
    grad, grads = layer.backward(params, cache, np.ones_like(x))
    assert grad is not None
    assert grad.ravel().tolist() == grads["weight"].tolist() == [0, 0]
    new = layer.new_buffers(params, cache)
    assert new["running_mean"].tolist() == [4, -4]
    assert new["running_var"].tolist() == [1, 9]  # one value has no unbiased variance


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("training", [False, True])
def test_no_image_at_all(training: bool) -> None:
    layer, params = BatchNorm2d(), parameters()
    y, cache = layer.forward(params, X[:0], training=training)
    grad, grads = layer.backward(params, cache, y)
    assert grad is not None
    assert y.shape == grad.shape == (0, 2, 1, 2)
    assert grads["weight"].tolist() == grads["bias"].tolist() == [0, 0]
    assert layer.new_buffers(params, cache)["running_mean"].tolist() == [1, 0]


@pytest.mark.parametrize("mean", [0, 1000, -1000])
def test_single_precision_far_from_zero(mean: float) -> None:
    rng, layer = np.random.default_rng(0), BatchNorm2d()
    x = (mean + rng.standard_normal((16, 3, 28, 28))).astype(np.float32)
    grad_output = rng.standard_normal(x.shape).astype(np.float32)
    results = []
    for dtype in (np.float32, np.float64):
        params = {key: a.astype(dtype) for key, a in layer.init((3, 28, 28), rng).items()}
        y, cache = layer.forward(params, x.astype(dtype), training=True)
        grad, grads = layer.backward(params, cache, grad_output.astype(dtype))
        new = layer.new_buffers(params, cache)
        results.append([y, grad, grads["weight"], grads["bias"], *new.values()])
    for fast, exact in zip(*results, strict=True):
        assert fast.dtype == np.float32
        # A number near 1000 is itself rounded by up to 3e-5.
        error = np.abs(fast - exact).max() / np.abs(exact).max()
        assert error < (5e-5 if mean else 1e-6)


@given(shapes, seeds, st.booleans())
def test_batch_norm_agrees_with_the_loops(shape: Any, seed: int, training: bool) -> None:
    rng, eps = np.random.default_rng(seed), 0.1
    x, grad_output = 3 + rng.standard_normal((2, *shape))
    weight, bias, mean = rng.standard_normal((3, shape[1]))
    var = rng.random(shape[1])
    params = {"weight": weight, "bias": bias, "running_mean": mean, "running_var": var}
    layer = BatchNorm2d(eps=eps)
    y, cache = layer.forward(params, x, training=training)
    if training:
        mean, var = reference.channel_statistics(x)
    expected = reference.batch_norm(x, weight, bias, mean, var, eps)
    np.testing.assert_allclose(y, expected, rtol=1e-11, atol=1e-11)
    grad, grads = layer.backward(params, cache, grad_output)
    for fast, slow in zip(
        (grad, grads["weight"], grads["bias"]),
        reference.batch_norm_backward(x, weight, mean, var, eps, grad_output, of_batch=training),
        strict=True,
    ):
        np.testing.assert_allclose(fast, slow, rtol=1e-10, atol=1e-10)


@given(shapes, seeds)
def test_what_comes_out_has_mean_zero_and_nearly_variance_one(shape: Any, seed: int) -> None:
    rng, layer = np.random.default_rng(seed), BatchNorm2d(eps=0.01)
    x = 5 + 2 * rng.standard_normal((shape[0] + 1, *shape[1:]))
    y, _ = layer.forward(layer.init(shape[1:], rng), x, training=True)
    var = x.var(axis=(0, 2, 3))
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=(0, 2, 3)), var / (var + 0.01), rtol=1e-10, atol=1e-12)


def test_buffers_stand_in_a_network_and_are_not_trained() -> None:
    model = Sequential(
        (BatchNorm2d(), Conv2d(2, 2), BatchNorm2d(), Sigmoid(), Flatten(), Linear(2))
    )
    params = model.init((3, 4, 3), np.random.default_rng(0))
    flat = flatten_params(params)
    assert [name for name in flat if name.startswith("2.")] == [
        "2.weight", "2.bias", "2.running_mean", "2.running_var"
    ]  # fmt: skip
    assert unflatten_params(flat, 6) == params
    for training in (True, False):
        errors = check_gradients(model, (3, 4, 3), batch=5, training=training)
        assert [*errors] == ["input", *(name for name in flat if "running" not in name)]
        assert max(errors.values()) < 1e-7
    first, *_ = summarize(model, (3, 4, 3))
    assert (first.parameters, first.parameter_sum, first.macs) == (6, "3 + 3", 0)
    assert first.spec == "BatchNorm2d()"


def test_neighbors_divide_a_number() -> None:
    x = np.array([1.0, 2, 4, 0]).reshape(1, 4, 1, 1)
    # Sums of squares over three channels: 5, 21, 20, 16; with alpha = size and k = 4: 9, 25, 24, 20
    y, cache = LocalResponseNorm(size=3, alpha=3.0, beta=0.5, k=4.0).forward({}, x)
    assert y.ravel() == pytest.approx([1 / 3, 2 / 5, 4 / 24**0.5, 0], rel=1e-15)
    grad, _ = LocalResponseNorm(size=3, alpha=3.0, beta=0.5, k=4.0).backward(
        {}, cache, np.array([1.0, 0, 0, 0]).reshape(1, 4, 1, 1)
    )
    assert grad is not None
    # y₀ = x₀ / √(4 + x₀² + x₁²): by x₀ 1/3 − 1 · 1/27, by x₁ −1 · 2/27
    assert grad.ravel() == pytest.approx([8 / 27, -2 / 27, 0, 0], rel=1e-14)


def test_an_even_size_has_one_more_before_than_after() -> None:
    x = np.array([1.0, 10, 100]).reshape(1, 3, 1, 1)
    y, _ = LocalResponseNorm(size=2, alpha=2.0, beta=1.0, k=1.0).forward({}, x)
    assert y.ravel() == pytest.approx([1 / 2, 10 / 102, 100 / 10_101], rel=1e-15)


def test_alexnets_numbers_are_not_divided_by_the_size() -> None:
    x = np.full((1, 5, 1, 1), 10.0)
    y, _ = LocalResponseNorm(size=5, alpha=5e-4, beta=0.75, k=2.0).forward({}, x)
    assert y[0, 2, 0, 0] == pytest.approx(10 / (2 + 1e-4 * 500) ** 0.75, rel=1e-15)


def test_nothing_divides_a_channel_alone_with_alpha_zero() -> None:
    x = np.random.default_rng(0).standard_normal((2, 1, 3, 4))
    y, _ = LocalResponseNorm(alpha=0).forward({}, x)
    np.testing.assert_array_equal(y, x)


@given(shapes, seeds, st.integers(1, 9), st.floats(0, 3), st.floats(0, 2), st.floats(0.5, 3))
def test_local_response_norm_agrees_with_the_loops(
    shape: Any, seed: int, size: int, alpha: float, beta: float, k: float
) -> None:
    x, grad_output = np.random.default_rng(seed).standard_normal((2, *shape))
    layer = LocalResponseNorm(size, alpha, beta, k)
    y, cache = layer.forward({}, x)
    slow = reference.local_response_norm(x, size, alpha, beta, k)
    np.testing.assert_allclose(y, slow, rtol=1e-12, atol=1e-12)
    grad, _ = layer.backward({}, cache, grad_output)
    slow = reference.local_response_norm_backward(x, size, alpha, beta, k, grad_output)
    np.testing.assert_allclose(grad, slow, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("layer", [BatchNorm2d(), LocalResponseNorm()])
def test_only_images_have_channels(layer: Layer) -> None:
    with pytest.raises(ShapeError) as error:
        layer.output_shape((7,))
    assert str(error.value) == (
        f"{type(layer).__name__}: expects images (channels, height, width), received shape (7,); "
        f"put it before Flatten and Linear."
    )


def test_parameters_for_other_images() -> None:
    with pytest.raises(ShapeError) as error:
        BatchNorm2d().forward(parameters(), np.zeros((1, 3, 2, 2)))
    assert str(error.value).startswith(
        "BatchNorm2d: the weights expect 2 channels, the input has 3;"
    )


@pytest.mark.parametrize(
    ("kind", "arguments", "told"),
    [
        (
            BatchNorm2d,
            {"momentum": 1.5},
            "BatchNorm2d: momentum must be at most 1, received 1.5: it is the share of the newest "
            "batch in the running statistics; PyTorch's default is 0.1.",
        ),
        (
            BatchNorm2d,
            {"momentum": -0.1},
            "BatchNorm2d: momentum must be at least 0 and finite, received -0.1.",
        ),
        (BatchNorm2d, {"eps": 0}, "BatchNorm2d: eps must be above 0 and finite, received 0."),
        (LocalResponseNorm, {"size": 0}, "LocalResponseNorm: size must be at least 1, received 0."),
        (
            LocalResponseNorm,
            {"alpha": -1.0},
            "LocalResponseNorm: alpha must be at least 0 and finite, received -1.0.",
        ),
        (
            LocalResponseNorm,
            {"beta": float("inf")},
            "LocalResponseNorm: beta must be at least 0 and finite, received inf.",
        ),
        (
            LocalResponseNorm,
            {"k": 0},
            "LocalResponseNorm: k must be above 0 and finite, received 0.",
        ),
    ],
)
def test_arguments_that_mean_nothing(kind: type[Layer], arguments: Any, told: str) -> None:
    with pytest.raises(ValueError) as error:
        kind(**arguments)
    assert str(error.value) == told
