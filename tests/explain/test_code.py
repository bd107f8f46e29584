"""The code shown: cnnviz's is executed and gives the shape, Keras's is read here word for word."""

import contextlib
import io

import pytest

from cnnviz.explain import code
from cnnviz.explain.setting import Setting
from tests.explain.random_settings import working_settings


def printed(text: str) -> str:
    """Return what a piece of code prints."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(text, {})
    return output.getvalue().strip()


def test_cnnvizs_own_code_gives_the_shape_shown() -> None:
    for setting in working_settings(seed=6, count=150):
        text = code.cnnviz(setting)
        shape = (1, *setting.shapes()[1])
        assert text.endswith(f"  # {shape}")
        assert printed(text) == str(shape)


def keras(setting: Setting) -> list[str]:
    """Return the lines between image and shape."""
    lines = code.keras(setting).splitlines()
    assert lines[:2] == ["import keras", ""]
    return lines[3:-1]


@pytest.mark.parametrize(
    ("setting", "lines"),
    [
        (
            Setting(stride=(2, 2), padding="same"),
            ['y = keras.layers.Conv2D(8, 3, strides=2, padding="same")(x)'],
        ),
        (
            Setting(padding=((1, 0), (0, 2))),
            [
                "layer = keras.Sequential([",
                "    keras.layers.ZeroPadding2D(((1, 0), (0, 2))),",
                "    keras.layers.Conv2D(8, 3),",
                "])",
                "y = layer(x)",
            ],
        ),
        (
            Setting(stride=(2, 1), dilation=(2, 2)),
            [
                "y = keras.layers.Conv2D(8, 3, dilation_rate=2)(x)",
                "y = y[:, ::2, ::1, :]  # Keras takes no stride with a dilation",
            ],
        ),
        (
            Setting("MaxPool2d", kernel=(2, 2), stride=(2, 2)),
            ["y = keras.layers.MaxPooling2D(2)(x)"],
        ),
        (
            Setting("MaxPool2d", stride=(2, 2), padding=1),
            [
                "x = keras.ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), "
                'constant_values=float("-inf"))',
                "y = keras.layers.MaxPooling2D(3, strides=2)(x)",
            ],
        ),
        (
            Setting("AvgPool2d", padding="same"),
            [
                "x = keras.ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))",
                "y = keras.layers.AveragePooling2D(3, strides=1)(x)",
            ],
        ),
        (
            Setting("ConvTranspose2d", stride=(2, 2), padding="same"),
            ['y = keras.layers.Conv2DTranspose(8, 3, strides=2, padding="same")(x)'],
        ),
        (
            Setting("ConvTranspose2d", stride=(2, 2), padding=1, output_padding=(1, 1)),
            [
                "layer = keras.Sequential([",
                "    keras.layers.Conv2DTranspose(8, 3, strides=2),",
                "    keras.layers.Cropping2D(((1, 0), (1, 0))),",
                "])",
                "y = layer(x)",
            ],
        ),
    ],
)
def test_keras_with_the_padding_that_it_needs(setting: Setting, lines: list[str]) -> None:
    assert keras(setting) == lines


def test_what_keras_does_not_have_is_said() -> None:
    setting = Setting("ConvTranspose2d", stride=(2, 2), dilation=(2, 2))
    assert code.keras(setting).startswith("# Keras has no such layer")


def test_every_code_is_python() -> None:
    for setting in working_settings(seed=7, count=500):
        for write in (code.pytorch, code.keras, code.cnnviz):
            compile(write(setting), "<code>", "exec")
