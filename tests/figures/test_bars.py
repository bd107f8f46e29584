"""Bars: every number has its place, gaps where there is none."""

import json
from base64 import b64decode

import numpy as np

from cnnviz.figures.bars import bars_figure
from cnnviz.figures.palette import TRAINING, VALIDATION


def heights(figure: dict) -> np.ndarray:
    return np.frombuffer(b64decode(figure["data"][0]["y"]["bdata"]), "<f4")


def test_heights_colors_and_names() -> None:
    figure = bars_figure(np.array([1.5, -2, 0]), names=("a", "b", "c"), chosen=1)
    (bar,) = figure["data"]
    assert heights(figure).tolist() == [1.5, -2, 0]
    assert bar["marker"]["color"] == [VALIDATION, TRAINING, TRAINING]
    assert bar["marker"]["opacity"] == [0.45, 1, 0.45]
    assert figure["layout"]["xaxis"]["ticktext"] == ["a", "b", "c"]
    assert "texttemplate" in bar
    json.dumps(figure)


def test_many_bars_have_no_numbers_on_them_and_own_names() -> None:
    (bar,) = bars_figure(np.arange(1024))["data"]
    assert "texttemplate" not in bar
    assert bar["customdata"][1023] == "unit 1023"


def test_gaps_and_limits() -> None:
    figure = bars_figure(np.array([np.nan, np.inf, 2]), limits=(-4, 2))
    assert np.isnan(heights(figure)).tolist() == [True, True, False]
    low, high = figure["layout"]["yaxis"]["range"]
    assert low <= -4
    assert high >= 2
    for nothing in (np.full(3, np.nan), np.zeros(3), np.zeros(0)):
        low, high = bars_figure(nothing)["layout"]["yaxis"]["range"]
        assert low == 0 < high
