"""What was typed: right numbers make settings, each wrong one makes its sentence."""

import math
from typing import Any

import pytest

from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.nn.optim import SGD
from cnnviz.nn.schedules import Constant, OneCycle
from cnnviz.training import TrainConfig
from cnnviz.ui.train.numbers import NUMBERS, Numbers, written
from cnnviz.ui.train.typed import Images, Typed

THERE = Images("Digits", 1497, 300)
RIGHT: dict[str, Any] = {
    **{"images": 1497, "lr": 0.02, "batch": 64, "epochs": 20, "seed": 0},
    **{"validation": None, "test": None, "threads": 2},
}


def typed(descriptions: dict[str, Any] | None = None, **numbers: Any) -> Typed:
    made = {"optimizer": (SGD, {"momentum": 0.9}), "schedule": (Constant, {})}
    layers = ARCHITECTURES["im2col-lenet"].layers
    made |= descriptions or {}
    return Typed("digits", "im2col-lenet", layers, RIGHT | numbers, RIGHT, made)


def told(one: Typed) -> str:
    with pytest.raises(ValueError) as error:
        one.settings(THERE)
    return str(error.value)


def test_right_numbers_make_settings() -> None:
    settings = typed().settings(THERE)
    assert settings.config == TrainConfig(epochs=20, batch_size=64, lr=0.02, optimizer=SGD(0.9))
    assert settings.data.train_images is None  # all there are
    few = typed(images=500.0, validation=100.0, test=50, epochs=3.0).settings(THERE)
    assert few.data.to_dict() == {
        "dataset": "digits",
        "train_images": 500,
        "validation_images": 100,
        "test_images": 50,
    }
    assert isinstance(few.config.epochs, int)


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        (
            {"images": 0},
            "Images must be a whole number from 1 to 1,497, not 0: empty the field for all 1,497 "
            "of Digits.",
        ),
        (
            {"validation": -1},
            "Validation must be a whole number from 1 to 1,496, not −1: empty the field for a "
            "tenth.",
        ),
        (
            {"images": 100, "validation": 100},
            "Validation must be a whole number from 1 to 99, not 100: empty the field for a tenth.",
        ),
        (
            {"test": 301},
            "Test must be a whole number from 1 to 300, not 301: empty the field for all 300 of "
            "Digits.",
        ),
        (
            {"lr": 0},
            "Learning rate must be a number from 1e-08 to 1,000, not 0: empty the field for the "
            "usual 0.02.",
        ),
        (
            {"batch": 1.5},
            "Batch must be a whole number from 1 to 1,000,000, not 1.5: empty the field for the "
            "usual 64.",
        ),
        (
            {"epochs": 10_000},
            "Epochs must be a whole number from 1 to 9,999, not 10,000: empty the field for the "
            "usual 20.",
        ),
        ({"seed": 2.0**53}, "from 0 to 9,007,199,254,740,991, not 9,007,199,254,740,992"),
        ({"threads": 1e99}, "Parts must be a whole number from 1 to 64, not 1e+99"),
        ({"epochs": 0, "lr": -1}, "Learning rate must be"),  # the first on the page
    ],
)
def test_a_wrong_number_is_a_sentence(numbers: dict[str, float], sentence: str) -> None:
    assert sentence in told(typed(**numbers))


@pytest.mark.parametrize("key", RIGHT)
@pytest.mark.parametrize("value", [-1, 1e99, 0.5, math.nan, math.inf, -math.inf, "abc", True])
def test_every_number_is_checked(key: str, value: object) -> None:
    if key == "lr" and value == 0.5:
        return
    assert NUMBERS[key].label in told(typed(**{key: value}))


@pytest.mark.parametrize("key", sorted(set(RIGHT) - {"validation", "test"}))
def test_a_number_that_is_missing_is_a_sentence(key: str) -> None:
    assert f"{NUMBERS[key].label} must be" in told(typed(**{key: None}))


@pytest.mark.parametrize(
    ("name", "kind", "values", "sentence"),
    [
        ("optimizer", SGD, {"nesterov": True}, "along the momentum, which is 0; raise it."),
        ("optimizer", SGD, {"momentum": 1.0}, "SGD: momentum must be at least 0 and below 1"),
        ("schedule", OneCycle, {"warmup": -0.1}, "OneCycle: warmup must be at least 0"),
    ],
)
def test_a_description_has_its_own_sentence(
    name: str, kind: type[Any], values: dict[str, Any], sentence: str
) -> None:
    assert sentence in told(typed({name: (kind, values)}))


def test_the_data_come_before_what_depends_on_them() -> None:
    assert told(typed(images=0, validation=5000)).startswith("Images")


def test_numbers_as_people_write_them() -> None:
    values = (1497, 1497.0, 0.05, 1e-8, 1e99, 10**99, math.inf, -1, True, "abc", None)
    expected: tuple[str, ...] = ("1,497", "1,497", "0.05", "1e-08", "1e+99", "1e+99", "inf", "−1")
    expected += ("True", "'abc'", "None")
    assert tuple(map(written, values)) == expected


def test_a_link_is_read_by_the_same_ranges() -> None:
    share = Numbers("Share", 0, 0.99, whole=False)
    assert share.read("0.5") == 0.5
    with pytest.raises(ValueError, match=r"Share must be a number from 0 to 0.99, not 1\.$"):
        share.read("1")
