"""Precision, recall and F1 of each class as a table that tells its arithmetic."""

from collections.abc import Sequence

from cnnviz.training.scores import ClassScores
from cnnviz.ui.components.board import Part


def scores(
    name: str,
    found: ClassScores,
    classes: Sequence[str],
    *,
    selected: int | None = None,
    title: str = "",
    help: str = "",
) -> Part:
    """Return the table as a part of a board; its rows can be chosen, by click or with Enter.

    The board's `on_tile` hears of a choice as of a pixel: the tile is the class.

    Parameters
    ----------
    found : ClassScores
        Of as many classes as there are names.
    selected : int, optional
        The class whose row is marked.
    title, help : str
        A line above the table, and what there is to know where the pointer rests on it.
    """
    data = {
        "hits": found.hits.tolist(),
        "predicted": found.predicted.tolist(),
        "actual": found.actual.tolist(),
        "classes": list(classes),
        "selected": selected,
        "title": title,
        "help": help,
        "shape": (len(classes), 1, 1),
    }
    return Part(name, "scores", data)
