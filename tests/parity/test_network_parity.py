"""Every network there is, whole: logits, loss, all gradients, and steps of training."""

from typing import Any

import numpy as np
import pytest
from optimizer_twins import twin as optimizer_twin
from twins import Pass, twin
from with_torch import Tensors, close, tensor, tensors, torch

from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.nn.losses import CrossEntropy
from cnnviz.nn.model import Sequential
from cnnviz.nn.optim import OPTIMIZERS
from cnnviz.nn.spec import from_spec
from cnnviz.nn.types import ModelParams

IMAGE = (1, 28, 28)
STEPS = 20


def start(model: Sequential, rng: np.random.Generator) -> tuple[ModelParams, list[Tensors]]:
    """Return the same initial parameters, for ours and for PyTorch."""
    params = [
        {name: array.astype(np.float64) for name, array in layer.items()}
        for layer in model.init(IMAGE, rng)
    ]
    theirs = [tensors(p, layer.buffers) for layer, p in zip(model.layers, params, strict=True)]
    return params, theirs


def batch(rng: np.random.Generator, images: int) -> tuple[Any, Any]:
    return rng.random((images, *IMAGE)), rng.integers(0, 10, images)


def their_logits(
    model: Sequential, caches: list[Any], x: Any, params: list[Tensors], *, training: bool
) -> Any:
    """Return what PyTorch's layers, one after the other, make of x."""
    shapes = model.input_shapes(IMAGE)[:-1]
    for layer, shape, cache, p in zip(model.layers, shapes, caches, params, strict=True):
        x = twin(Pass(layer, shape, cache, training), x, p)
    return x


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_network_is_pytorchs(name: str, training: bool) -> None:
    rng = np.random.default_rng(0)
    model = Sequential.from_specs(ARCHITECTURES[name].layers)
    params, their_params = start(model, rng)
    x, labels = batch(rng, 5)
    logits, caches = model.forward(params, x, training=training, rng=rng)
    loss, _, grad_logits = CrossEntropy()(logits, labels)
    grad_input, grads = model.backward(params, caches, grad_logits)

    their_x = tensor(x, grad=True)
    theirs = their_logits(model, caches, their_x, their_params, training=training)
    their_loss = torch.nn.functional.cross_entropy(theirs, tensor(labels))
    their_loss.backward()
    close(logits, theirs, "logits")
    close(np.float64(loss), their_loss, "loss")
    close(grad_input, their_x.grad, "gradient by the images")
    for number, (ours, layer) in enumerate(zip(grads, their_params, strict=True), start=1):
        trained = {key: p.grad for key, p in layer.items() if p.requires_grad}
        assert set(ours) == set(trained)
        for key, grad in trained.items():
            close(ours[key], grad, f"layer {number}: gradient by {key}")


@pytest.mark.parametrize("name", ["im2col-lenet", "deep-convnet"])
def test_twenty_steps_of_training_are_pytorchs(name: str) -> None:
    rng = np.random.default_rng(0)
    architecture = ARCHITECTURES[name]
    model = Sequential.from_specs(architecture.layers)
    optimizer = from_spec(OPTIMIZERS, architecture.optimizer, what="optimizer")
    params, their_params = start(model, rng)
    state = optimizer.init(params)
    trained = [p for layer in their_params for p in layer.values() if p.requires_grad]
    their_optimizer = optimizer_twin(optimizer, trained, architecture.lr)
    for step in range(1, STEPS + 1):
        x, labels = batch(rng, 8)
        logits, caches = model.forward(params, x, training=True, rng=rng)
        loss, _, grad_logits = CrossEntropy()(logits, labels)
        _, grads = model.backward(params, caches, grad_logits, input_grad=False)
        optimizer.update(params, grads, state, lr=architecture.lr, step=step)

        theirs = their_logits(model, caches, tensor(x), their_params, training=True)
        their_loss = torch.nn.functional.cross_entropy(theirs, tensor(labels))
        close(np.float64(loss), their_loss, f"step {step}: loss")
        their_optimizer.zero_grad()
        their_loss.backward()
        their_optimizer.step()
        for index, layer in enumerate(model.layers):
            params[index] |= layer.new_buffers(params[index], caches[index])
    for number, (ours, layer) in enumerate(zip(params, their_params, strict=True), start=1):
        for key, theirs in layer.items():
            close(ours[key], theirs, f"layer {number}: {key}")
