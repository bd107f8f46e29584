"""A picture of any size made into an image as the data set's own: 28×28, its ink where theirs is.

Notation: a picture has H×W gray bytes; ink is from 0 (background) to 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from cnnviz.data.dataset import HEIGHT, WIDTH, Bytes
from cnnviz.data.manner import (
    EMPTY,
    Floats,
    Manner,
    border,
    box_of,
    center_of_mass,
    faults,
)

FAINT = 0.12
"""Less than this between ink and paper, of 1, is noise."""

ENLARGED = 1.5
"""Ink that has to be enlarged more than this is told to be small."""

AS_IT_IS = ("fed as it is",)
"""What is done to a picture that has the right size and is left alone."""

Place = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Fitted:
    """An image for a network.

    Parameters
    ----------
    pixels : uint8 (28, 28)
    steps : tuple of str
        What was done to get there, each step in words with its numbers.
    notes : tuple of str
        A sentence for each way in which it is unlike the data set's images.
    """

    pixels: Bytes
    steps: tuple[str, ...]
    notes: tuple[str, ...]


def fit(gray: Bytes, manner: Manner) -> Fitted:
    """Return a picture (H, W), H and W at least 1, made as the data set's images were.

    Where these have no background in common, it is only brought to their size.
    """
    if manner.background == "varied":
        return as_it_is(gray, manner)
    ink, steps = separated(gray, manner)
    if ink.max() < FAINT:
        return Fitted(_bytes(np.zeros((HEIGHT, WIDTH)), manner), (), (EMPTY,))
    top, bottom, left, right = box_of(ink)
    cut = ink[top:bottom, left:right]
    scale = manner.longest / max(cut.shape)
    scaled = resized(cut, scale)
    row, column = (
        round(at - own) for at, own in zip(manner.at, center(scaled, manner), strict=True)
    )
    row, column = _within(row, HEIGHT - len(scaled)), _within(column, WIDTH - scaled.shape[1])
    canvas = np.zeros((HEIGHT, WIDTH), np.float32)
    canvas[row : row + scaled.shape[0], column : column + scaled.shape[1]] = scaled
    pixels = _bytes(canvas, manner)
    before = _framed(center(ink, manner), gray.shape)
    moves = [now - then for now, then in zip(center(canvas, manner), before, strict=True)]
    steps += [*_scaling(cut.shape, scaled.shape, scale), _moving(moves[0], moves[1])]
    small = (
        (
            f"Small: its ink is only {max(cut.shape)} of {max(gray.shape)} pixels long and was "
            f"enlarged {scale:.1f} times, so that its edges are coarse: draw it larger."
        ),
    )
    return Fitted(pixels, tuple(steps), small * (scale > ENLARGED) + faults(pixels, manner))


def as_it_is(gray: Bytes, manner: Manner) -> Fitted:
    """Return a picture (H, W) brought to 28×28, its aspect kept, and otherwise left alone."""
    if gray.shape == (HEIGHT, WIDTH):
        return Fitted(gray.copy(), AS_IT_IS, faults(gray, manner))
    scale = HEIGHT / max(gray.shape)
    light = gray.astype(np.float32) / 255
    shown = resized(light, scale)
    canvas = np.full((HEIGHT, WIDTH), np.median(border(light)), np.float32)
    top, left = (HEIGHT - shown.shape[0]) // 2, (WIDTH - shown.shape[1]) // 2
    canvas[top : top + shown.shape[0], left : left + shown.shape[1]] = shown
    pixels = np.rint(canvas * 255).astype(np.uint8)
    size = " × ".join(map(str, gray.shape))
    words = f"fed as it is, scaled by {scale:.2g} from {size} to {_size(shown.shape)}"
    return Fitted(pixels, (words,), faults(pixels, manner))


def separated(gray: Bytes, manner: Manner) -> tuple[Floats, list[str]]:
    """Return a picture's ink (H, W), and in words what was done to tell it from the paper.

    Where most of the border is bright and the data's is dark, or the other way around, light and
    dark are exchanged. The paper's gray is that of the border's emptiest quarter: ink may touch it.
    """
    steps = []
    light = gray.astype(np.float32) / 255
    is_bright = bool(np.median(border(light)) > 0.5)
    if is_bright != (manner.background == "bright"):
        steps.append("light and dark exchanged, as its border is " + ("dark", "bright")[is_bright])
    ink = 1 - light if is_bright else light
    paper = float(np.percentile(border(ink), 25))
    if paper > 0.01:
        ink = np.clip(ink - paper, 0, None)
        steps.append(f"the paper's gray, {255 * paper:.0f} of 255, taken off")
    strongest = float(ink.max())
    if FAINT <= strongest < 0.9:
        ink = ink / strongest
        steps.append(f"made {1 / strongest:.1f} times as strong, so that the strongest ink is 255")
    return ink, steps


def resized(ink: Floats, scale: float) -> Floats:
    """Return ink (H, W) at another scale, at least 1×1 pixel.

    Made smaller, each pixel is the mean of those it covers; made larger, it is interpolated
    (cubic).
    """
    height, width = (max(1, round(size * scale)) for size in ink.shape)
    if (height, width) == ink.shape:
        return ink
    kind = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    image = Image.fromarray(np.ascontiguousarray(ink, np.float32)).resize((width, height), kind)
    pixels: Floats = np.asarray(image).clip(0, 1)
    return pixels


def center(ink: Floats, manner: Manner) -> Place:
    """Return row and column of what the data set's images have in the middle."""
    if manner.center == "mass":
        return center_of_mass(ink)
    top, bottom, left, right = box_of(ink)
    return (top + bottom - 1) / 2, (left + right - 1) / 2


def _within(first: int, last: int) -> int:
    """Return where a box begins that must not leave the frame."""
    return min(max(first, 0), last)


def _framed(place: Place, size: tuple[int, ...]) -> Place:
    """Return a place in a picture as it stands when the whole picture is brought to 28×28."""
    scale = HEIGHT / max(size)
    row, column = ((at - (n - 1) / 2) * scale for at, n in zip(place, size, strict=True))
    return row + (HEIGHT - 1) / 2, column + (WIDTH - 1) / 2


def _bytes(ink: Floats, manner: Manner) -> Bytes:
    light = 1 - ink if manner.background == "bright" else ink
    return np.rint(255 * light).astype(np.uint8)


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} rows × {shape[1]} columns"


def _scaling(before: tuple[int, ...], after: tuple[int, ...], scale: float) -> Iterator[str]:
    if before == after:
        yield f"not scaled: its ink has {_size(after)}"
    else:
        yield f"its ink scaled by {scale:.2g} to {_size(after)}"


def _moving(down: float, right: float) -> str:
    """Return a move in pixels of the 28×28 in words: moved 2 right and 1 up."""
    moves = [
        f"{abs(steps)} {words[steps < 0]}"
        for steps, words in ((round(right), ("right", "left")), (round(down), ("down", "up")))
        if steps
    ]
    return f"moved {' and '.join(moves)}" if moves else "not moved"
