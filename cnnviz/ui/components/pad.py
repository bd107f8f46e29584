"""A pad to draw on with mouse, pen, finger or keys; what is drawn can also be set from here."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.ui.inside.drawing import (
    PACKED,
    SIDE,
    decode_drawing,
    drawing,
    encode_drawing,
    unpack,
)

HERE = Path(__file__).parent
THINNEST, WIDEST = 1, 16
"""Widths of the brush, in pixels of the drawing's 56."""


@dataclass(frozen=True)
class Drawn:
    """What was drawn, as `encode_drawing` writes it ("" for nothing), and the brush's width."""

    text: str
    brush: int


def pad(
    text: str,
    *,
    key: str,
    label: str,
    brush: int,
    on_drawing: Callable[[Drawn], None],
    width: int = 340,
) -> None:
    """Draw the pad.

    Parameters
    ----------
    text : str
        What stands on it, as `encode_drawing` writes it; "" for nothing. When it is another one
        than what was drawn last, it takes the drawing's place; undo brings that back.
    label : str
        What it is for, for screen readers.
    brush : int
        The brush's width to begin with, in pixels of the drawing's 56.
    on_drawing : callable
        Called when a stroke has ended, or something was taken back, before the page runs.
    width : int
        At most so many pixels on the screen.

    Raises
    ------
    ValueError
        Where the text is no drawing.
    """
    gray = decode_drawing(text) if text else np.zeros((SIDE, SIDE), np.uint8)
    known = f"{key}-known"  # the revision, and the drawing that it stands for
    revision, last = st.session_state.get(known, (0, None))
    if text != last:
        revision += 1
        st.session_state[known] = revision, text

    def told() -> None:
        now, _ = st.session_state.get(known, (0, None))
        drawn = checked_drawing((st.session_state.get(key) or {}).get("drawing"), now)
        if drawn is not None:
            st.session_state[known] = now, drawn.text
            on_drawing(drawn)

    _PAD(
        key=key,
        data={
            "revision": revision,
            "text": text,
            "side": len(gray),
            "pixels": b64encode(gray.tobytes()).decode(),
            "label": label,
            "width": width,
            "brush": brush,
            "brushes": (THINNEST, WIDEST),
            "undos": st.session_state.get(f"{key}-undos", 0),
        },
        on_drawing_change=told,
    )


def take_back(key: str) -> None:
    """Have the pad undo what was done last; for callbacks."""
    st.session_state[f"{key}-undos"] = st.session_state.get(f"{key}-undos", 0) + 1


def checked_drawing(value: Any, revision: int) -> Drawn | None:
    """Return what came from a browser; None if it is no drawing, or from before it was replaced."""
    if not isinstance(value, dict) or value.get("revision") != revision:
        return None
    text, ink, brush = value.get("text"), value.get("ink"), value.get("brush")
    if type(brush) is not int or not THINNEST <= brush <= WIDEST:
        return None
    try:
        if isinstance(text, str):
            return Drawn(drawing(text) if text else "", brush)
        if isinstance(ink, str) and len(ink) < 2 * PACKED:
            packed = b64decode(ink, validate=True)
            if len(packed) == PACKED:
                return Drawn(encode_drawing(unpack(packed)) if any(packed) else "", brush)
    except ValueError:
        return None
    return None


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


_PAD = st.components.v2.component(
    "cnnviz_pad",
    html="<div class='part pad'></div>\n",
    css=_read("part.css") + _read("pad.css"),
    js="\n".join(map(_read, ("shared.js", "pad.js"))),
)
