"""Bars of how many there are of each."""

import base64

import numpy as np

from cnnviz.figures.counts import class_figure, histogram_figure


def numbers(packed: dict[str, str]) -> list[float]:
    return np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"]).tolist()


def test_each_class_has_its_bar_and_says_its_share() -> None:
    figure = class_figure(np.array([3, 1]), ("Coat", "Bag"))
    (bars,) = figure["data"]
    assert numbers(bars["x"]) == [3, 1] and bars["y"] == [0, 1]
    assert bars["customdata"] == ["Coat: 3 images, 75.0 %", "Bag: 1 image, 25.0 %"]
    assert figure["layout"]["yaxis"]["ticktext"] == ["Coat", "Bag"]


def test_each_value_of_a_pixel_has_its_bar() -> None:
    histogram = np.zeros(256, np.int64)
    histogram[[0, 255]] = 999, 1
    figure = histogram_figure(histogram)
    (bars,) = figure["data"]
    assert numbers(bars["y"])[0] == 999
    assert bars["customdata"][255] == "value 255: 1 pixel, 0.10 %"
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < 0 and high > np.log10(999)  # one pixel is still seen
    assert histogram_figure(np.zeros(256, np.int64))["layout"]["yaxis"]["range"][0] < 0
