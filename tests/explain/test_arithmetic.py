"""The formula with the numbers put in: what is printed comes to what the engine has."""

import math
import re

import pytest

from cnnviz.explain.arithmetic import SIDES, Step, convention, remarks, steps
from cnnviz.explain.setting import Setting
from cnnviz.nn.geometry import PADDINGS
from tests.explain.random_settings import working_settings


def printed(numbers: str) -> int:
    """Return what a printed calculation comes to."""
    text = re.sub("⌊([^⌋]*)⌋", r"math.floor(\1)", numbers)
    text = re.sub("⌈([^⌉]*)⌉", r"math.ceil(\1)", text)
    signs = {"×": "*", "−": "-", " mod ": " % "}
    for sign, operator in signs.items():
        text = text.replace(sign, operator)
    return int(eval(text, {"math": math, "max": max}))


def lines(setting: Setting, axis: int = 0) -> list[tuple[str, str, int]]:
    return [(step.name, step.numbers, step.result) for step in steps(setting, axis)]


def test_same_as_in_tensorflows_derivation() -> None:
    setting = Setting(size=(28, 29), kernel=(5, 4), stride=(2, 3), padding="same")
    assert lines(setting) == [
        ("Window E", "(5 − 1) × 1 + 1", 5),
        ("Output O", "⌈28 / 2⌉", 14),
        ("Padding P_h", "max((14 − 1) × 2 + 5 − 28, 0)", 3),
        ("Padding P_h, as in tf.nn", "max(5 − 2, 0)", 3),
        ("Padding top", "⌊3 / 2⌋", 1),
        ("Padding bottom", "3 − ⌊3 / 2⌋", 2),
        ("Left over", "28 + 1 + 2 − ((14 − 1) × 2 + 5)", 0),
    ]
    assert lines(setting, 1)[1:6] == [
        ("Output O", "⌈29 / 3⌉", 10),
        ("Padding P_w", "max((10 − 1) × 3 + 4 − 29, 0)", 2),
        ("Padding P_w, as in tf.nn", "max(4 − 29 mod 3, 0)", 2),
        ("Padding left", "⌊2 / 2⌋", 1),
        ("Padding right", "2 − ⌊2 / 2⌋", 1),
    ]


def test_valid_and_numbers() -> None:
    assert lines(Setting(size=(28, 28), stride=(2, 2)))[1:] == [
        ("Output O", "⌈(28 − 3 + 1) / 2⌉", 13),
        ("Left over", "28 + 0 + 0 − ((13 − 1) × 2 + 3)", 1),
    ]
    sides = Setting(size=(28, 28), stride=(2, 2), padding=((1, 0), (2, 2)), dilation=(2, 1))
    assert lines(sides)[:2] == [
        ("Window E", "(3 − 1) × 2 + 1", 5),
        ("Output O", "⌊(28 + 1 + 0 − 5) / 2⌋ + 1", 13),
    ]


def test_ceil_mode_and_a_window_that_starts_behind_the_image() -> None:
    pool = Setting("MaxPool2d", (7, 8), (2, 2), (2, 2), padding=((0, 0), (0, 1)), ceil_mode=True)
    assert lines(pool)[1:] == [
        ("Output O", "⌈(7 + 0 + 0 − 2) / 2⌉ + 1", 4),
        ("Left over", "7 + 0 + 0 − ((4 − 1) × 2 + 2)", -1),
    ]
    last = lines(pool, 1)[2]
    assert last[1:] == ("5 − 1", 4)
    assert "would start behind the image, (5 − 1) × 2 ≥ 8 + 0" in last[0]


def test_a_transposed_convolution() -> None:
    setting = Setting("ConvTranspose2d", (5, 5), (3, 3), (2, 2), padding=1, output_padding=(1, 0))
    assert lines(setting)[-1] == ("Output O", "(5 − 1) × 2 + 3 − 1 − 1 + 1", 10)
    assert lines(setting, 1)[-1] == ("Output O", "(5 − 1) × 2 + 3 − 1 − 1 + 0", 9)
    same = Setting("ConvTranspose2d", (5, 5), (3, 3), (2, 2), padding="same_lower")
    assert lines(same)[1:] == [
        ("Output O", "5 × 2", 10),
        ("Cut away P_h", "max((5 − 1) × 2 + 3 − 10, 0)", 1),
        ("Padding top", "1 − ⌊1 / 2⌋", 1),
        ("Padding bottom", "⌊1 / 2⌋", 0),
    ]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (Setting(stride=(1, 2)), ["1 column at the right is never seen."]),
        (
            Setting(stride=(2, 1), padding=1),
            ["1 row of padding at the bottom is never seen."],
        ),
        (
            Setting(size=(9, 9), kernel=(3, 9), stride=(4, 1), padding=((0, 1), (0, 0))),
            [
                "3 rows at the bottom are never seen, 1 of padding and 2 of the image.",
                "1 row is never seen between others: stride 4 with a window of 3 and dilation 1 "
                "leaves gaps.",
            ],
        ),
        (
            Setting("AvgPool2d", (7, 8), (2, 2), (2, 2), ceil_mode=True),
            [
                "The last window reaches 1 row beyond the bottom: ceil_mode keeps it, and what "
                "it sees there does not count."
            ],
        ),
        (
            Setting("ConvTranspose2d", (2, 1), (2, 3), (3, 1), padding="valid"),
            ["2 rows of the output are met by no kernel cell and have the bias alone."],
        ),
        (Setting(), []),
    ],
)
def test_what_is_lost_is_said(setting: Setting, said: list[str]) -> None:
    assert remarks(setting) == said


@pytest.mark.parametrize("padding", [*PADDINGS, 0])
def test_every_convention_is_explained(padding: str | int) -> None:
    for kind in ("Conv2d", "ConvTranspose2d"):
        assert convention(Setting(kind, padding=padding))


def named(found: list[Step], name: str) -> list[int]:
    return [step.result for step in found if step.name.startswith(name)]


def test_everything_printed_comes_to_what_is_shown_and_to_the_engine() -> None:
    """5,000 drawn settings, both axes, every line."""
    for setting in working_settings(seed=1, count=5000):
        grid, output = setting.grid(), setting.output()
        for axis in (0, 1):
            found = steps(setting, axis)
            assert [printed(s.numbers) for s in found] == [s.result for s in found], setting
            assert named(found, "Output O") == [output[axis]]
            for side, cells in zip(SIDES[axis], grid.pads[axis], strict=True):
                assert set(named(found, f"Padding {side}")) <= {cells}
            rest = grid.dropped[axis] - grid.overhang[axis]
            assert set(named(found, "Left over")) <= {rest}
