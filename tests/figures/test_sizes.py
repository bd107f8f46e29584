"""Output sizes as a picture: every possible number is written, the rest is crossed out."""

import numpy as np

from cnnviz.explain.setting import Setting
from cnnviz.explain.sizes import size_table
from cnnviz.figures.sizes import sizes_figure


def test_the_table_is_the_engines() -> None:
    table = size_table(Setting(size=(5, 5)), (1, 3, 6), (1, 2), "valid")
    assert table.tolist() == [[5, 3], [3, 2], [0, 0]]
    assert size_table(Setting(size=(5, 5)), (6,), (2,), "same").tolist() == [[3]]


def test_what_is_impossible_is_crossed_out() -> None:
    table = np.array([[5, 3], [0, 2]])
    figure = sizes_figure({"valid": table, "same": table + 1}, (1, 9), (1, 2))
    sizes, crosses = figure.data[:2]
    assert sizes.text.tolist() == [["5", "3"], ["0", "2"]]
    assert np.isnan(sizes.z).tolist() == [[False, False], [True, False]]
    assert np.isnan(crosses.z).tolist() == [[True, True], [False, True]]
    assert (sizes.zmin, sizes.zmax, figure.data[2].zmax) == (0, 6, 6)
    assert [note.text for note in figure.layout.annotations] == ["padding valid", "padding same"]
