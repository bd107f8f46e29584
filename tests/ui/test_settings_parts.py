"""Defaults, limits and sizes: the parts of the settings that need no page."""

import math

import pytest

from cnnviz.data import DataChoice
from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.runs import RunSettings
from cnnviz.training import TrainConfig
from cnnviz.ui.train.defaults import ENOUGH_STEPS, Recipe
from cnnviz.ui.train.editor import NEW, parse_size, size_text
from cnnviz.ui.train.fields import step_size, within
from cnnviz.ui.train.network import headline, problem_with, summary_rows, table

LENET = ARCHITECTURES["im2col-lenet"].layers


@pytest.mark.parametrize("network", ARCHITECTURES)
def test_few_images_are_seen_often_enough(network: str) -> None:
    few, many = Recipe(network, 1497).values(), Recipe(network, 60_000).values()
    assert few["epochs"] * math.ceil(1347 / few["batch"]) >= ENOUGH_STEPS
    assert many["epochs"] == ARCHITECTURES[network].epochs


@pytest.mark.parametrize("value", [None, "text", math.nan, math.inf, -1, 0, 10**9, True])
def test_a_value_outside_its_range_is_the_default(value: object) -> None:
    assert within(value, 1, 100, 64) == 64
    assert within(value, 0.5, 100.0, 2.5) == 2.5


def test_a_value_within_its_range_is_kept_in_its_kind() -> None:
    assert within(7.0, 1, 100, 64) == 7
    assert isinstance(within(7.0, 1, 100, 64), int)
    assert within(3, 0.0, 9.0, 1.0) == 3.0


def test_arrows_add_a_power_of_ten() -> None:
    assert step_size(0.05) == pytest.approx(0.01)
    assert step_size(0.001) == pytest.approx(0.001)
    assert step_size(0.0) == 0.1


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
