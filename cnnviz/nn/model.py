"""A network: layers one after the other."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from cnnviz.nn.geometry import IN_NETWORK, Shape, ShapeError
from cnnviz.nn.layers import LAYERS, Layer, MaxPool2d, ReLU
from cnnviz.nn.spec import Spec, from_spec, to_spec
from cnnviz.nn.types import Array, ModelParams


@dataclass(frozen=True)
class LayerTrace:
    """What one layer did in a forward pass."""

    index: int
    layer: Layer
    input: Array
    output: Array
    cache: Any


@dataclass(frozen=True)
class Sequential:
    """Layers one after the other; follows the layers' contract with a list of their parameters."""

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        """Keep the layers as a tuple."""
        object.__setattr__(self, "layers", tuple(self.layers))

    @classmethod
    def from_specs(cls, specs: Iterable[Spec]) -> "Sequential":
        """Return the network that a list of layers in JSON describes."""
        layers = []
        for number, spec in enumerate(specs, start=1):
            try:
                layers.append(from_spec(LAYERS, spec))
            except ValueError as error:
                raise ValueError(f"Layer {number}: {error}") from error
        return cls(tuple(layers))

    def to_specs(self) -> list[Spec]:
        """Return the layers as JSON data."""
        return [to_spec(layer) for layer in self.layers]

    def shapes(self, input_shape: Shape) -> list[Shape]:
        """Return the shape behind each layer; ShapeError names the layer that does not fit."""
        shapes = []
        shape = tuple(input_shape)
        for index, layer in enumerate(self.layers):
            with naming(index, layer):
                shape = layer.output_shape(shape)
            shapes.append(shape)
        return shapes

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape behind the last layer."""
        return self.input_shapes(input_shape)[-1]

    def input_shapes(self, input_shape: Shape) -> list[Shape]:
        """Return the shape before each layer, and behind the last one."""
        return [tuple(input_shape), *self.shapes(input_shape)]

    def init(self, input_shape: Shape, rng: np.random.Generator) -> ModelParams:
        """Return initial parameters, drawn layer by layer."""
        shapes = self.input_shapes(input_shape)
        return [
            layer.init(shape, rng) for layer, shape in zip(self.layers, shapes[:-1], strict=True)
        ]

    def trace(
        self,
        params: ModelParams,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> list[LayerTrace]:
        """Return what each layer did with x (N, …)."""
        steps = []
        for index, layer in enumerate(self.layers):
            with naming(index, layer):
                y, cache = layer.forward(params[index], x, training=training, rng=rng)
            steps.append(LayerTrace(index, layer, x, y, cache))
            x = y
        return steps

    def forward(
        self,
        params: ModelParams,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, list[Any]]:
        """Return the output and one cache per layer."""
        steps = self.trace(params, x, training=training, rng=rng)
        return (steps[-1].output if steps else x), [step.cache for step in steps]

    def backward(
        self,
        params: ModelParams,
        caches: list[Any],
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: ModelParams | None = None,
    ) -> tuple[Array | None, ModelParams]:
        """Return the gradients by the input and by the parameters of each layer.

        Without `input_grad` the way back ends at the first layer that has parameters.
        """
        grads: ModelParams = [{} for _ in self.layers]
        last = 0 if input_grad else next((i for i, p in enumerate(params) if p), len(params))
        grad: Array | None = grad_output if input_grad or last < len(params) else None
        for index in range(len(self.layers) - 1, last - 1, -1):
            if grad is None:
                break
            grad, grads[index] = self.layers[index].backward(
                params[index],
                caches[index],
                grad,
                input_grad=input_grad or index > last,
                into=into[index] if into else None,
            )
        return grad, grads

    def pooled_first(self) -> "Sequential":
        """Return the network with each ReLU behind the max pooling that follows it.

        The largest of max(x, 0) is the larger of 0 and the largest x: outputs, gradients and
        parameters are the same, and ReLU has a quarter of the work behind 2×2 pooling.
        """
        layers = list(self.layers)
        for index, pair in enumerate(pairwise(layers)):
            if isinstance(pair[0], ReLU) and isinstance(pair[1], MaxPool2d):
                layers[index : index + 2] = reversed(pair)
        return Sequential(tuple(layers))

    def predict(self, params: ModelParams, x: Array, *, batch_size: int = 250) -> Array:
        """Return the outputs for x (N, …), a batch at a time."""
        parts = [
            self.forward(params, x[start : start + batch_size])[0]
            for start in range(0, max(len(x), 1), batch_size)
        ]
        return np.concatenate(parts)


@contextmanager
def naming(index: int, layer: Layer) -> Iterator[None]:
    """Put the layer's number before the sentence of a ShapeError."""
    try:
        yield
    except ShapeError as error:
        name = type(layer).__name__
        sentence = str(error).removeprefix(f"{name}: ")
        if index == 0:
            sentence = sentence.replace(IN_NETWORK, ", or a larger image")
        raise ShapeError(f"Layer {index + 1} ({name}): {sentence}") from error


def check_classifier(model: Sequential, input_shape: Shape, classes: int) -> None:
    """Raise ShapeError if the network does not end with one number per class."""
    shape = model.output_shape(input_shape)
    if shape != (classes,):
        raise ShapeError(
            f"The network ends with shape {shape}, but {classes} classes need {classes} numbers; "
            f"let it end with Flatten and Linear(out_features={classes})."
        )


def flatten_params(params: ModelParams) -> dict[str, Array]:
    """Return all arrays under names like "0.weight"."""
    return {
        f"{index}.{key}": array
        for index, layer in enumerate(params)
        for key, array in layer.items()
    }


def unflatten_params(flat: dict[str, Array], layers: int) -> ModelParams:
    """Return the parameters of a model with that many layers; undoes `flatten_params`."""
    params: ModelParams = [{} for _ in range(layers)]
    for name, array in flat.items():
        index, _, key = name.partition(".")
        params[int(index)][key] = array
    return params
