"""The numbers of a vector as bars, each of which can be read: dense layers, probabilities."""

from base64 import b64encode
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.ui.components.board import Part


def bars(
    name: str,
    values: ArrayLike,
    *,
    label: str,
    names: Sequence[str] = (),
    titles: Sequence[str] = (),
    limits: tuple[float, float] | None = None,
    height: int = 150,
    percent: bool = False,
    show_label: bool = True,
    choosable: bool = False,
    chosen: int | None = None,
) -> Part:
    """Return numbers as bars; pointing at one, or walking to it with the arrows, reads it.

    Parameters
    ----------
    values : float array, shape (n,)
        What is no finite number is a gap.
    label : str
        What they are; read out by screen readers also when it is not shown.
    names : sequence of str, length n or 0
        What stands beneath the bars; by default their numbers.
    titles : sequence of str, length n or 0
        What a bar is called where it is read; by default its name, or unit 0, unit 1, …
    limits : (lowest, highest), optional
        The range of the axis, to which 0 always belongs; by default that of the values.
    height : int
        In pixels.
    percent : bool
        Whether the values are shares.
    choosable : bool
        Whether a bar can be chosen by a click or Enter: the board's `on_tile` hears of it, as of
        a pixel in a picture of one row.
    chosen : int, optional
        The bar that stands out.

    Raises
    ------
    ValueError
        If the values are no vector, or the names or titles are not as many.
    """
    numbers = np.asarray(values, np.float32)
    if numbers.ndim != 1:
        raise ValueError(f"Bars are numbers of shape (n,), got {numbers.shape}.")
    for what, words in (("names", names), ("titles", titles)):
        if len(words) not in (0, len(numbers)):
            raise ValueError(f"{len(numbers)} bars need {len(numbers)} {what}, got {len(words)}.")
    low, high = reach(numbers, limits)
    data = {
        "label": label,
        "shape": (1, 1, len(numbers)),
        "values": b64encode(numbers.astype("<f4").tobytes()).decode(),
        "names": list(names),
        "titles": list(titles or names),
        "low": low,
        "high": high,
        "height": height,
        "percent": percent,
        "showLabel": show_label,
        "choosable": choosable,
        "chosen": chosen,
    }
    return Part(name, "bars", data, height)


def reach(
    numbers: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    limits: tuple[float, float] | None = None,
) -> tuple[float, float]:
    """Return the range of an axis that has 0 and all finite numbers, or the limits, on it."""
    finite = numbers[np.isfinite(numbers)]
    ends = limits or ((float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0))
    low, high = min(ends[0], 0.0), max(ends[1], 0.0)
    return (low, high) if high > low else (0.0, 1.0)
