import itertools
from typing import Any

import numpy as np
import pytest
from configurations import sliding
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.nn.geometry import ShapeError
from cnnviz.nn.gradcheck import check_gradients
from cnnviz.nn.layers import (
    AvgPool2d,
    Conv2d,
    Dropout,
    Flatten,
    LeakyReLU,
    Linear,
    MaxPool2d,
    ReLU,
)
from cnnviz.nn.losses import CrossEntropy
from cnnviz.nn.model import Sequential, check_classifier, flatten_params, unflatten_params
from cnnviz.nn.optim import Adam

MODEL = Sequential(
    (Conv2d(3, 3), ReLU(), MaxPool2d(2), Flatten(), Dropout(0.2), Linear(5), ReLU(), Linear(4))
)
SHAPE = (2, 7, 8)


def test_shapes_from_layer_to_layer() -> None:
    assert MODEL.shapes(SHAPE) == [
        *((3, 5, 6), (3, 5, 6), (3, 2, 3), (18,), (18,), (5,), (5,), (4,)),
    ]
    assert MODEL.output_shape(SHAPE) == (4,)
    assert Sequential(()).output_shape(SHAPE) == SHAPE


def test_gradients_through_all_layers() -> None:
    errors = check_gradients(MODEL, SHAPE)
    assert [*errors] == ["input", *flatten_params(MODEL.init(SHAPE, np.random.default_rng(0)))]
    assert max(errors.values()) < 1e-6


def test_the_trace_is_the_forward_pass() -> None:
    rng = np.random.default_rng(0)
    params, x = MODEL.init(SHAPE, rng), rng.random((3, *SHAPE), dtype=np.float32)
    y, caches = MODEL.forward(params, x)
    steps = MODEL.trace(params, x)
    np.testing.assert_array_equal(steps[-1].output, y)
    assert len(caches) == len(steps) == len(MODEL.layers)
    assert [step.index for step in steps] == list(range(8))
    assert steps[0].input is x
    assert all(after.input is step.output for step, after in itertools.pairwise(steps))


def test_training_may_skip_the_gradient_of_the_input() -> None:
    rng = np.random.default_rng(0)
    model = Sequential((Flatten(), ReLU(), Linear(3), ReLU(), Linear(2)))
    params, x = model.init(SHAPE, rng), rng.random((3, *SHAPE))
    y, caches = model.forward(params, x)
    grad, grads = model.backward(params, caches, y)
    nothing, same = model.backward(params, caches, y, input_grad=False)
    assert grad is not None and grad.shape == x.shape
    assert nothing is None
    assert flatten_params(grads).keys() == flatten_params(same).keys()
    for key, array in flatten_params(grads).items():
        np.testing.assert_array_equal(array, flatten_params(same)[key])


def test_a_network_without_parameters() -> None:
    model, x = Sequential((ReLU(), Flatten())), np.array([[-1.0, 2.0]])
    y, caches = model.forward([{}, {}], x)
    assert model.backward([{}, {}], caches, y, input_grad=False) == (None, [{}, {}])
    grad, _ = model.backward([{}, {}], caches, np.ones((1, 2)))
    assert grad is not None and grad.tolist() == [[0, 1]]


def both_passes(model: Sequential, params: Any, x: Any) -> list[Any]:
    """The output, and the gradients by the input and by all parameters."""
    y, caches = model.forward(params, x)
    grad_output = np.random.default_rng(0).integers(-3, 4, y.shape).astype(np.float32)
    grad, grads = model.backward(params, caches, grad_output)
    return [y, grad, *flatten_params(grads).values()]


OVERLAP: dict[str, Any] = {"kernel_size": 3, "stride": 1, "padding": "same"}


