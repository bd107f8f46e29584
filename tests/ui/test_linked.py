"""What of a linked picture travels to the browser, and what may come back."""

import json
from base64 import b64decode
from typing import Any

import numpy as np
import pytest

from cnnviz.explain.cell import convolve
from cnnviz.nn.layers import Conv2d
from cnnviz.ui.components.linked import Edit, checked_cell, checked_edit, checked_pin, linked_data
from tests.ui.linked_examples import drawn, example


def decoded(data: dict[str, Any], name: str) -> Any:
    return np.frombuffer(b64decode(data[name]), np.dtype(data["type"]).newbyteorder("<"))


def test_the_numbers_of_one_filter_travel_unchanged() -> None:
    found = drawn(2, 7, 3, 2, 1, 1)
    data = linked_data(found, filter=2, shown=(1,), cell=(0, 3))
    assert (data["type"], data["activation"], data["cell"]) == ("float32", "Sigmoid", (0, 3))
    assert (data["size"], data["padded"], data["output"]) == ((7, 7), (9, 9), (4, 4))
    for name, array in (
        ("input", found.x),
        ("weight", found.weight[2]),
        ("bias", found.bias[2:]),
        ("before", found.before[2]),
        ("after", found.after[2]),
    ):
        np.testing.assert_array_equal(decoded(data, name), array.ravel())


def test_a_filter_of_a_group_brings_its_own_channels() -> None:
    x = np.arange(16.0).reshape(4, 2, 2)
    layer = Conv2d(2, 1, groups=2, use_bias=False)
    found = convolve(layer, {"weight": np.ones((2, 2, 1, 1))}, x)
    data = linked_data(found, filter=1)
    assert data["names"] == [2, 3]
    assert data["bias"] is None
    assert decoded(data, "input").tolist() == x[2:].ravel().tolist()


def test_no_number_breaks_the_way_to_the_browser() -> None:
    params = {"weight": np.array([[[[np.nan]]]]), "bias": np.array([np.inf])}
    data = linked_data(convolve(Conv2d(1, 1), params, np.ones((1, 2, 2))), filter=0)
    json.dumps(data, allow_nan=False)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"filter": 1}, "There is no filter 1: there are 1, from 0."),
        ({"filter": 0, "shown": (0, 1)}, r"some of 0 to 0, received \[0, 1\]"),
        ({"filter": 0, "shown": ()}, r"some of 0 to 0, received \[\]"),
        ({"filter": 0, "cell": (5, 0)}, r"no output cell \(5, 0\): the output is 5×5"),
    ],
)
def test_what_is_not_there_is_refused(words: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        linked_data(example("one"), **words)


@pytest.mark.parametrize("value", [None, [0], [0, 5], [-1, 0], ["0", 0], [0.0, 0], [True, 0], {}])
def test_only_cells_come_back(value: Any) -> None:
    assert checked_cell(value, (5, 5)) is None
    assert checked_cell([4, 0], (5, 5)) == (4, 0)


@pytest.mark.parametrize(
    "value",
    [
        *(None, [], [1, 1], ["products", 0, 0, 0], ["kernel", 1, 0, 0], ["kernel", 0, 3, 0]),
        *(["input", 0, 7, 0], ["output", 0, 5, 0], ["kernel", "0", 0, 0], [["kernel"], 0, 0, 0]),
    ],
)
def test_only_pins_come_back(value: Any) -> None:
    found = example("one")
    assert checked_pin(value, found, 0) is None
    for pin in (["kernel", 0, 2, 0], ["input", 0, 6, 6], ["output", 0, 4, 4]):
        assert checked_pin(pin, found, 0) == tuple(pin)


GOOD = {"part": "input", "channel": 0, "cell": [4, 4], "text": "2"}


@pytest.mark.parametrize(
    "change",
    [{"part": "output"}, {"channel": 1}, {"channel": "0"}, {"cell": [5, 0]}, {"text": 2}],
)
def test_only_edits_come_back(change: dict[str, Any]) -> None:
    found = example("one")
    assert checked_edit(GOOD | change, found, 0) is None
    assert checked_edit(None, found, 0) is None
    assert checked_edit(GOOD, found, 0) == Edit("input", 0, (4, 4), "2")
