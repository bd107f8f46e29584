"""The reliability diagram: bars where the accuracy is, and what they say."""

import base64

import numpy as np

from cnnviz.figures.reliability import reliability_figure, words
from cnnviz.training.events import Evaluation
from cnnviz.training.scores import reliability

TAKEN = np.array([0, 0, 1, 0], np.uint8)
SURE = np.array([0.9, 0.8, 0.7, 0.2], np.float32)
BINS = reliability(np.zeros(4, np.uint8), Evaluation(0, 0, TAKEN, SURE), 2)


def numbers(packed: dict[str, str]) -> list[float]:
    return np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"]).tolist()


def test_bars_stand_for_accuracy_and_images() -> None:
    accuracy, line, diamonds, images = reliability_figure(BINS)["data"]
    assert numbers(accuracy["x"]) == [0.25, 0.75]
    assert numbers(accuracy["y"]) == [1, 2 / 3]
    assert line["x"] == line["y"] == [0, 1]
    assert np.allclose(numbers(diamonds["x"]), [0.2, 0.8])
    assert numbers(images["y"]) == [1, 3]
    assert images["y"]["dtype"] == "f8"  # plotly.js knows no i8


def test_a_bin_tells_its_arithmetic() -> None:
    assert words(BINS, 1) == (
        "sure between 50.0 % and 100.0 %: 3 images<br>right: 2 / 3 = 66.7 %"
        "<br>mean confidence: 80.0 %"
    )
    empty = reliability(np.zeros(0, np.uint8), Evaluation(0, 0, TAKEN[:0], SURE[:0]), 2)
    assert words(empty, 0) == "sure between 0.0 % and 50.0 %: no image"
