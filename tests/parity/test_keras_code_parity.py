"""The Keras code shown is executed: it gives the shapes shown, and this project's numbers."""

import contextlib
import io
import re
from itertools import islice
from typing import Any

import numpy as np
import pytest

from cnnviz.explain.code import FRAMEWORKS
from cnnviz.nn.architectures import ARCHITECTURES, build
from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers import ConvTranspose2d, Flatten, Layer
from cnnviz.nn.model import Sequential
from tests.explain.random_chains import chains
from tests.explain.random_settings import working_settings
from tests.parity.random_layers import DRAWS, configurations
from tests.parity.with_keras import keras

BODY = re.compile(r"^network = .*?\n.*?\n(.*?)^\]\)", re.MULTILINE | re.DOTALL)
SHAPE = re.compile(r"\d+( × \d+)*")
NAMES = ("weight", "bias", "running_mean", "running_var")
CASES = 40


def ran(text: str) -> dict[str, Any]:
    """Return the names that a piece of code defines, and as "printed" what it prints."""
    names: dict[str, Any] = {}
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(text, names)
    return names | {"printed": output.getvalue().strip()}


def kernel(layer: Layer, theirs: Any, weight: Any) -> Any:
    """Return our weight in the order of Keras's: height, width, input, output."""
    if weight.ndim < 4:
        return weight.T
    if isinstance(layer, ConvTranspose2d) and type(theirs).__name__ == "Conv2D":
        groups = np.split(weight[:, :, ::-1, ::-1], layer.groups)  # each (C, F, KH, KW)
        return np.concatenate([one.transpose(2, 3, 0, 1) for one in groups], axis=-1)
    return weight.transpose(2, 3, 1, 0)


def load(layer: Layer, made: Any, params: dict[str, Any]) -> None:
    """Give the layer of Keras that has numbers those of ours."""
    for theirs in getattr(made, "layers", [made]):
        if theirs.weights:
            ours = params | {"weight": kernel(layer, theirs, params["weight"])}
            theirs.set_weights([ours[name] for name in NAMES if name in ours])


def same(layer: Layer, shape: Shape, seed: int) -> None:
    """Run the code of one layer; compare its shape and, with our weights, its numbers."""
    rng = np.random.default_rng(seed)
    params = layer.init(shape, rng)
    x = rng.standard_normal((1, *shape)).astype(np.float32) - 1
    theirs = np.moveaxis(x, 1, -1).copy()
    ours = np.moveaxis(layer.forward(params, x)[0], 1, -1)
    if isinstance(layer, Flatten):
        ours = theirs.reshape(1, -1)  # Keras's order: channels last
    names = ran(FRAMEWORKS["Keras"].layer_code(layer, shape))
    assert names["printed"] == str(ours.shape), layer
    load(layer, names["layer"], params)
    y = keras.ops.convert_to_numpy(names["layer"](keras.ops.convert_to_tensor(theirs)))
    np.testing.assert_allclose(y, ours, rtol=1e-4, atol=1e-5, err_msg=str(layer))


def test_the_code_gives_the_shape_and_the_numbers() -> None:
    for place, setting in enumerate(working_settings(seed=8, count=150)):
        same(setting.layer(), setting.shapes()[0], place)


@pytest.mark.parametrize("name", DRAWS)
def test_the_code_of_every_layer_gives_the_shape_and_the_numbers(name: str) -> None:
    for case in islice(configurations(name, 0), CASES):
        same(case.layer, case.shape, case.seed)


def all_the_shapes(model: Sequential, shape: Shape) -> None:
    """Run the code of a network; compare the shape behind every layer."""
    text = FRAMEWORKS["Keras"].network_code(model, shape)
    names = ran(text)
    assert names["printed"] == text.rpartition("  # ")[2]
    told = [line.partition("  # ")[2] for line in BODY.findall(text)[0].splitlines()]
    shapes = iter(model.shapes(shape))
    for layer, comment in zip(names["network"].layers, told, strict=True):
        if SHAPE.match(comment):
            channels, *image = next(shapes)
            assert layer.output.shape == (None, *image, channels)
            assert SHAPE.match(comment)[0] == " × ".join(map(str, layer.output.shape[1:]))
    assert not [*shapes]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_code_of_every_network_gives_its_shapes(name: str) -> None:
    all_the_shapes(build(name), (1, 28, 28))


def test_the_code_of_any_network_gives_its_shapes() -> None:
    for model, shape in chains(seed=9, count=60):
        all_the_shapes(model, shape)
