"""Every layer that PyTorch has, on thousands of random configurations: outputs and gradients."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from random_layers import CHUNKS, DRAWS, Configuration, configurations
from twins import TWINS, WITHOUT, Pass, in_numbers, pool_padding, twin
from with_torch import close, tensor, tensors, torch

from cnnviz.nn import blocks
from cnnviz.nn.geometry import Shape, ShapeError
from cnnviz.nn.layers import LAYERS, Dropout, Layer, MaxPool2d
from cnnviz.nn.types import Array, Params

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same'")  # only slower there


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the small batches here be worked on in several blocks, as large ones are."""
    monkeypatch.setattr(blocks, "BLOCK_FLOATS", 300)


def draw(rng: np.random.Generator, shape: tuple[int, ...], whole: bool) -> Array:
    return rng.integers(-2, 3, shape).astype(float) if whole else rng.standard_normal(shape)


def random_params(case: Configuration, rng: np.random.Generator) -> Params:
    """Draw every parameter, the buffers positive: one of them is a variance."""
    start = case.layer.init(case.shape, rng)
    return {
        name: rng.uniform(0.1, 2, array.shape)
        if name in case.layer.buffers
        else rng.standard_normal(array.shape)
        for name, array in start.items()
    }


def passes(case: Configuration) -> Iterator[bool]:
    """Yield whether each pass trains: several where a layer remembers, then one that looks."""
    yield from (True, True, False) if case.layer.buffers else (case.training,)


def agree(case: Configuration) -> None:
    """Compare output, every gradient and the buffers left behind."""
    layer = case.layer
    rng = np.random.default_rng(case.seed)
    params = random_params(case, rng)
    for training in passes(case):
        x = draw(rng, (case.images, *case.shape), case.whole_numbers)
        y, cached = layer.forward(params, x, training=training, rng=rng)
        grad_output = rng.standard_normal(y.shape)
        grad_input, grads = layer.backward(params, cached, grad_output)

        theirs, their_params = tensor(x, grad=True), tensors(params, layer.buffers)
        their_y = twin(Pass(layer, case.shape, cached, training), theirs, their_params)
        close(y, their_y, "output")
        their_y.backward(tensor(grad_output))
        close(grad_input, theirs.grad, "gradient by the input")
        assert set(grads) == set(params) - set(layer.buffers)
        for name, grad in grads.items():
            close(grad, their_params[name].grad, f"gradient by {name}")
        params = params | (layer.new_buffers(params, cached) if training else {})
        for name in layer.buffers:
            close(params[name], their_params[name], name)


@cache
def compared(name: str, chunk: int) -> frozenset[Configuration]:
    """Compare a chunk of configurations; return those that agree: all, or the test fails."""
    done = set()
    for case in configurations(name, chunk):
        try:
            agree(case)
        except Exception as error:
            raise AssertionError(f"{case}: {error}") from error
        done.add(case)
    return frozenset(done)


@pytest.mark.parametrize(("name", "chunk"), CHUNKS)
def test_layer_is_pytorchs(name: str, chunk: int) -> None:
    assert compared(name, chunk)


def test_at_least_two_thousand_configurations_agree() -> None:
    assert len(frozenset().union(*(compared(*chunk) for chunk in CHUNKS))) >= 2_000


def test_every_layer_has_its_line() -> None:
    assert set(TWINS) == set(DRAWS)
    assert set(TWINS) | set(WITHOUT) == set(LAYERS)
    assert not set(TWINS) & set(WITHOUT)


def takes_padding(layer: Any) -> bool:
    """Whether PyTorch's layer is asked as it is, and safely: where it skips cells it may crash."""
    if "Pool" in type(layer).__name__:
        return pool_padding(layer) is not None and layer.dilation == 1
    return not isinstance(layer.padding, str) and in_numbers(layer.padding) is not None


def refused(name: str, wanted: int) -> Iterator[tuple[Layer, Shape]]:
    """Yield layers on images that are too small for them."""
    rng = np.random.default_rng([*name.encode()])
    while wanted:
        layer, shape = DRAWS[name][1](rng)
        try:
            layer.output_shape(shape)
        except ShapeError:
            if takes_padding(layer):
                wanted -= 1
                yield layer, shape


@pytest.mark.parametrize("name", ["Conv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool2d"])
def test_what_ours_refuses_pytorch_refuses_or_leaves_empty(name: str) -> None:
    for layer, shape in refused(name, 50):
        x, params = torch.zeros(1, *shape), tensors(layer.init(shape, np.random.default_rng(0)))
        try:
            y = twin(Pass(layer, shape, None, training=False), x, params)
        except RuntimeError:
            continue
        assert y.numel() == 0, f"{layer} on {shape}: PyTorch's output is {tuple(y.shape)}"


@pytest.mark.parametrize("special", [np.nan, -np.inf])
def test_max_pooling_treats_numbers_that_are_none_as_pytorch_does(special: float) -> None:
    rng = np.random.default_rng(0)
    for padding in (0, 1):
        layer = MaxPool2d(3, stride=2, padding=padding, ceil_mode=True)
        x = np.where(rng.random((2, 3, 9, 8)) < 0.7, special, rng.integers(0, 3, (2, 3, 9, 8)))
        y, cached = layer.forward({}, x)
        grad_output = rng.standard_normal(y.shape)
        theirs = tensor(x, grad=True)
        their_y = twin(Pass(layer, x.shape[1:], cached, training=False), theirs, {})
        their_y.backward(tensor(grad_output))
        np.testing.assert_array_equal(y, their_y.detach().numpy())
        close(layer.backward({}, cached, grad_output)[0], theirs.grad, f"{special}, {padding}")


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.75])
def test_dropout_scales_what_it_keeps_as_pytorch_does(rate: float) -> None:
    ours: Any = Dropout(rate).forward(
        {}, np.ones((1, 999)), training=True, rng=np.random.default_rng(0)
    )[0]
    theirs = torch.nn.functional.dropout(torch.ones(1, 999, dtype=torch.float64), rate)
    assert set(ours.flat) == set(theirs.flatten().tolist())
