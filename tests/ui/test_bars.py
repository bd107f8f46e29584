"""What of bars goes to the browser."""

from base64 import b64decode
from typing import Any

import numpy as np
import pytest

from cnnviz.ui.components.bars import bars
from cnnviz.ui.components.board import checked_pixel


def test_numbers_travel_unchanged_and_a_bar_is_a_pixel() -> None:
    part = bars("dense", np.array([1.5, np.nan, -2]), label="Layer 8", choosable=True)
    numbers = np.frombuffer(b64decode(part.data["values"]), "<f4")
    np.testing.assert_array_equal(numbers, np.array([1.5, np.nan, -2], np.float32))
    assert (part.data["low"], part.data["high"]) == (-2, 1.5)
    shown = {"dense": part}
    chosen = checked_pixel({"part": "dense", "at": [0, 0, 2]}, shown)
    assert chosen is not None
    assert chosen.column == 2
    assert checked_pixel({"part": "dense", "at": [0, 0, 3]}, shown) is None


@pytest.mark.parametrize(
    ("values", "limits", "wanted"),
    [
        ([1, 2], None, (0, 2)),
        ([-1, -2], None, (-2, 0)),
        ([0, 0], None, (0, 1)),
        ([], None, (0, 1)),
        ([np.nan, np.inf], None, (0, 1)),
        ([1, 2], (0.5, 1), (0, 1)),
    ],
)
def test_zero_is_always_on_the_axis(values: Any, limits: Any, wanted: tuple[float, float]) -> None:
    data = bars("one", values, label="", limits=limits).data
    assert (data["low"], data["high"]) == wanted


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"numbers of shape \(n,\), got \(2, 2\)"):
        bars("one", np.zeros((2, 2)), label="")
    with pytest.raises(ValueError, match="3 bars need 3 names, got 1"):
        bars("one", np.zeros(3), label="", names=["a"])
    with pytest.raises(ValueError, match="3 bars need 3 titles, got 2"):
        bars("one", np.zeros(3), label="", titles=["a", "b"])
