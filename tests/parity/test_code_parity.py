"""The PyTorch code shown is executed: it gives the shape shown, and this project's numbers."""

import contextlib
import io
import re
from typing import Any

import numpy as np
import pytest

from cnnviz.explain.code import FRAMEWORKS
from cnnviz.explain.frameworks import readings
from cnnviz.explain.setting import KINDS, Setting
from cnnviz.nn.architectures import ARCHITECTURES, build
from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers import Layer
from cnnviz.nn.model import Sequential
from tests.explain.random_chains import chains
from tests.explain.random_settings import working_settings
from tests.parity.random_layers import DRAWS, configurations
from tests.parity.with_torch import close, torch

BODY = re.compile(r"^network = .*?\n(.*?)^\)", re.MULTILINE | re.DOTALL)
SHAPE = re.compile(r"\d+( × \d+)*")


def ran(text: str, **names: Any) -> dict[str, Any]:
    """Return the names that a piece of code defines, and as "printed" what it prints."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(text, names)
    return names | {"printed": output.getvalue().strip()}


def load(network: Any, params: list[dict[str, Any]]) -> None:
    """Give the layers of PyTorch that have numbers those of ours, one behind the other."""
    wanting = [module for module in network.modules() if hasattr(module, "weight")]
    for module, numbers in zip(wanting, filter(None, params), strict=True):
        for name, array in numbers.items():
            getattr(module, name).data = torch.from_numpy(array)


def same(layer: Layer, shape: Shape, seed: int) -> None:
    """Run the code of one layer; compare its shape and, with our weights, its numbers."""
    rng = np.random.default_rng(seed)
    params = layer.init(shape, rng)
    x = rng.standard_normal((1, *shape)).astype(np.float32) - 1
    ours, _ = layer.forward(params, x)
    names = ran(FRAMEWORKS["PyTorch"].layer_code(layer, shape))
    assert names["printed"] == str(ours.shape), layer
    load(names["layer"], [params])
    y = names["layer"].eval()(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(y, ours, rtol=1e-4, atol=1e-5, err_msg=str(layer))


def test_the_code_gives_the_shape_and_the_numbers() -> None:
    for place, setting in enumerate(working_settings(seed=8, count=500)):
        same(setting.layer(), setting.shapes()[0], place)


@pytest.mark.parametrize("name", DRAWS)
def test_the_code_of_every_layer_gives_the_shape_and_the_numbers(name: str) -> None:
    for case in configurations(name, 0):
        same(case.layer, case.shape, case.seed)


def all_the_same(model: Sequential, shape: Shape) -> None:
    """Run the code of a network; compare the shape and the numbers behind every layer."""
    rng = np.random.default_rng(0)
    params = [
        {name: array.astype(np.float64) for name, array in layer.items()}
        for layer in model.init(shape, rng)
    ]
    x = rng.standard_normal((1, *shape))
    text = FRAMEWORKS["PyTorch"].network_code(model, shape)
    names = ran(text)
    assert names["printed"] == str((1, *model.output_shape(shape)))
    network = names["network"].double()
    load(network, params)
    told = [line.partition("  # ")[2] for line in BODY.findall(text)[0].splitlines()]
    steps, y = iter(model.trace(params, x)), torch.from_numpy(x)
    for module, comment in zip(network, told, strict=True):
        y = module(y)
        if SHAPE.match(comment):
            step = next(steps)
            assert " × ".join(map(str, y.shape[1:])) == SHAPE.match(comment)[0]
            close(step.output, y, f"layer {step.index + 1}, {step.layer}")
    assert not [*steps]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_code_of_every_network_gives_its_shapes_and_numbers(name: str) -> None:
    all_the_same(build(name), (1, 28, 28))


def test_the_code_of_any_network_gives_its_shapes_and_numbers() -> None:
    for model, shape in chains(seed=9, count=300):
        all_the_same(model, shape)


def theirs(setting: Setting, written: str) -> Any:
    """Return the output size that PyTorch itself gives for the words shown, None if it refuses."""
    kind = {name: getattr(torch.nn, name) for name in KINDS}[setting.kind]
    more = {"stride": setting.stride, "padding": eval(written.removeprefix("padding="))}
    if setting.kind != "AvgPool2d":
        more["dilation"] = setting.dilation
    elif setting.dilation != (1, 1):
        return None
    if setting.pools:
        more["ceil_mode"] = setting.ceil_mode
    if setting.transposed:
        more["output_padding"] = setting.output_padding
    try:
        layer = (
            kind(setting.kernel, **more) if setting.pools else kind(3, 8, setting.kernel, **more)
        )
        return tuple(layer(torch.zeros(1, 3, *setting.size)).shape[2:])
    except (RuntimeError, TypeError, ValueError):
        return None


def test_pytorch_answers_as_the_table_says() -> None:
    for setting in working_settings(seed=9, count=1000):
        told = readings(setting)[1]
        assert theirs(setting, told.written) == told.output, (setting, told)
