"""A grid of small pictures whose every pixel can be read: filters, activations, test images."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui.components.board import Part

Palette = Literal["gray", "diverging"]
Mark = Literal["right", "wrong", ""]


def tiles(
    name: str,
    images: NDArray[np.float32] | NDArray[np.uint8],
    *,
    label: str,
    captions: Sequence[str] = (),
    marks: Sequence[Mark] = (),
    titles: Sequence[str] = (),
    palette: Palette = "gray",
    limits: tuple[float, float] | None = None,
    size: int = 56,
    show_label: bool = True,
    help: str = "",
    choosable: bool = False,
    chosen: int | None = None,
    cell: tuple[int, int] | None = None,
    own: bool = False,
    columns: int = 0,
    legend: bool = False,
    quiet: bool = False,
) -> Part:
    r"""Return images as tiles; pointing at a pixel, or walking to it with the arrows, reads it.

    Parameters
    ----------
    images : float32 or uint8 array, shape (N, H, W)
    label : str
        What these pictures are; read out by screen readers also when it is not shown.
    captions, marks, titles : sequences, length N or 0
        Words beneath a tile (``\n`` starts a second line); "right" or "wrong" (a sign and a border,
        not color alone) or ""; the name of a tile in its tooltip and for screen readers.
    palette : "gray" or "diverging"
        Ink on paper, or two colors around zero with a legend.
    limits : (lowest, highest), optional
        The range of the palette, the same for all tiles; by default 0 to 255 for uint8 and the
        range of the values otherwise. A diverging palette reaches as far below zero as above.
    size : int
        The longer side of a tile, in pixels.
    show_label : bool
    help : str
        What there is to know about these pictures, where the pointer rests on the label.
    choosable : bool
        Whether a pixel can be chosen by a click or Enter; the board's `on_tile` hears of it.
    chosen : int, optional
        The tile that has a frame around it.
    cell : tuple of int, optional
        Row and column of the pixel that is marked in the chosen tile.
    own : bool
        Whether each tile has a range of its own, from 0 as far as its values go, below 0 too where
        the palette is diverging.
    columns : int
        How many tiles stand side by side; 0 for as many as there is room for.
    legend : bool
        Whether a gray palette has a legend as well.
    quiet : bool
        Whether it goes without saying that pixels can be pointed at.

    Raises
    ------
    ValueError
        If shapes, lengths or names do not fit; the message says which.
    """
    data = tiles_data(
        images, captions=captions, marks=marks, titles=titles, palette=palette, limits=limits
    )
    look = {"label": label, "showLabel": show_label, "size": size, "help": help}
    look |= {"choosable": choosable, "chosen": chosen, "cell": cell, "columns": columns}
    look |= {"legend": legend, "quiet": quiet}
    look |= {"reaches": [reach(image) for image in images] if own else []}
    return Part(name, "tiles", {**data, **look})


def tiles_data(
    images: NDArray[np.float32] | NDArray[np.uint8],
    *,
    captions: Sequence[str] = (),
    marks: Sequence[Mark] = (),
    titles: Sequence[str] = (),
    palette: Palette = "gray",
    limits: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """What travels to the browser, checked."""
    pixels = np.asarray(images)
    if pixels.ndim != 3 or pixels.dtype not in (np.float32, np.uint8):
        raise ValueError(
            f"Tiles are float32 or uint8 images of shape (N, H, W), "
            f"got {pixels.dtype} of shape {pixels.shape}."
        )
    for name, words in (("captions", captions), ("marks", marks), ("titles", titles)):
        if len(words) not in (0, len(pixels)):
            raise ValueError(f"{len(pixels)} tiles need {len(pixels)} {name}, got {len(words)}.")
    if unknown := set(marks) - {*get_args(Mark)}:
        raise ValueError(f'A mark is "right", "wrong" or "", got {sorted(unknown)}.')
    if palette not in get_args(Palette):
        raise ValueError(f'A palette is "gray" or "diverging", got {palette!r}.')
    low, high = _limits(pixels, palette, limits)
    return {
        "shape": pixels.shape,
        "type": pixels.dtype.name,
        "pixels": b64encode(pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()).decode(),
        "captions": list(captions),
        "marks": list(marks),
        "titles": list(titles),
        "palette": palette,
        "low": low,
        "high": high,
    }


def _limits(
    pixels: NDArray[Any], palette: Palette, limits: tuple[float, float] | None
) -> tuple[float, float]:
    """Lowest and highest value of the palette; diverging: the same distance from zero."""
    finite = pixels[np.isfinite(pixels)]
    if limits is not None:
        low, high = map(float, limits)
    elif pixels.dtype == np.uint8:
        low, high = 0.0, 255.0
    elif not finite.size:
        low, high = 0.0, 1.0
    else:
        low, high = float(finite.min()), float(finite.max())
    if palette == "diverging":
        high = max(abs(low), abs(high)) or 1.0
        low = -high
    return low, high


def reach(pixels: NDArray[Any]) -> float:
    """Return how far from zero a diverging palette goes for these values."""
    return _limits(pixels, "diverging", None)[1]