@given(sliding(pooling=True), st.integers(1, 3), st.integers(0, 99))
@example((OVERLAP, (6, 7), MaxPool2d(**OVERLAP).grid((2, 6, 7))), 3, 0)
def test_relu_behind_the_pooling_gives_the_same_numbers(case: Any, N: int, seed: int) -> None:
    """Few different values, so that many windows have several largest ones, or none above 0."""
    arguments, size, grid = case
    assume(not grid.only_padding())
    model = Sequential((Conv2d(2, 1), ReLU(), MaxPool2d(**arguments), Flatten(), Linear(3)))
    pooled = model.pooled_first()
    assert [type(layer) for layer in pooled.layers[1:3]] == [MaxPool2d, ReLU]
    rng = np.random.default_rng(seed)
    values = np.array([-np.inf, -2, -1, -0.0, 0, 1, 2, np.nan], np.float32)
    x = rng.choice(values, (N, 2, *size), p=[0.05, 0.25, 0.2, 0.1, 0.1, 0.1, 0.15, 0.05])
    params = model.init((2, *size), rng)
    params[0]["weight"][...] = np.eye(2)[:, :, None, None] * [[[[1]]], [[[-1]]]]
    with np.errstate(all="ignore"):
        for ours, theirs in zip(*(both_passes(m, params, x) for m in (pooled, model)), strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("layers", "order"),
    [
        ((ReLU(), MaxPool2d(2)), (1, 0)),
        ((ReLU(), MaxPool2d(2), ReLU(), MaxPool2d(2)), (1, 0, 3, 2)),
        ((ReLU(), ReLU(), MaxPool2d(2)), (0, 2, 1)),
        ((Conv2d(1, 1), ReLU(), MaxPool2d(2), Conv2d(1, 1)), (0, 2, 1, 3)),
        ((MaxPool2d(2), ReLU()), (0, 1)),
        ((ReLU(), Conv2d(1, 1), MaxPool2d(2)), (0, 1, 2)),
        ((LeakyReLU(), MaxPool2d(2)), (0, 1)),
        ((ReLU(), AvgPool2d(2)), (0, 1)),
        ((ReLU(),), (0,)),
        ((), ()),
    ],
)
def test_only_relu_goes_behind_only_the_max_pooling_that_follows(layers: Any, order: Any) -> None:
    assert Sequential(layers).pooled_first() == Sequential(tuple(layers[i] for i in order))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_relu_behind_the_pooling_leaves_all_parameters_where_they_are(name: str) -> None:
    model = Sequential.from_specs(ARCHITECTURES[name].layers)
    rngs = (np.random.default_rng(0), np.random.default_rng(0))
    before, after = (
        flatten_params(network.init((1, 28, 28), rng))
        for network, rng in zip((model, model.pooled_first()), rngs, strict=True)
    )
    assert [*after] == [*before]
    assert all(after[key].tobytes() == before[key].tobytes() for key in before)


def test_large_gradients_are_written_where_they_are_wanted() -> None:
    rng = np.random.default_rng(0)
    params, x = MODEL.init(SHAPE, rng), rng.random((3, *SHAPE), dtype=np.float32)
    y, caches = MODEL.forward(params, x)
    _, expected = MODEL.backward(params, caches, y)
    places = [{key: np.full_like(array, 9) for key, array in arrays.items()} for arrays in params]
    _, grads = MODEL.backward(params, caches, y, into=places)
    for index in (5, 7):
        assert grads[index]["weight"] is places[index]["weight"]
    _, again = MODEL.backward(params, caches, y, into=[])
    for key, array in flatten_params(expected).items():
        assert flatten_params(grads)[key].tobytes() == array.tobytes()
        assert flatten_params(again)[key].tobytes() == array.tobytes()
    assert again[5]["weight"] is not places[5]["weight"]


def test_predicting_in_batches() -> None:
    rng = np.random.default_rng(0)
    params, x = MODEL.init(SHAPE, rng), rng.random((11, *SHAPE), dtype=np.float32)
    whole, _ = MODEL.forward(params, x)
    np.testing.assert_allclose(MODEL.predict(params, x, batch_size=4), whole, rtol=1e-5)
    assert MODEL.predict(params, x[:0]).shape == (0, 4)


