"""One training step, taken apart: forward, loss, backward, update, for one weight.

Notation: N images, here one; g is the loss's gradient by a layer's output.
"""

from dataclasses import dataclass

import numpy as np

from cnnviz.nn.im2col import im2col
from cnnviz.nn.layers import Conv2d, Linear
from cnnviz.nn.losses import Loss
from cnnviz.nn.model import LayerTrace, Sequential
from cnnviz.nn.optim import SGD
from cnnviz.nn.types import Array, ModelParams, Params

Index = tuple[int, ...]


@dataclass(frozen=True)
class Pick:
    """One number among the parameters: layer (from 0), array, and its place in the array."""

    layer: int
    name: str
    index: Index


@dataclass(frozen=True, eq=False)
class Step:
    """A step of gradient descent with all that it is made of.

    Parameters
    ----------
    trace : one record a layer of the forward pass
    loss, probs : of the image before the step; probs (classes,)
    gradients : the loss's gradient by each layer's output (1, …), in the order of the layers
    params, grads, stepped : the parameters before, their gradients, the parameters after
    new_loss : of the same image, after the step
    """

    trace: list[LayerTrace]
    loss: float
    probs: Array
    gradients: list[Array]
    params: ModelParams
    grads: ModelParams
    stepped: ModelParams
    lr: float
    new_loss: float

    @property
    def expected(self) -> float:
        """How the loss would change if it were a plane: −lr · Σ dw² over all parameters."""
        squares = (float((g.astype(np.float64) ** 2).sum()) for p in self.grads for g in p.values())
        return -self.lr * sum(squares)


def backward_steps(
    params: ModelParams, trace: list[LayerTrace], grad_output: Array
) -> tuple[list[Array], ModelParams]:
    """Return the gradient by each layer's output and by its parameters, layer by layer."""
    gradients: list[Array] = [grad_output] * len(trace)
    grads: ModelParams = [{} for _ in trace]
    for step in reversed(trace):
        gradients[step.index] = grad_output
        back, grads[step.index] = step.layer.backward(params[step.index], step.cache, grad_output)
        grad_output = step.input if back is None else back
    return gradients, grads


def one_step(
    model: Sequential,
    params: ModelParams,
    x: Array,
    label: int,
    loss: Loss,
    lr: float,
) -> Step:
    """Return one step of plain gradient descent on one image x (C, H, W); `params` stay.

    The forward pass is the one outside training: dropout is off, batch normalization takes its
    running statistics, so that all phases show the same network.
    """
    labels = np.array([label])
    trace = model.trace(params, x[None])
    value, probs, grad_logits = loss(trace[-1].output, labels)
    gradients, grads = backward_steps(params, trace, grad_logits)
    stepped = [{name: array.copy() for name, array in layer.items()} for layer in params]
    SGD().update(stepped, grads, {}, lr=lr, step=1)
    after, _ = model.forward(stepped, x[None])
    return Step(
        trace=trace,
        loss=value,
        probs=probs[0],
        gradients=gradients,
        params=params,
        grads=grads,
        stepped=stepped,
        lr=lr,
        new_loss=loss(after, labels)[0],
    )


@dataclass(frozen=True)
class Followed:
    """One number through a step: before, its gradient, after."""

    weight: float
    grad: float
    updated: float
    lr: float

    @property
    def exact(self) -> float:
        """What w − lr · dw is without rounding to float32."""
        return self.weight - self.lr * self.grad


def follow(step: Step, pick: Pick) -> Followed:
    """Return what a step does with one number."""
    weight, grad, updated = (
        float(params[pick.layer][pick.name][pick.index])
        for params in (step.params, step.grads, step.stepped)
    )
    return Followed(weight, grad, updated, step.lr)


def strongest(array: Array) -> Index:
    """Return the place of the number that is farthest from zero."""
    return tuple(int(i) for i in np.unravel_index(int(np.abs(array).argmax()), array.shape))


@dataclass(frozen=True, eq=False)
class Shares:
    """What a weight's gradient is the sum of.

    Parameters
    ----------
    inputs : (P,) what the weight met at each position
    gradients : (P,) the gradient at the output that it gave to
    output : shape of these outputs, (OH, OW), or () for a single one
    """

    inputs: Array
    gradients: Array
    output: Index

    @property
    def products(self) -> Array:
        """One product for each position; together they are the gradient."""
        return self.inputs * self.gradients


def shares(step: Step, pick: Pick) -> Shares | None:
    """Return the products that make the picked weight's gradient, None for other layers."""
    at = step.trace[pick.layer]
    g = step.gradients[pick.layer][0]  # (F, OH, OW) or (features,)
    if isinstance(at.layer, Linear):
        given = g[pick.index[0] : pick.index[0] + 1]
        met = at.input[0, pick.index[1:]] if pick.name == "weight" else np.ones_like(given)
        return Shares(np.atleast_1d(met), given, ())
    if isinstance(at.layer, Conv2d):
        given = g[pick.index[0]]
        met = _met(at.layer, at.input, pick.index) if pick.name == "weight" else np.ones(given.size)
        return Shares(met.astype(given.dtype), given.ravel(), given.shape)
    return None


def _met(layer: Conv2d, x: Array, index: Index) -> Array:
    """Return what a weight (f, c, i, j) met in each window: a row of the columns."""
    f, c, i, j = index
    grid = layer.grid(x.shape[1:])
    per_group = x.shape[1] // layer.groups
    channel = f // (layer.out_channels // layer.groups) * per_group + c
    row: Array = im2col(x[:, channel : channel + 1], grid)[0, i * grid.kernel[1] + j]
    return row


def pickable(model: Sequential, params: ModelParams) -> list[tuple[int, Params]]:
    """Return the layers that have numbers to train, each with these arrays."""
    found = (
        (index, {name: array for name, array in arrays.items() if name not in layer.buffers})
        for index, (layer, arrays) in enumerate(zip(model.layers, params, strict=True))
    )
    return [(index, arrays) for index, arrays in found if arrays]
