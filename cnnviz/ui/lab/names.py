"""What rows, columns and blocks of panels are called: all of them are counted from 0."""

from typing import TypedDict

import numpy as np

from cnnviz.nn.geometry import Pair
from cnnviz.nn.types import Array

WIDE = 12  # from this many columns on, the channels of an image stand side by side

HINT = "Point at a cell, click to keep it, or go from cell to cell with the arrow keys."


class PictureNames(TypedDict):
    """The names of a picture's cells, as a panel takes them."""

    blocks: list[str]
    rows: list[str]
    columns: list[str]


def numbered(word: str, count: int, first: int = 0) -> list[str]:
    """Return row 0, row 1, …; below zero with a minus sign."""
    return [f"{word} {number}".replace("-", "−") for number in range(first, first + count)]


def spots(word: str, size: Pair) -> list[str]:
    """Return window (0, 0), window (0, 1), … in the order in which they stand in a matrix."""
    return [f"{word} ({i}, {j})" for i, j in np.ndindex(*size)]


def channel_names(count: int, word: str = "channel") -> list[str]:
    """Return names of channels, an empty one where there is only one."""
    return numbered(word, count) if count > 1 else [""]


def pair_names(outer: int, inner: int, words: tuple[str, str] = ("filter", "channel")) -> list[str]:
    """Return filter 0, channel 0; filter 0, channel 1; …, without what there is only one of."""
    firsts, seconds = channel_names(outer, words[0]), channel_names(inner, words[1])
    return [", ".join(filter(None, (a, b))) for a in firsts for b in seconds]


def entry_names(channels: int, kernel: Pair) -> list[str]:
    """Return the names of a column's entries: channel 0 cell (0, 0), …"""
    return [
        " ".join(filter(None, (channel, spot)))
        for channel in channel_names(channels)
        for spot in spots("cell", kernel)
    ]


def picture_names(size: Pair, blocks: list[str]) -> PictureNames:
    """Return the names of a picture's cells."""
    rows, columns = numbered("row", size[0]), numbered("column", size[1])
    return {"blocks": blocks, "rows": rows, "columns": columns}


def side_by_side(image: Array) -> int:
    """Return how many channels of an image (C, H, W) stand in a line: small ones one below."""
    return len(image) if image.shape[-1] > WIDE else 1
