"""Linked panels: what travels to the browser, and what is refused."""

import base64

import numpy as np
import pytest

from cnnviz.explain.columns import unfold, way_back
from cnnviz.nn.layers import Conv2d
from cnnviz.ui.columns.panels import matrix_product, there_and_back
from cnnviz.ui.components.matrices import Linked, Panel, Product, checked_place, matrices_data


def data(*panels: Panel, product: Product | None = None) -> dict:
    return matrices_data(Linked((panels,), "label", "hint", product))


def test_values_and_tags_travel_as_bytes() -> None:
    panel = Panel(
        "a", "A", np.array([[1, -4]]), np.array([[7, -1]]), rows=["r"], columns=["x", "y"]
    )
    (sent,) = data(panel)["panels"]
    assert sent["shape"] == (1, 1, 2)
    assert np.frombuffer(base64.b64decode(sent["values"]), "<f4").tolist() == [1, -4]
    assert np.frombuffer(base64.b64decode(sent["tags"]), "<i4").tolist() == [7, -1]
    assert sent["limit"] == 4
    assert sent["outside"] == ""


def test_a_panel_of_zeros_has_a_range() -> None:
    assert data(Panel("a", "A", np.zeros((2, 2))))["panels"][0]["limit"] == 1


@pytest.mark.parametrize(
    ("panels", "told"),
    [
        ([Panel("a", "A", np.zeros(3))], "two or three axes, a has"),
        ([Panel("a", "A", np.zeros((2, 2)), np.zeros((2, 3), int))], "a has .* cells, but"),
    ],
)
def test_what_does_not_fit_is_refused(panels: list[Panel], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        data(*panels)


def test_a_product_has_to_be_one() -> None:
    a, b, c = (
        Panel(name, name, np.zeros(shape))
        for name, shape in zip("abc", [(2, 3), (3, 4), (2, 5)], strict=True)
    )
    with pytest.raises(ValueError, match="2×3 times 3×4 is not 2×5"):
        data(a, b, c, product=Product("a", "b", "c"))
    with pytest.raises(ValueError, match="no panel 'd'; there are a, b, c"):
        data(a, b, c, product=Product("a", "b", "d"))


def test_cells_of_an_image_have_the_tags_of_their_copies() -> None:
    x = np.arange(18, dtype=np.float32).reshape(2, 3, 3)
    layer = Conv2d(2, 2, stride=2, padding=((1, 0), (0, 1)), use_bias=False)
    found = unfold(layer, x, np.ones((2, 2, 2, 2), np.float32))
    linked = matrix_product(found)
    panels = {panel.name: panel for row in linked.rows for panel in row}
    image, columns = panels["image"], panels["columns"]
    values = dict(zip(image.tags.ravel().tolist(), image.values.ravel().tolist(), strict=True))
    told = [values[tag] for tag in columns.tags.ravel().tolist()]
    assert told == columns.values.ravel().tolist()
    assert columns.copied_from == "image"
    outside = dict(zip(image.tags.ravel().tolist(), image.outside.ravel().tolist(), strict=True))
    assert sum(outside[tag] for tag in columns.tags.ravel().tolist()) == 2 * (4 * 4 - 3 * 3)
    assert columns.rows[4] == "channel 1 cell (0, 0)"
    assert image.rows[0] == "row −1" and image.columns[0] == "column 0"
    for one, other in (("kernels", "weights"), ("product", "maps")):
        assert panels[one].tags.ravel().tolist() == panels[other].tags.ravel().tolist()
        assert panels[one].values.ravel().tolist() == panels[other].values.ravel().tolist()
    matrices_data(linked)
    matrices_data(there_and_back(found, way_back(found)))


@pytest.mark.parametrize(
    "value", [None, "a", ["a"], ["b", 0], ["a", 4], ["a", -1], ["a", "0"], ["a", True], [0, 0], {}]
)
def test_only_cells_that_there_are_come_back(value: object) -> None:
    sent = data(Panel("a", "A", np.zeros((2, 2))))
    assert checked_place(value, sent) is None
    assert checked_place(["a", 3], sent) == ("a", 3)