def test_it_learns() -> None:
    rng = np.random.default_rng(0)
    params = MODEL.init(SHAPE, rng)
    x, labels = rng.random((8, *SHAPE), dtype=np.float32), np.arange(8) % 4
    state = Adam().init(params)
    losses = []
    for step in range(1, 201):
        logits, caches = MODEL.forward(params, x)
        loss, _, grad = CrossEntropy()(logits, labels)
        _, grads = MODEL.backward(params, caches, grad, input_grad=False)
        Adam().update(params, grads, state, lr=0.01, step=step)
        losses.append(loss)
    assert losses[-1] < 0.1 < losses[0]


def test_there_and_back_as_json_data() -> None:
    assert Sequential.from_specs(MODEL.to_specs()) == MODEL
    with pytest.raises(ValueError, match="Layer 2: There is no layer 'Relu'; there are Conv2d,"):
        Sequential.from_specs([{"type": "Flatten"}, {"type": "Relu"}])


def test_the_layer_that_does_not_fit_is_named() -> None:
    pools = Sequential((Conv2d(3, 3), MaxPool2d(2), MaxPool2d(2), MaxPool2d(2)))
    with pytest.raises(ShapeError) as error:
        pools.shapes(SHAPE)
    assert str(error.value) == (
        "Layer 4 (MaxPool2d): the 2×2 kernel does not fit: height 1 + padding 0 + 0 = 1 is "
        'smaller than the window of 2; use padding="same", a smaller kernel, or remove a '
        "layer before it that makes the image smaller."
    )
    with pytest.raises(ShapeError) as error:
        Sequential((ReLU(), Linear(3))).init(SHAPE, np.random.default_rng(0))
    assert str(error.value) == (
        "Layer 2 (Linear): expects a vector, received shape (2, 7, 8) with 2 × 7 × 8 = 112 "
        "numbers; put Flatten before it."
    )
    with pytest.raises(ShapeError, match=r"Layer 2 \(Conv2d\): expects images"):
        Sequential((Flatten(), Conv2d(1, 1))).shapes(SHAPE)


def test_images_of_another_size_than_the_parameters_were_made_for() -> None:
    params = MODEL.init(SHAPE, np.random.default_rng(0))
    with pytest.raises(ShapeError, match=r"Layer 6 \(Linear\): the weights expect 18 numbers, "):
        MODEL.forward(params, np.zeros((1, 2, 9, 9)))
    with pytest.raises(ShapeError, match=r"Layer 1 \(Conv2d\): the weights expect 2 channels, "):
        MODEL.forward(params, np.zeros((1, 1, 7, 8)))


def test_dropout_needs_a_generator_only_in_training() -> None:
    layer, x = Dropout(0.25), np.ones((1, 40000), np.float32)
    assert layer.forward({}, x)[0] is x
    y, factors = layer.forward({}, x, training=True, rng=np.random.default_rng(0))
    assert set(np.unique(y)) == {0, np.float32(1 / 0.75)}
    assert y.mean() == pytest.approx(1, abs=0.02)
    assert factors is not None
    with pytest.raises(ValueError, match="Dropout: training needs a random generator; pass rng"):
        layer.forward({}, x, training=True)


def test_a_classifier_ends_with_one_number_per_class() -> None:
    check_classifier(MODEL, SHAPE, 4)
    with pytest.raises(ShapeError) as error:
        check_classifier(MODEL, SHAPE, 10)
    assert str(error.value) == (
        "The network ends with shape (4,), but 10 classes need 10 numbers; "
        "let it end with Flatten and Linear(out_features=10)."
    )


def test_parameters_under_names_and_back() -> None:
    params = MODEL.init(SHAPE, np.random.default_rng(0))
    flat = flatten_params(params)
    assert [*flat] == ["0.weight", "0.bias", "5.weight", "5.bias", "7.weight", "7.bias"]
    again = unflatten_params(flat, len(MODEL.layers))
    assert [[*layer] for layer in again] == [[*layer] for layer in params]
    assert again[5]["bias"] is params[5]["bias"]
