"""A map of images: a point for each, which shows its image where the pointer rests."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.figures.palette import CLASS_COLORS, CLASS_COLORS_ON_DARK
from cnnviz.ui.components.sent import sent

MOST_ZOOM = 32
HERE = Path(__file__).parent


@dataclass(frozen=True, eq=False)
class Mapped:
    """Images that lie on a map.

    Parameters
    ----------
    points : (N, 2)
    images : uint8 (N, H, W)
    labels : uint8 (N,)
    titles : sequence of N str
        What each image is.
    wrong : bool (N,)
        Which ones are marked.
    """

    points: NDArray[np.floating]
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    titles: Sequence[str]
    wrong: NDArray[np.bool_]


def embedding_map(
    mapped: Mapped,
    classes: Sequence[str],
    *,
    label: str,
    of: str,
    key: str,
    part: str = "",
    on_image: Callable[[int], None] | None = None,
    on_part: Callable[[str], None] | None = None,
) -> None:
    """Draw the map: a color and a shape for each class, a ring around what is marked.

    Parameters
    ----------
    label : str
        What is to be seen, for those who do not see it.
    of : str
        Names the map: with another one, `part` counts for what the reader has enlarged before.
    part : str
        What is in view, see `map_part`; "" for the whole map.
    on_image : callable, optional
        Called with the number of the image that was clicked, before the page runs.
    on_part : callable, optional
        Called with what is in view now, before the page runs.
    """
    count = len(checked(mapped).points)

    def told() -> None:
        image = chosen_image(st.session_state.get(key), count)
        if image is not None and on_image is not None:
            on_image(image)

    def moved() -> None:
        now = chosen_part(st.session_state.get(key))
        if now is not None and on_part is not None:
            on_part(now)

    data = {
        "points": _packed(scaled(mapped.points)),
        "images": _packed(mapped.images),
        "shape": mapped.images.shape,
        "labels": mapped.labels.tolist(),
        "titles": list(mapped.titles),
        "wrong": np.flatnonzero(mapped.wrong).tolist(),
        "classes": list(classes),
        "colors": {"light": CLASS_COLORS, "dark": CLASS_COLORS_ON_DARK},
        "label": label,
        "of": of,
        "part": part,
        "choosable": on_image is not None,
    }
    nothing = {"image": None}
    _MAP(key=key, data=sent(data), default=nothing, on_image_change=told, on_part_change=moved)


def checked(mapped: Mapped) -> Mapped:
    """Return images that belong together; raises ValueError."""
    sizes = {len(one) for one in (mapped.images, mapped.labels, mapped.titles, mapped.wrong)}
    if mapped.points.shape[1:] != (2,) or sizes != {len(mapped.points)}:
        raise ValueError(
            f"A map needs two numbers, an image, a class and a title for each point; got points of "
            f"shape {mapped.points.shape} and {sorted(sizes)} of the others."
        )
    return mapped


def scaled(points: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return points moved and scaled, both axes alike, so that they fill from 0 to 1."""
    low, high = points.min(axis=0), points.max(axis=0)
    side = float((high - low).max()) or 1.0
    return np.asarray((points - (low + high) / 2) / side + 0.5, np.float32)


def chosen_image(state: Any, count: int) -> int | None:
    """Return the number of an image that came from a browser, or None if there is no such one."""
    chosen = state.get("image") if hasattr(state, "get") else None
    place = chosen.get("place") if isinstance(chosen, dict) else None
    return place if type(place) is int and 0 <= place < count else None


def map_part(text: str) -> str:
    """Return a text that says what of a map is in view, 2_0.5_0.25_7 for instance.

    That is the double size, what stands in the middle, from 0 to 1 in both directions, and the only
    class that is shown, if not all are.

    Raises
    ------
    ValueError
        If it is not.
    """
    zoom, x, y, *only = text.split("_")
    inside = 1 <= float(zoom) <= MOST_ZOOM and 0 <= float(x) <= 1 and 0 <= float(y) <= 1
    if not inside or len(only) > 1 or any(not (one.isdecimal() and int(one) < 10) for one in only):
        raise ValueError(f"{text!r} is no part of a map.")
    return text


def whole_part(part: str) -> str:
    """Return the same class on the whole map, "" for all classes."""
    only = part.split("_")[3:]
    return "_".join(("1", "0.5", "0.5", *only)) if only else ""


def chosen_part(state: Any) -> str | None:
    """Return the part of the map that came from a browser, "" for the whole, or None."""
    part = state.get("part") if hasattr(state, "get") else None
    try:
        return map_part(part) if part else part if part == "" else None
    except (ValueError, AttributeError):
        return None


def _packed(array: NDArray[Any]) -> str:
    return b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode()


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


_MAP = st.components.v2.component(
    "cnnviz_map",
    html="<div class='part map'></div>\n",
    css=_read("part.css") + _read("map.css"),
    js="\n".join(map(_read, ("shared.js", "map_view.js", "map.js"))),
)
