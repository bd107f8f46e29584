"""How the images of a data set were made, measured on the images themselves.

The digits of MNIST, say, stand in a box of 20×20, their center of mass in the middle; clothes
fill 28×28. A picture from elsewhere is fitted in the same manner, see `cnnviz.data.fitting`.

Notation: N images of H×W pixels from 0 to 1; ink is what stands out from the background.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.dataset import Bytes

Floats = NDArray[np.floating]
Background = Literal["dark", "bright", "varied"]
Center = Literal["mass", "box"]

LOOKED_AT = 1000  # images
EMPTY = "Empty: there is no ink that stands out from the background."
SMALL = 0.8
"""What is shorter than this share of the usual length is told to be small."""

INK = 0.1
"""A pixel with more than this, of 1, belongs to the ink's box."""


@dataclass(frozen=True)
class Span:
    """What is usual: 99 of 100 images lie between `low` and `high`."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True)
class Manner:
    """How the images of a data set were made.

    Parameters
    ----------
    background : "dark", "bright" or "varied"
        What most images have at their border; "varied": photographs without a common one.
    longest : int
        The longer side of the ink's box, in pixels.
    center : "mass" or "box"
        What stands at the same place `at` (row, column) in all images: the ink's center of mass,
        or the middle of its box.
    share, stroke : Span
        The mean of all pixels' ink, from 0 to 1, and the width of strokes in pixels.
    """

    title: str
    background: Background
    longest: int
    center: Center
    at: tuple[float, float]
    share: Span
    stroke: Span


def manner_of(images: Bytes, title: str) -> Manner:
    """Return how images (N, 28, 28) were made; N at least 1."""
    step = max(1, len(images) // LOOKED_AT)
    pixels = images[::step].astype(np.float32) / 255
    edges = np.median(border(pixels), axis=1)
    background: Background = "varied"
    if np.mean(edges < INK) > 0.9:
        background = "dark"
    elif np.mean(edges > 1 - INK) > 0.9:
        background = "bright"
    ink = 1 - pixels if background == "bright" else pixels
    ink = ink[ink.max(axis=(1, 2)) > INK]
    if not len(ink):
        ink = np.ones_like(pixels[:1])
    boxes = np.array([box_of(one) for one in ink])  # (N, top, bottom, left, right)
    middles = np.stack([boxes[:, :2].sum(1), boxes[:, 2:].sum(1)], axis=1) / 2 - 0.5
    masses = np.array([center_of_mass(one) for one in ink])
    by_mass = masses.std(axis=0).sum() < middles.std(axis=0).sum()
    row, column = np.median(masses if by_mass else middles, axis=0).tolist()
    sides = np.maximum(boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2])
    return Manner(
        title,
        background,
        int(np.median(sides)),
        "mass" if by_mass else "box",
        (row, column),
        _span([float(one.mean()) for one in ink]),
        _span([stroke_width(one) for one in ink]),
    )


def faults(pixels: Bytes, manner: Manner) -> tuple[str, ...]:
    """Return a sentence for each way in which an image (28, 28) is unlike the data set's."""
    light = pixels.astype(np.float32) / 255
    title = manner.title
    if manner.background != "varied":
        is_bright = bool(np.median(border(light)) > 0.5)
        if is_bright != (manner.background == "bright"):
            return (
                f"Inverted: it stands on {_tone(is_bright)} ground, and the images of {title} on "
                f"{_tone(not is_bright)}: exchange light and dark.",
            )
    ink = 1 - light if manner.background == "bright" else light
    if ink.max() <= INK:
        return (EMPTY,)
    return tuple(filter(None, (_small(ink, manner), _stroke(ink, manner) or _share(ink, manner))))


def _tone(bright: bool) -> str:
    return "bright" if bright else "dark"


def _small(ink: Floats, manner: Manner) -> str:
    top, bottom, left, right = box_of(ink)
    side = max(bottom - top, right - left)
    if side >= SMALL * manner.longest:
        return ""
    return f"Small: it is {side} pixels long, and in {manner.title} usually {manner.longest}."


def _stroke(ink: Floats, manner: Manner) -> str:
    width, usual = stroke_width(ink), manner.stroke
    if usual.low <= width <= usual.high:
        return ""
    word, way_out = ("Thin", "wider") if width < usual.low else ("Thick", "narrower")
    return (
        f"{word}: its strokes are about {width:.1f} pixels wide, and in {manner.title} "
        f"{usual.mean:.1f} on average ({usual.low:.1f} to {usual.high:.1f}): make them {way_out}."
    )


def _share(ink: Floats, manner: Manner) -> str:
    share, usual = float(ink.mean()), manner.share
    if usual.low <= share <= usual.high:
        return ""
    word = "Little" if share < usual.low else "Much"
    return (
        f"{word} ink: {100 * share:.0f} % of what the pixels can hold, and in {manner.title} "
        f"{100 * usual.mean:.0f} % on average ({100 * usual.low:.0f} to {100 * usual.high:.0f} %)."
    )


def border(pixels: Floats) -> Floats:
    """Return the outermost pixels of images (…, H, W), each once: (…, about 2 H + 2 W)."""
    edge = np.ones(pixels.shape[-2:], bool)
    edge[1:-1, 1:-1] = False
    return pixels[..., edge]


def box_of(ink: Floats) -> tuple[int, int, int, int]:
    """Return top, bottom, left and right of the ink (H, W), the ends excluded.

    Raises
    ------
    ValueError
        Where there is no ink.
    """
    rows, columns = (np.flatnonzero((ink > INK).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        raise ValueError(f"There is no ink: no pixel is above {INK:g} of 1.")
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def center_of_mass(ink: Floats) -> tuple[float, float]:
    """Return row and column of the mean place of ink (H, W), which is not empty."""
    rows, columns = (np.arange(size) for size in ink.shape)
    total = float(ink.sum())
    return float(ink.sum(axis=1) @ rows) / total, float(ink.sum(axis=0) @ columns) / total


def stroke_width(ink: Floats) -> float:
    """Return about how wide strokes are, in pixels: twice the area over the length of the edge.

    A bar of width w and length l has the area w·l and about 2·l of edge; on gray pixels the edge
    is the sum of the gradients' lengths (total variation). 0 where there is no ink.
    """
    framed = np.pad(ink, 1)
    down, across = np.diff(framed, axis=0)[:, :-1], np.diff(framed, axis=1)[:-1]
    edge = float(np.hypot(down, across).sum())
    return 2 * float(ink.sum()) / edge if edge else 0.0


def _span(values: list[float]) -> Span:
    low, high = np.percentile(values, [0.5, 99.5]).tolist()
    return Span(low, float(np.mean(values)), high)
