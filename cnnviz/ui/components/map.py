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
    on_image: Callable[[int], None] | None = None,
) -> None:
    """Draw the map: a color and a shape for each class, a ring around what is marked.

    Parameters
    ----------
    label : str
        What is to be seen, for those who do not see it.
    of : str
        Names the map: another one is shown whole, the same one as the reader has enlarged it.
    on_image : callable, optional
        Called with the number of the image that was clicked, before the page runs.
    """
    count = len(checked(mapped).points)

    def told() -> None:
        image = chosen_image(st.session_state.get(key), count)
        if image is not None and on_image is not None:
            on_image(image)

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
        "choosable": on_image is not None,
    }
    _MAP(key=key, data=sent(data), default={"image": None}, on_image_change=told)


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
