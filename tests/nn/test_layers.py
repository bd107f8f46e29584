"""The contract, for every layer that is exported."""

import dataclasses
import json
import math

import numpy as np
import pytest
from examples import EXAMPLES

from cnnviz.nn import layers
from cnnviz.nn.geometry import Shape
from cnnviz.nn.gradcheck import check_gradients
from cnnviz.nn.layers import LAYERS, ConvTranspose2d, Layer
from cnnviz.nn.model import Sequential
from cnnviz.nn.spec import from_spec, to_spec

every_layer = pytest.mark.parametrize(
    ("layer", "shape"), EXAMPLES, ids=[f"{layer}-{shape}" for layer, shape in EXAMPLES]
)


def test_every_exported_layer_is_registered_and_has_an_example() -> None:
    exported = {name for name in layers.__all__ if name not in ("LAYERS", "Layer")}
    assert exported == set(LAYERS)
    assert {type(layer).__name__ for layer, _ in EXAMPLES} == set(LAYERS)


@every_layer
def test_shapes_and_number_kinds(layer: Layer, shape: Shape) -> None:
    rng = np.random.default_rng(0)
    params = layer.init(shape, rng)
    trainable = {key: a.shape for key, a in params.items() if key not in layer.buffers}
    assert trainable == layer.parameter_shapes(shape)
    assert [*params] == [*trainable, *layer.buffers]
    for dtype in (np.float32, np.float64):
        typed = {key: array.astype(dtype) for key, array in params.items()}
        x = rng.standard_normal((3, *shape)).astype(dtype)
        y, cache = layer.forward(typed, x, training=True, rng=rng)
        grad, grads = layer.backward(typed, cache, np.ones_like(y))
        assert y.shape == (3, *layer.output_shape(shape))
        assert grad is not None and grad.shape == x.shape
        assert [*grads] == [*trainable]
        assert all(grads[key].shape == typed[key].shape for key in grads)
        assert {y.dtype, grad.dtype, *(g.dtype for g in grads.values())} == {np.dtype(dtype)}


@every_layer
def test_initial_parameters_are_float32_and_come_from_the_generator(
    layer: Layer, shape: Shape
) -> None:
    first, second = (layer.init(shape, np.random.default_rng(7)) for _ in range(2))
    assert all(array.dtype == np.float32 for array in first.values())
    for key in first:
        np.testing.assert_array_equal(first[key], second[key])


@every_layer
def test_gradients(layer: Layer, shape: Shape) -> None:
    errors = check_gradients(layer, shape, batch=3)
    assert [*errors] == ["input", *(f"0.{key}" for key in layer.parameter_shapes(shape))]
    assert max(errors.values()) < 1e-7


@every_layer
def test_gradients_outside_training(layer: Layer, shape: Shape) -> None:
    assert max(check_gradients(layer, shape, batch=3, training=False).values()) < 1e-7


@every_layer
def test_buffers_are_returned_and_the_old_ones_stay(layer: Layer, shape: Shape) -> None:
    rng = np.random.default_rng(4)
    params = layer.init(shape, rng)
    before = {key: array.copy() for key, array in params.items()}
    x = rng.standard_normal((3, *shape)).astype(np.float32)
    for training in (True, False):
        _, cache = layer.forward(params, x, training=training, rng=rng)
        new = layer.new_buffers(params, cache)
        assert tuple(new) == layer.buffers
        for key, array in new.items():
            assert (array.shape, array.dtype) == (params[key].shape, params[key].dtype)
            assert np.any(array != before[key]) == training
            array += 1  # they may be worked on: they share nothing with the old ones
    for key, array in before.items():
        np.testing.assert_array_equal(params[key], array)


@every_layer
def test_nothing_that_was_passed_in_is_changed(layer: Layer, shape: Shape) -> None:
    rng = np.random.default_rng(1)
    params = layer.init(shape, rng)
    x = rng.standard_normal((2, *shape)).astype(np.float32)
    grad_output = rng.standard_normal((2, *layer.output_shape(shape))).astype(np.float32)
    given = [*params.values(), x, grad_output]
    for array in given:
        array.setflags(write=False)
    _, cache = layer.forward(params, x, training=True, rng=rng)
    first = layer.backward(params, cache, grad_output)
    second = layer.backward(params, cache, grad_output)
    np.testing.assert_array_equal(first[0], second[0])
    for key, grad in first[1].items():
        np.testing.assert_array_equal(grad, second[1][key])


@every_layer
def test_the_way_back_without_the_inputs_gradient(layer: Layer, shape: Shape) -> None:
    rng = np.random.default_rng(1)
    params = layer.init(shape, rng)
    x = rng.standard_normal((2, *shape)).astype(np.float32)
    y, cache = layer.forward(params, x, training=True, rng=rng)
    _, grads = layer.backward(params, cache, y)
    nothing, same = layer.backward(params, cache, y, input_grad=False)
    assert nothing is None
    for key, grad in grads.items():
        np.testing.assert_array_equal(grad, same[key])


@every_layer
def test_a_batch_is_its_images_one_by_one(layer: Layer, shape: Shape) -> None:
    rng = np.random.default_rng(2)
    params = layer.init(shape, rng)
    x = rng.standard_normal((5, *shape))
    whole, _ = layer.forward(params, x)
    single = np.concatenate([layer.forward(params, x[i : i + 1])[0] for i in range(5)])
    np.testing.assert_allclose(whole, single, rtol=1e-12, atol=1e-12)
    assert layer.forward(params, x[:0])[0].shape == (0, *layer.output_shape(shape))


@every_layer
def test_memory_order_of_the_input_does_not_matter(layer: Layer, shape: Shape) -> None:
    rng = np.random.default_rng(3)
    params = layer.init(shape, rng)
    x = rng.standard_normal((4, *shape))
    y, cache = layer.forward(params, x)
    odd = np.asfortranarray(x)
    again, other = layer.forward(params, odd)
    np.testing.assert_allclose(y, again, rtol=1e-12, atol=1e-12)
    grad, _ = layer.backward(params, cache, y)
    same, _ = layer.backward(params, other, np.asfortranarray(y))
    np.testing.assert_allclose(grad, same, rtol=1e-12, atol=1e-12)


@every_layer
def test_a_description_survives_json_and_cannot_be_changed(layer: Layer, shape: Shape) -> None:
    assert from_spec(LAYERS, json.loads(json.dumps(to_spec(layer)))) == layer
    assert hash(layer) == hash(dataclasses.replace(layer))
    for field in dataclasses.fields(layer):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(layer, field.name, 1)


@every_layer
def test_counts_are_integers_that_agree_with_the_parameters(layer: Layer, shape: Shape) -> None:
    sizes = layer.parameter_shapes(shape)
    macs, outputs = layer.macs(shape), layer.output_shape(shape)
    if len(sizes.get("weight", ())) > 1:  # a matrix; BatchNorm2d's are factors
        windows = math.prod((shape if isinstance(layer, ConvTranspose2d) else outputs)[1:])
        assert macs == math.prod(sizes["weight"]) * windows
    else:
        assert macs == 0
    assert isinstance(layer.scratch_floats(shape), int)


@every_layer
def test_each_layer_works_in_a_network(layer: Layer, shape: Shape) -> None:
    model = Sequential((layer,))
    assert model.output_shape(shape) == layer.output_shape(shape)
