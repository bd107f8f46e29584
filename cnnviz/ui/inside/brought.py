"""What a reader brings along: a drawing or an upload, fitted to the data set of a run."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.data import DataError
from cnnviz.data.dataset import Bytes
from cnnviz.data.fitting import AS_IT_IS, Fitted, as_it_is, fit
from cnnviz.data.manner import Manner, Span, manner_of
from cnnviz.data.uploads import MOST_BYTES, read_upload
from cnnviz.ui.components.pad import THINNEST, WIDEST, Drawn, pad
from cnnviz.ui.inside.drawing import decode_drawing, encode_drawing, is_sample
from cnnviz.ui.inside.memory import remembered
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.pictures import pictures
from cnnviz.ui.words import count_of, plain

NOTHING_DRAWN = "Nothing is drawn yet: draw on the pad, or choose an image from elsewhere."
NOTHING_UPLOADED = "No picture is uploaded yet: choose a file, or an image from elsewhere."
KINDS = ["png", "jpg", "jpeg", "bmp", "webp"]
FIT_HELP = (
    "On: its ink is cut out, scaled and centered as the data set's images were made. Off: it is "
    "only brought to 28 × 28."
)
NEVER_UNUSUAL = Span(0.0, 0.1, 1000.0)
UNKNOWN = Manner("MNIST", "dark", 20, "mass", (14.0, 14.0), NEVER_UNUSUAL, Span(0.0, 2.5, 1000.0))
"""Where a run's data set is not here any more: as the digits of MNIST were made."""


@dataclass(frozen=True, eq=False)
class Brought:
    """A picture from elsewhere as the network gets it; `words` are Markdown."""

    fitted: Fitted
    words: str


def manner(moment: Moment) -> Manner:
    """Return how the images of a run's data set were made."""
    try:
        shown = pictures(moment.settings.data)
    except DataError:
        return UNKNOWN
    images = shown.test.images
    key = ("manner", shown.title, len(images), images[:50].tobytes())
    return remembered(key, lambda: manner_of(images, shown.title))


def fitting_words(fitted: Fitted, usual: Manner, *, fits: bool) -> str:
    """Return in a sentence what was done to a picture."""
    steps = "; ".join(fitted.steps)
    if fitted.steps != AS_IT_IS and fits and usual.background != "varied":
        return f"Fitted as {plain(usual.title)} was made: {steps}." if steps else ""
    return f"{steps[:1].upper()}{steps[1:]}." if steps else ""


def drawn_picture(text: str, usual: Manner, *, fits: bool) -> Brought:
    """Return what a drawing's word stands for; a sample that was left alone stays as it is."""
    gray = decode_drawing(text)
    if is_sample(gray):
        return Brought(as_it_is(gray, usual), "An image, loaded and left alone.")
    return Brought((fit if fits else as_it_is)(gray, usual), "Your drawing.")


def pad_input(prefix: str, usual: Manner, key: str, *, size: int = 340) -> str:
    """Draw the pad, `size` pixels wide; return the word of what is drawn, "" for nothing."""
    state = st.session_state
    name, brush = f"{prefix}drawing", f"{prefix}brush"

    def drawn(what: Drawn) -> None:
        state[name], state[brush] = what.text or None, what.brush

    text = str(state.get(name) or "")
    width = int(state.get(brush) or min(max(round(2 * usual.stroke.mean), THINNEST), WIDEST))
    pad(text, key=key, label="Drawing pad", brush=width, on_drawing=drawn, width=size)
    return text


def fit_input(prefix: str) -> bool:
    """Draw the switch between fitted and as it is; return whether it is fitted."""
    key = f"{prefix}fit"
    # Set each time, not kept: where a file takes another one's place the switch is gone for a
    # moment, and a browser would bring it back switched off.
    st.session_state[key] = bool(st.session_state.get(key, True))
    st.toggle("Fit to the data", key=key, help=FIT_HELP, persist_state="session")
    return bool(st.session_state.get(key))


def upload_input(prefix: str, usual: Manner) -> Brought:
    """Draw the choice of a file; return its picture, also when the page is opened again.

    The picture stays in this session's memory, and as the network gets it in the URL.

    Raises
    ------
    ValueError
        One sentence, where there is none or it cannot be used.
    """
    state, word, held, key = st.session_state, f"{prefix}upload", f"_{prefix}held", f"_{prefix}file"

    def changed() -> None:
        state.pop(held, None)
        state.pop(word, None)

    file = st.file_uploader(
        "Picture",
        type=KINDS,
        key=key,
        max_upload_size=MOST_BYTES // 1_000_000,
        on_change=changed,
        help="PNG, JPEG, BMP or WebP, at most 5 MB. It stays in memory and is written nowhere.",
    )
    if file is not None and held not in state:
        state[held] = file.name, read_upload(file.name, file.getvalue())
    if held in state:
        name, upload = state[held]
        gray = upload.gray
        fits = fit_input(prefix)
        show_picture(gray)
        found = (fit if fits else as_it_is)(gray, usual)
        state[word] = encode_drawing(found.pixels)
        rows, columns = map(count_of, upload.size, ("row", "column"))
        ground = f", what is transparent put on {upload.ground}" * bool(upload.ground)
        first = f"the first of its {upload.pictures:,} pictures, " * (upload.pictures > 1)
        words = f"Your picture {plain(name)}, {first}{rows} × {columns}{ground}."
        return Brought(found, f"{words} {fitting_words(found, usual, fits=fits)}")
    if not state.get(word):
        raise ValueError(NOTHING_UPLOADED)
    pixels = decode_drawing(str(state[word]))
    if not is_sample(pixels):
        raise ValueError(NOTHING_UPLOADED)
    return Brought(as_it_is(pixels, usual), "A picture that was uploaded, as it was fitted then.")


def show_picture(gray: Bytes) -> None:
    """Draw a picture as it was uploaded, in gray and small."""
    step = max(1, max(gray.shape) // 336)
    st.image(np.ascontiguousarray(gray[::step, ::step]), width=84, caption="As uploaded")
