"""Bars of a prediction and curves of probabilities, as figures."""

from base64 import b64decode
from typing import Any

import numpy as np

from cnnviz.figures.palette import LINES, ON_DARK, TRAINING, VALIDATION
from cnnviz.figures.prediction import Curve, prediction_figure, probability_figure

PROBS = np.array([0.25, 0.7, 0.05], np.float32)
NAMES = ("Bag", "Coat", "Dress")
TEXTS = ("25.00 %", "70.00 %", "5.00 %")


def numbers(array: dict[str, str]) -> Any:
    return np.frombuffer(b64decode(array["bdata"]), array["dtype"]).tolist()


def test_the_bars_are_the_probabilities_and_the_largest_stands_out() -> None:
    (bar,) = prediction_figure(PROBS, NAMES, TEXTS)["data"]
    assert numbers(bar["x"]) == PROBS.tolist()
    assert bar["text"] == list(TEXTS)
    assert bar["customdata"] == [
        ["Bag", "0.25"],
        ["Coat", "0.699999988"],
        ["Dress", "0.0500000007"],
    ]
    assert bar["marker"]["opacity"] == [0.45, 1, 0.45]
    assert bar["marker"]["color"] == TRAINING
    figure = prediction_figure(PROBS, NAMES, TEXTS, second=True)
    assert figure["data"][0]["marker"]["color"] == VALIDATION
    assert figure["layout"]["yaxis"]["ticktext"] == list(NAMES)


def test_what_is_not_finite_is_an_empty_bar() -> None:
    (bar,) = prediction_figure(np.full(3, np.nan, np.float32), NAMES, TEXTS)["data"]
    assert numbers(bar["x"]) == [0, 0, 0]


def test_curves_have_the_timelines_cursor_and_their_own_colors() -> None:
    steps, probs = np.array([0, 1, 40]), np.array([0.1, 0.3, 0.9], np.float32)
    curves = [Curve("1 · 7", 0, steps, probs), Curve("2 · 3", 1, steps, probs, second=True)]
    figure = probability_figure(curves, 1, revision="run", last=40)
    first, second = figure["data"]
    assert numbers(first["x"]) == [0, 1, 40]
    assert numbers(first["y"]) == probs.tolist()
    assert (first["line"]["color"], first["line"]["dash"]) == (LINES[0], "solid")
    assert (second["line"]["color"], second["line"]["dash"]) == (LINES[1], "dash")
    (cursor,) = figure["layout"]["shapes"]
    assert (cursor["x0"], cursor["x1"]) == (1, 1)
    assert figure["layout"]["xaxis"]["range"] == [-0.4, 40.4]


def test_each_color_has_one_for_dark_ground() -> None:
    dark = [ON_DARK[color] for color in LINES]
    assert len({*LINES, *dark}) == 2 * len(LINES)
    assert not set(ON_DARK) & set(ON_DARK.values())
