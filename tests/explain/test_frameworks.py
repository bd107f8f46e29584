"""What other frameworks make of the same words.

The answers were compared with PyTorch 2, Keras 3.15 and ONNX 1.23 on thousands of settings;
`tests/parity` repeats that for PyTorch.
"""

import pytest

from cnnviz.explain.frameworks import FRAMEWORKS, Reading, readings
from cnnviz.explain.setting import Setting
from tests.explain.random_settings import working_settings


def told(setting: Setting) -> list[tuple[str, object, str]]:
    return [(one.written, one.output, one.remark) for one in readings(setting)]


def test_same_with_a_stride() -> None:
    setting = Setting(kernel=(5, 5), stride=(2, 2), padding="same")
    assert told(setting) == [
        ('padding="same"', (14, 14), ""),
        (
            'padding="same"',
            None,
            "Refuses same with a stride above 1; put ZeroPad2d((1, 2, 1, 2)) before it.",
        ),
        ("auto_pad=SAME_UPPER", (14, 14), ""),
    ]
    even = Setting(size=(27, 27), stride=(2, 2), padding="same")
    assert told(even)[1][2] == "Refuses same with a stride above 1; write padding=1."


def test_an_odd_cell_goes_elsewhere() -> None:
    lower = Setting(kernel=(4, 4), padding="same_lower")
    keras, torch, onnx = readings(lower)
    odd = "the odd cell goes to the bottom and to the right."
    assert keras.remark == f"Knows SAME alone: {odd}"
    assert torch.remark == f'Knows "same" alone: {odd}'
    assert keras.pads == torch.pads == ((1, 2), (1, 2))
    assert onnx == Reading("ONNX", "auto_pad=SAME_LOWER", (28, 28), ((2, 1), (2, 1)))


def test_numbers() -> None:
    sides = Setting(padding=((1, 0), (2, 3)))
    assert told(sides) == [
        (
            "padding=((1, 0), (2, 3))",
            None,
            "Takes valid and same alone; put ZeroPadding2D before it.",
        ),
        (
            "padding=((1, 0), (2, 3))",
            None,
            "Takes the same on both sides alone; put ZeroPad2d((2, 3, 1, 0)) before it.",
        ),
        ("pads=[1, 2, 0, 3]", (27, 31), ""),
    ]
    assert told(Setting(padding=(1, 2)))[1] == ("padding=(1, 2)", (28, 30), "")


@pytest.mark.parametrize(
    ("setting", "framework", "output", "remark"),
    [
        (
            Setting(dilation=(2, 2), stride=(2, 2)),
            0,
            None,
            "Refuses strides above 1 together with dilation_rate above 1.",
        ),
        (
            Setting("MaxPool2d", dilation=(2, 2)),
            0,
            None,
            "Pooling has no dilation in Keras; in TensorFlow, tf.nn.pool has.",
        ),
        (
            Setting("MaxPool2d", (7, 7), (2, 2), (2, 2), ceil_mode=True),
            0,
            (3, 3),
            "Knows no ceil_mode: what is left over is dropped.",
        ),
        (
            Setting("AvgPool2d", (7, 7), padding="same"),
            0,
            (7, 7),
            "Leaves padding out of the average: in PyTorch that is count_include_pad=False.",
        ),
        (
            Setting("AvgPool2d", dilation=(2, 2)),
            1,
            None,
            "AvgPool2d has no dilation; MaxPool2d has.",
        ),
        (
            Setting("MaxPool2d", kernel=(2, 3), dilation=(3, 3), padding=2),
            1,
            None,
            "Refuses: padding 2 along the height is more than half the kernel of 2; put a padding "
            "layer before it.",
        ),
        (
            Setting("ConvTranspose2d", kernel=(2, 2), stride=(3, 3)),
            1,
            (83, 83),
            "Knows no words here, and no padding is 0: cells that the kernel does not reach are "
            "left out.",
        ),
        (
            Setting("ConvTranspose2d", kernel=(2, 2), stride=(3, 3)),
            2,
            (83, 83),
            "No cells are added where the kernel is smaller than the stride.",
        ),
        (
            Setting("ConvTranspose2d", stride=(2, 2), padding="same"),
            1,
            None,
            "Knows no words here; put ZeroPad2d((0, -1, 0, -1)) behind it.",
        ),
        (Setting(padding="full"), 1, None, "Knows valid and same alone; write padding=2."),
        (Setting(padding="full"), 2, (30, 30), "Knows no such word; numbers say it."),
    ],
)
def test_they_differ(setting: Setting, framework: int, output: object, remark: str) -> None:
    found = readings(setting)[framework]
    assert (found.output, found.remark) == (output, remark)


def test_a_difference_is_always_explained() -> None:
    for setting in working_settings(seed=5, count=2000):
        ours = setting.output(), setting.grid().pads
        for one, framework in zip(readings(setting), FRAMEWORKS, strict=True):
            assert one.framework == framework
            same = (one.output, one.pads) == ours
            assert same or one.remark, (setting, one)
