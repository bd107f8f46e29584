"""Defaults, limits and sizes: the parts of the settings that need no page."""

import math

import pytest

from cnnviz.data import DataChoice
from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.runs import RunSettings
from cnnviz.training import TrainConfig
from cnnviz.ui.train.defaults import ENOUGH_STEPS, Recipe
from cnnviz.ui.train.editor import NEW, parse_size, size_text
from cnnviz.ui.train.fields import number_or, step_size
from cnnviz.ui.train.network import headline, problem_with, summary_rows, table

LENET = ARCHITECTURES["im2col-lenet"].layers


@pytest.mark.parametrize("network", ARCHITECTURES)
def test_few_images_are_seen_often_enough(network: str) -> None:
    few, many = Recipe(network, 1497).values(), Recipe(network, 60_000).values()
    assert few["epochs"] * math.ceil(1347 / few["batch"]) >= ENOUGH_STEPS
    assert many["epochs"] == ARCHITECTURES[network].epochs


@pytest.mark.parametrize("value", [None, "text", math.nan, math.inf, True])
def test_what_is_no_number_is_the_usual_one(value: object) -> None:
    assert number_or(64, value) == 64
    assert number_or(None, value) is None


@pytest.mark.parametrize("value", [0, -1, 1.5, 1e99, 7])
def test_a_number_stays_as_it_was_typed(value: float) -> None:
    assert number_or(64, value) == value


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
