"""The table of output sizes is the engine's."""

from cnnviz.explain.setting import Setting
from cnnviz.explain.sizes import size_table


def test_the_table_is_the_engines() -> None:
    table = size_table(Setting(size=(5, 5)), (1, 3, 6), (1, 2), "valid")
    assert table[..., 0].tolist() == table[..., 1].tolist() == [[5, 3], [3, 2], [0, 0]]
    assert size_table(Setting(size=(5, 4)), (6,), (2,), "same").tolist() == [[[3, 2]]]
    assert size_table(Setting(size=(5, 7)), (6,), (1,), "valid").tolist() == [[[0, 0]]]
