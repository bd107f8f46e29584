"""Output sizes as a picture: every possible number is written, the rest is crossed out."""

import numpy as np
import pytest

from cnnviz.explain.setting import Setting
from cnnviz.explain.sizes import size_table
from cnnviz.figures.sizes import sizes_figure


def test_the_table_is_the_engines() -> None:
    table = size_table(Setting(size=(5, 5)), (1, 3, 6), (1, 2), "valid")
    assert table[..., 0].tolist() == table[..., 1].tolist() == [[5, 3], [3, 2], [0, 0]]
    assert size_table(Setting(size=(5, 4)), (6,), (2,), "same").tolist() == [[[3, 2]]]
    assert size_table(Setting(size=(5, 7)), (6,), (1,), "valid").tolist() == [[[0, 0]]]


def test_what_is_impossible_is_crossed_out() -> None:
    table = np.array([[[5, 5], [3, 3]], [[0, 0], [2, 2]]])
    figure = sizes_figure({"valid": table, "same": table + 1}, (1, 9), (1, 2))
    (heatmap,) = figure.data
    assert [*map(list, heatmap.text)] == [["5", "3", "", "6", "4"], ["×", "2", "", "1", "3"]]
    assert np.isnan(heatmap.z).tolist() == [
        [False, False, True, False, False],
        [True, False, True, False, False],
    ]
    assert heatmap.customdata[0][3] == "kernel 1, stride 1, padding same: 6 × 6"
    assert heatmap.customdata[1][0] == "kernel 9, stride 1, padding valid: impossible"
    assert heatmap.customdata[1][4] == "kernel 9, stride 2, padding same: 3 × 3"
    assert (heatmap.zmin, heatmap.zmax) == (0, 6)
    assert list(figure.layout.xaxis.tickvals) == [0, 1, 3, 4]
    assert list(figure.layout.xaxis.ticktext) == [1, 2, 1, 2]
    heads = [(note.text, note.x) for note in figure.layout.annotations]
    assert heads == [("padding valid", 0.5), ("padding same", 3.5)]


def test_height_and_width_stand_in_a_cell_where_they_differ() -> None:
    table = np.array([[[5, 4], [3, 3]], [[0, 0], [2, 1]]])
    figure = sizes_figure({"valid": table, "same": table + 1}, (1, 9), (1, 2))
    (heatmap,) = figure.data
    assert [*map(list, heatmap.text)] == [
        ["5<br>4", "3<br>3", "", "6<br>5", "4<br>4"],
        ["×", "2<br>1", "", "1<br>1", "3<br>2"],
    ]
    assert heatmap.customdata[0][0] == "kernel 1, stride 1, padding valid: 5 × 4"
    assert heatmap.z[0][0] == np.sqrt(20) and heatmap.zmax == np.sqrt(30)


def luminance(color: str) -> float:
    """The relative luminance of a color, as the WCAG define it."""
    parts = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("dark", [False, True])
def test_every_number_can_be_read_on_its_cell(dark: bool) -> None:
    figure = sizes_figure({"valid": np.ones((1, 1, 2), int)}, (1,), (1,))
    (heatmap,) = figure.data
    colors = heatmap.textfont.color, *(color for _, color in heatmap.colorscale)
    if dark:
        colors = tuple(figure.layout.meta["on_dark"][color] for color in colors)
    numbers, *cells = map(luminance, colors)
    for cell in cells:
        assert (max(cell, numbers) + 0.05) / (min(cell, numbers) + 0.05) > 4.5
