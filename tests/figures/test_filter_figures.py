"""Charts of filters, as data."""

from base64 import b64decode
from typing import Any

import numpy as np
import pytest

from cnnviz.figures import to_json
from cnnviz.figures.filters import classes_figure, spread_figure


def numbers(array: dict[str, str]) -> list[float]:
    return np.frombuffer(b64decode(array["bdata"]), np.dtype(array["dtype"])).tolist()


def test_classes_stand_side_by_side_with_and_without() -> None:
    figure = classes_figure(["a", "b"], np.array([1, 0.5]), np.array([0.25, np.nan]))
    whole, without = figure["data"]
    assert (whole["x"], numbers(whole["y"])) == (["a", "b"], [1, 0.5])
    assert numbers(without["y"])[0] == 0.25
    assert figure["layout"]["showlegend"]
    assert whole["marker"]["color"] != without["marker"]["color"]


def test_nothing_switched_off_has_one_row_of_bars() -> None:
    figure = classes_figure(["a", "b"], np.array([1, 0.5]), None)
    assert len(figure["data"]) == 1
    assert not figure["layout"]["showlegend"]


def spread(**more: Any) -> dict[str, Any]:
    edges = np.array([-1.0, 0.0, 1.0])
    shares = np.array([[0.25, 0.75], [1.0, 0.0]])
    return spread_figure([0, 1200], edges, shares, **{"chosen": 1200, "what": "weights"} | more)


def test_a_column_for_each_step_and_nothing_where_nothing_lies() -> None:
    heatmap, mark = spread()["data"]
    assert heatmap["x"] == ["0", "1,200"]
    assert numbers(heatmap["y"]) == [-0.5, 0.5]
    assert heatmap["z"] == [[0.5, 1.0], [pytest.approx(0.75**0.5), None]]
    assert heatmap["customdata"][1][0] == "0 to 1: 75.00 % of the weights"
    assert mark["x"] == ["1,200", "1,200"]
    bar = heatmap["colorbar"]
    assert bar["ticktext"][:3] == ["0 %", "1 %", "5 %"] and bar["ticktext"][-1] == "100 %"
    assert bar["tickvals"][1] == pytest.approx(0.1) and bar["tickvals"][-1] == heatmap["zmax"] == 1


def test_it_can_be_read_by_a_browser() -> None:
    assert "NaN" not in to_json(spread())
    empty = spread_figure([0], np.array([-1.0, 1.0]), np.zeros((1, 1)), 0, "weights")
    assert empty["data"][0]["zmax"] == 1
