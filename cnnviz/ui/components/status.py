"""Where a run stands: its state, a progress bar and a row of numbers, in one part."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from cnnviz.ui.components.board import Part


@dataclass(frozen=True)
class Number:
    """A number with its name; `help` explains it where the pointer rests."""

    name: str
    value: str
    help: str = ""


def status(
    name: str,
    *,
    badge: str,
    color: str,
    words: str,
    message: str,
    share: float,
    numbers: Sequence[Number],
) -> Part:
    """Return state, progress and numbers as a part of a board.

    Parameters
    ----------
    badge, color : str
        The state in a word with its sign, and the name of a theme color for it.
    words, message : str
        How far the run is, and what there is to say about it; shown as they stand.
    share : float
        Of the whole, from 0 to 1.
    numbers : sequence of Number
    """
    data = {
        "badge": badge,
        "color": color,
        "words": words,
        "message": message,
        "share": min(max(share, 0.0), 1.0),
        "numbers": [asdict(number) for number in numbers],
    }
    return Part(name, "status", data)
