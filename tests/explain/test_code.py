"""The code shown: cnnviz's is executed and gives the shape, Keras's is read here word for word."""

import contextlib
import io
from typing import Any

import pytest

from cnnviz.explain.code import FRAMEWORKS
from cnnviz.explain.setting import Setting
from cnnviz.nn.architectures import ARCHITECTURES, build
from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers import (
    LAYERS,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Layer,
    Linear,
    LocalResponseNorm,
)
from cnnviz.nn.model import Sequential
from tests.explain.random_chains import chains
from tests.explain.random_settings import working_settings

IMAGE = (1, 28, 28)


def printed(text: str) -> str:
    """Return what a piece of code prints."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(text, {})
    return output.getvalue().strip()


def written(name: str, setting: Setting) -> str:
    return FRAMEWORKS[name].layer_code(setting.layer(), setting.shapes()[0])


def test_cnnvizs_own_code_gives_the_shape_shown() -> None:
    for setting in working_settings(seed=6, count=150):
        text = written("cnnviz", setting)
        shape = (1, *setting.shapes()[1])
        assert text.endswith(f"  # {shape}")
        assert printed(text) == str(shape)


def keras(setting: Setting) -> list[str]:
    """Return the lines that make the layer."""
    lines = written("Keras", setting).splitlines()
    assert lines[:2] == ["import keras", ""]
    return [line for line in lines[2:-3] if line]


@pytest.mark.parametrize(
    ("setting", "lines"),
    [
        (
            Setting(stride=(2, 2), padding="same"),
            ['layer = keras.layers.Conv2D(8, 3, strides=2, padding="same")'],
        ),
        (
            Setting(padding=((1, 0), (0, 2))),
            [
                "layer = keras.Sequential([",
                "    keras.layers.ZeroPadding2D(((1, 0), (0, 2))),  "
                '# Keras knows "valid" and "same" only',
                "    keras.layers.Conv2D(8, 3),",
                "])",
            ],
        ),
        (
            Setting(stride=(2, 1), dilation=(2, 2)),
            [
                "layer = keras.Sequential([",
                "    keras.layers.Conv2D(8, 3, dilation_rate=2),",
                "    keras.layers.Lambda(lambda x: x[:, ::2, ::1, :]),  "
                "# the stride, which Conv2D takes with no dilation",
                "])",
            ],
        ),
        (
            Setting("MaxPool2d", kernel=(2, 2), stride=(2, 2)),
            ["layer = keras.layers.MaxPooling2D(2)"],
        ),
        (
            Setting("MaxPool2d", stride=(2, 2), padding=1),
            [
                'def pad(x):  # Keras knows "valid" and "same" only, and zeros could win',
                "    return keras.ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), "
                'constant_values=float("-inf"))',
                "layer = keras.Sequential([",
                "    keras.layers.Lambda(pad),",
                "    keras.layers.MaxPooling2D(3, strides=2),",
                "])",
            ],
        ),
        (
            Setting("AvgPool2d", padding="same"),
            [
                "layer = keras.Sequential([",
                "    keras.layers.ZeroPadding2D(((1, 1), (1, 1))),  "
                "# AveragePooling2D never counts its own padding",
                "    keras.layers.AveragePooling2D(3, strides=1),",
                "])",
            ],
        ),
        (
            Setting("ConvTranspose2d", stride=(2, 2), padding="same"),
            ['layer = keras.layers.Conv2DTranspose(8, 3, strides=2, padding="same")'],
        ),
        (
            Setting("ConvTranspose2d", stride=(2, 2), padding=1, output_padding=(1, 1)),
            [
                "layer = keras.Sequential([",
                "    keras.layers.Conv2DTranspose(8, 3, strides=2),",
                "    keras.layers.Cropping2D(((1, 0), (1, 0))),  "
                '# Keras knows "valid" and "same" only',
                "])",
            ],
        ),
    ],
)
def test_keras_with_the_padding_that_it_needs(setting: Setting, lines: list[str]) -> None:
    assert keras(setting) == lines


def test_what_keras_does_not_have_is_made_by_hand_and_said() -> None:
    setting = Setting("ConvTranspose2d", size=(5, 7), stride=(2, 3), dilation=(2, 2))
    text = written("Keras", setting)
    assert "Conv2DTranspose takes no groups,\n# no dilation together with a stride" in text
    assert "keras.ops.reshape(x, (-1, 10, 21, 3))" in text
    assert "ZeroPadding2D(((4, 3), (4, 2)))" in text


def test_a_layer_without_a_number_is_told_without_one() -> None:
    layer, shape = ConvTranspose2d(4, 3, groups=2), (2, 5, 5)
    assert "# a convolution with its kernel turned" in FRAMEWORKS["Keras"].layer_code(layer, shape)
    text = FRAMEWORKS["Keras"].network_code(Sequential((layer,)), shape)
    assert "# Layer 1: a convolution with its kernel turned" in text


@pytest.mark.parametrize(
    ("shape", "told"), [((3, 4, 5), True), ((1, 4, 5), False), ((3, 1, 1), False), ((6,), False)]
)
def test_keras_flattens_in_another_order(shape: Shape, told: bool) -> None:
    text = FRAMEWORKS["Keras"].layer_code(Flatten(), shape)
    assert ("  # channels last: another order than cnnviz's" in text) == told
    text = FRAMEWORKS["Keras"].network_code(Sequential((Flatten(), Linear(2))), shape)
    assert ("channels last: another order than cnnviz's" in text) == told


@pytest.mark.parametrize(
    ("layer", "shape", "pytorch", "keras"),
    [
        (
            Conv2d(8, (3, 5), groups=2, dilation=2, use_bias=False),
            (4, 28, 28),
            "nn.Conv2d(4, 8, (3, 5), dilation=2, groups=2, bias=False)",
            "keras.layers.Conv2D(8, (3, 5), dilation_rate=2, groups=2, use_bias=False)",
        ),
        (
            ConvTranspose2d(8, 3, use_bias=False),
            (4, 28, 28),
            "nn.ConvTranspose2d(4, 8, 3, bias=False)",
            "keras.layers.Conv2DTranspose(8, 3, use_bias=False)",
        ),
        (
            AvgPool2d(3, padding="same", count_include_pad=False),
            (4, 27, 27),
            "nn.AvgPool2d(3, count_include_pad=False)",
            'keras.layers.AveragePooling2D(3, padding="same")',
        ),
        (
            AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            (4, 9, 9),
            "nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)",
            "keras.layers.Lambda(mean)",
        ),
        (
            BatchNorm2d(),
            (4, 9, 9),
            "nn.BatchNorm2d(4)",
            "keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-05)",
        ),
        (
            LocalResponseNorm(5, alpha=5e-4, k=2.0),
            (4, 9, 9),
            "nn.LocalResponseNorm(5, alpha=0.0005, k=2.0)",
            "keras.layers.Lambda(response)",
        ),
        (
            Linear(10, use_bias=False),
            (64,),
            "nn.Linear(64, 10, bias=False)",
            "keras.layers.Dense(10, use_bias=False)",
        ),
    ],
)
def test_a_layer_in_the_words_of_others(
    layer: Layer, shape: tuple[int, ...], pytorch: str, keras: str
) -> None:
    for name, words in (("PyTorch", pytorch), ("Keras", keras)):
        assert f"\nlayer = {words}\n" in FRAMEWORKS[name].layer_code(layer, shape)


def test_every_layer_there_is_has_code() -> None:
    named: set[str] = set()
    for model, shape in chains(seed=5, count=150):
        for code in FRAMEWORKS.values():
            compile(code.network_code(model, shape), "<code>", "exec")
        named |= {type(layer).__name__ for layer in model.layers}
    assert named == set(LAYERS)


def test_every_code_is_python() -> None:
    for setting in working_settings(seed=7, count=500):
        for name in FRAMEWORKS:
            compile(written(name, setting), "<code>", "exec")


def own_shapes(model: Sequential, shape: tuple[int, ...]) -> None:
    """Execute cnnviz's code of a network, and compare all that it says with the engine."""
    text = FRAMEWORKS["cnnviz"].network_code(model, shape)
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(text, names)
    shapes = model.shapes(shape)
    assert output.getvalue().strip() == str((1, *shapes[-1]))
    assert names["network"] == model
    trace = names["network"].trace(names["params"], names["x"])
    told = [line.partition("  # ")[2] for line in text.splitlines() if line.startswith("    ")]
    assert told == [" × ".join(map(str, step.output.shape[1:])) for step in trace]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_cnnvizs_own_code_of_every_network_gives_its_shapes(name: str) -> None:
    own_shapes(build(name), IMAGE)


