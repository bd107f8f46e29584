"""Defaults, limits and sizes: the parts of the settings that need no page."""

import math
from dataclasses import fields, replace
from typing import Any

import pytest

from cnnviz.data import DataChoice
from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.runs import RunSettings
from cnnviz.training import Augment, TrainConfig
from cnnviz.training.config import REGISTRIES
from cnnviz.ui.train.defaults import ENOUGH_STEPS, Recipe, usual_lr
from cnnviz.ui.train.editor import NEW, parse_size, size_text
from cnnviz.ui.train.fields import as_whole, number_or, step_size
from cnnviz.ui.train.hints import SETTINGS, hint
from cnnviz.ui.train.network import headline, problem_with, summary_rows, table
from cnnviz.ui.train.numbers import NUMBERS

LENET = ARCHITECTURES["im2col-lenet"].layers


@pytest.mark.parametrize("network", ARCHITECTURES)
def test_few_images_are_seen_often_enough(network: str) -> None:
    few, many = Recipe(network, 1497).values(), Recipe(network, 60_000).values()
    assert few["epochs"] * math.ceil(1347 / few["batch"]) >= ENOUGH_STEPS
    assert many["epochs"] == ARCHITECTURES[network].epochs


@pytest.mark.parametrize("network", ARCHITECTURES)
def test_a_recipe_is_the_networks_own(network: str) -> None:
    base, config = ARCHITECTURES[network], Recipe(network, 60_000).config()
    assert (config.batch_size, config.lr, config.epochs) == (base.batch_size, base.lr, base.epochs)
    assert type(config.loss).__name__ == base.loss["type"]
    assert config.augment == Augment(**base.augment)
    values = Recipe(network, 60_000).values()
    assert values["optimizer"] == base.optimizer["type"]
    assert values["augment_shift"] == config.augment.shift
    assert values["crossentropy_label_smoothing"] == base.loss.get("label_smoothing", 0)


def test_a_recipe_brings_loss_and_augmentation(monkeypatch: pytest.MonkeyPatch) -> None:
    loss, moved = {"type": "CrossEntropy", "label_smoothing": 0.1}, {"shift": 2, "rotate": 10.0}
    changed = replace(ARCHITECTURES["tf2-cnn"], loss=loss, augment=moved)
    monkeypatch.setitem(ARCHITECTURES, "tf2-cnn", changed)
    values = Recipe("tf2-cnn", 60_000).values()
    assert values["crossentropy_label_smoothing"] == 0.1
    moves = [values[f"augment_{name}"] for name in ("shift", "rotate", "flip")]
    assert moves == [2, 10.0, False]


def test_another_optimizer_has_its_own_usual_rate() -> None:
    assert usual_lr("tf2-cnn", "Adam") == ARCHITECTURES["tf2-cnn"].lr
    assert usual_lr("tf2-cnn", "SGD") == 0.05
    assert usual_lr("my-network", "AdaGrad") == 0.01


@pytest.mark.parametrize(
    "kind", [Augment, *(kind for one in REGISTRIES.values() for kind in one.values())]
)
def test_every_number_of_a_training_has_its_words(kind: type[Any]) -> None:
    for field, value in ((one.name, getattr(kind(), one.name)) for one in fields(kind)):
        pair = [f"{field}_{place + 1}" for place in range(2)]
        for name in pair if isinstance(value, tuple) else [field]:
            assert hint(kind.__name__, name).endswith("."), name


def test_every_setting_has_its_words() -> None:
    keys = (*REGISTRIES, *NUMBERS, "data", "network", "more")
    assert all(SETTINGS[key].endswith(".") for key in keys)


@pytest.mark.parametrize("value", [None, "text", math.nan, math.inf, True])
def test_what_is_no_number_is_the_usual_one(value: object) -> None:
    assert number_or(64, value) == 64
    assert number_or(None, value) is None


@pytest.mark.parametrize("value", [0, -1, 1.5, 1e99, 7])
def test_a_number_stays_as_it_was_typed(value: float) -> None:
    assert number_or(64, value) == value


def test_inputs_give_floats_and_whole_numbers_are_wanted() -> None:
    assert [repr(as_whole(value)) for value in (3.0, 1.5, 1e99, None, "same", True)] == [
        *("3", "1.5", "1e+99", "None", "'same'", "True")
    ]


def test_arrows_add_a_power_of_ten() -> None:
    assert step_size(0.05) == pytest.approx(0.01)
    assert step_size(0.001) == pytest.approx(0.001)
    assert step_size(-0.05) == pytest.approx(0.01)
    assert step_size(0.0) == 0.1
    assert step_size(5e-324) == pytest.approx(1e-9)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("5, 3", [5, 3]),
        ("same", "same"),
        ("[0, 1], [2, 3]", [[0, 1], [2, 3]]),
        ("", None),
    ],
)
def test_sizes_as_one_types_them(text: str, value: object) -> None:
    assert parse_size(text) == value
    assert size_text(value) == text


def test_a_whole_number_may_be_written_with_an_exponent() -> None:
    assert repr(parse_size("1e3, 2.5")) == "[1000, 2.5]"


def test_new_layers_can_be_made() -> None:
    rows, error = summary_rows(
        [NEW["Conv2d"], NEW["MaxPool2d"], {"type": "Flatten"}, NEW["Linear"]]
    )
    assert not error
    assert [row.output_shape for row in rows] == [(8, 26, 26), (8, 13, 13), (1352,), (10,)]


def test_parameters_are_shown_with_their_arithmetic() -> None:
    rows, _ = summary_rows(LENET)
    assert table(rows).loc[0, "parameters"] == "6 × 1 × 5 × 5 + 6 = 156"
    assert headline(LENET) == "The network has 12 layers and **44,426** parameters."


def settings(*layers: dict[str, object], batch: int = 64) -> RunSettings:
    return RunSettings(DataChoice(), "my-network", layers, TrainConfig(batch_size=batch))


def test_what_does_not_fit_is_named_with_the_arithmetic() -> None:
    assert problem_with(settings(*LENET)) == ""
    wide = {"type": "Conv2d", "out_channels": 4, "kernel_size": 29}
    told = problem_with(settings(wide, {"type": "Flatten"}, NEW["Linear"]))
    assert told.startswith("Layer 1 (Conv2d)")
    assert "29" in told
    assert "10 classes need 10 numbers" in problem_with(settings({"type": "Flatten"}))


def test_what_does_not_fit_in_memory_is_refused_with_the_sum() -> None:
    large = {"type": "Linear", "out_features": 50_000_000}
    told = problem_with(settings({"type": "Flatten"}, large, NEW["Linear"]))
    assert "GB are available" in told
    assert " = " in told
