"""What goes to the browser and what may come back, without a browser."""

from base64 import b64decode
from typing import Any

import numpy as np
import pytest

from cnnviz.ui.components.confusion import checked_cell, checked_counts, chosen_cell
from cnnviz.ui.components.tiles import tiles_data

FILTERS = np.array([[[-0.5, 0.25]], [[0.125, 0.0]]], np.float32)


def test_pixels_travel_unchanged() -> None:
    data = tiles_data(FILTERS, palette="diverging")
    assert data["shape"] == (2, 1, 2)
    np.testing.assert_array_equal(
        np.frombuffer(b64decode(data["pixels"]), "<f4").reshape(2, 1, 2), FILTERS
    )


@pytest.mark.parametrize(
    ("images", "palette", "limits", "low", "high"),
    [
        (FILTERS, "diverging", None, -0.5, 0.5),
        (FILTERS, "diverging", (-0.1, 2), -2, 2),
        (0 * FILTERS, "diverging", None, -1, 1),
        (FILTERS, "gray", None, -0.5, 0.25),
        (FILTERS, "gray", (0, 1), 0, 1),
        (np.zeros((1, 2, 2), np.uint8), "gray", None, 0, 255),
        (np.full((1, 2, 2), np.nan, np.float32), "gray", None, 0, 1),
        (np.zeros((0, 2, 2), np.float32), "diverging", None, -1, 1),
    ],
)
def test_one_range_serves_all_tiles(
    images: Any, palette: Any, limits: Any, low: float, high: float
) -> None:
    data = tiles_data(images, palette=palette, limits=limits)
    assert (data["low"], data["high"]) == (low, high)


@pytest.mark.parametrize(
    ("images", "words", "told"),
    [
        (np.zeros((2, 3)), {}, r"shape \(N, H, W\), got float64 of shape \(2, 3\)"),
        (np.zeros((1, 2, 2)), {}, "float32 or uint8 images"),
        (FILTERS, {"captions": ["one"]}, "2 tiles need 2 captions, got 1"),
        (FILTERS, {"titles": ["a", "b", "c"]}, "2 tiles need 2 titles, got 3"),
        (FILTERS, {"marks": ["right", "sure"]}, r'"right", "wrong" or "", got \[\'sure\'\]'),
        (FILTERS, {"palette": "jet"}, '"gray" or "diverging", got \'jet\''),
    ],
)
def test_tiles_that_do_not_fit_are_refused(images: Any, words: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        tiles_data(images, **words)


def test_counts_become_plain_numbers() -> None:
    assert checked_counts(np.array([[1, 0], [2, 3]], np.uint32), "ab") == [[1, 0], [2, 3]]


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([[1, 2]], r"2 classes need counts of shape \(2, 2\), got \(1, 2\)"),
        ([[0.5, 0], [0, 1]], "whole numbers from 0 up, got float64"),
        ([[1, 0], [0, -1]], "whole numbers from 0 up, got -1"),
    ],
)
def test_what_are_no_counts_is_refused(counts: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        checked_counts(counts, "ab")


@pytest.mark.parametrize("value", [[0, 9], (3, 3)])
def test_a_cell_comes_back(value: Any) -> None:
    assert checked_cell(value, 10) == tuple(value)


@pytest.mark.parametrize(
    "value", [None, [], [1], [1, 2, 3], "12", [0, 10], [-1, 0], [True, 0], [1.0, 2], ["1", 2], {}]
)
def test_what_is_no_cell_is_nothing(value: Any) -> None:
    assert checked_cell(value, 10) is None


def test_a_cell_belongs_to_what_it_was_chosen_in(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"board": {"cell": {"of": "one run", "at": [1, 2]}}}
    monkeypatch.setattr("streamlit.session_state", state)
    assert chosen_cell("board", 10, of="one run") == (1, 2)
    assert chosen_cell("board", 10, of="another run") is None
    assert chosen_cell("nothing", 10) is None
    state["board"]["cell"] = [1, 2]
    assert chosen_cell("board", 10) is None