def test_cnnvizs_own_code_of_any_network_gives_its_shapes() -> None:
    for model, shape in chains(seed=6, count=150):
        own_shapes(model, shape)


def test_a_network_in_pytorch_and_in_keras() -> None:
    model = Sequential((Conv2d(4, 3, stride=2, padding="same"), BatchNorm2d(momentum=0.2)))
    assert FRAMEWORKS["PyTorch"].network_code(model, IMAGE).splitlines()[3:] == [
        "network = nn.Sequential(",
        "    nn.ZeroPad2d((0, 1, 0, 1)),  # Conv2d pads the same on both sides",
        "    nn.Conv2d(1, 4, 3, stride=2),  # 4 × 14 × 14",
        "    nn.BatchNorm2d(4, momentum=0.2),  # 4 × 14 × 14",
        ")",
        "x = torch.zeros((1, 1, 28, 28))",
        "y = network.eval()(x)",
        "print(tuple(y.shape))  # (1, 4, 14, 14)",
    ]
    assert FRAMEWORKS["Keras"].network_code(model, IMAGE).splitlines()[2:] == [
        "network = keras.Sequential([",
        "    keras.Input((28, 28, 1)),  # height × width × channels",
        '    keras.layers.Conv2D(4, 3, strides=2, padding="same"),  # 14 × 14 × 4',
        "    keras.layers.BatchNormalization(momentum=0.8, epsilon=1e-05),  # 14 × 14 × 4",
        "])",
        "x = keras.ops.zeros((1, 28, 28, 1))",
        "y = network(x)",
        "print(tuple(y.shape))  # (1, 14, 14, 4)",
    ]
