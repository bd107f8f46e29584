"""The Draw page, put together."""

import streamlit as st

from cnnviz.data import CLASSES
from cnnviz.ui.components.board import Pixel, board
from cnnviz.ui.components.chart import plotly_loader
from cnnviz.ui.draw.curves import Followed, curve, work_through
from cnnviz.ui.draw.other import both, other_input, told_apart
from cnnviz.ui.draw.panels import (
    Shown,
    answer_rows,
    curves_part,
    kept_part,
    taken_for,
)
from cnnviz.ui.draw.prediction import predicted, verdict
from cnnviz.ui.draw.samples import sample_popover
from cnnviz.ui.draw.state import (
    DRAWING,
    LABEL,
    MOST_KEPT,
    OTHER,
    TABLE,
    drop_drawing,
    keep_drawing,
    kept,
    show_drawing,
)
from cnnviz.ui.frame import heading
from cnnviz.ui.guard import guard
from cnnviz.ui.inside.brought import fit_input, manner, pad_input
from cnnviz.ui.inside.links import link
from cnnviz.ui.inside.moment import Moment, at_a_moment, class_names
from cnnviz.ui.inside.subject import LOOK, drawn, show_words
from cnnviz.ui.lab.trained import run_title
from cnnviz.ui.state import publish_url
from cnnviz.ui.train.fields import keep
from cnnviz.ui.words import plain

__all__ = ["TABLE", "draw_page"]

INTRODUCTION = (
    "Draw, and see what the network takes it for, at any moment of its training. What it gets is "
    "your drawing made small, as the images it learned from were made."
)
PAD = "_draw_pad"
WHOLE = "_draw_whole"  # what of the choices beside the pad the rest of the page has seen
AS_TAKEN = -1
LABEL_HELP = "What you say it is: the probability of this class is followed over the training."
KEEP_HELP = (
    "Its probability becomes a curve over the training. At most "
    f"{MOST_KEPT} drawings are kept: the oldest goes first."
)
NO_CURVES = (
    "Press **Keep** and a drawing's probability becomes a curve over the whole training: when did "
    "the network begin to see it, and did it ever doubt again?"
)
NOTHING = "Draw on the pad, or start from a test image: the answer follows each stroke."
INSIDE_HELP = "This drawing on its way through the network, layer by layer."


def draw_page() -> None:
    """Draw the page from top to bottom: moment, pad and prediction, the drawings that were kept."""
    heading("Draw", INTRODUCTION)
    at_a_moment(answered, lambda: TABLE, whole=bool(kept()))  # their curves may take a while
    plotly_loader()


def answered(moment: Moment) -> None:
    """Draw pad and answers, and the drawings that were kept."""
    st.session_state[WHOLE] = None
    drawing_panel(moment)
    with guard():
        kept_panel(moment)


@st.fragment
def drawing_panel(moment: Moment) -> None:
    """Draw pad and answers, alone after a stroke, so that these come fast."""
    with guard():
        body(moment)
        now = (
            kept(),
            st.session_state.get(f"{LOOK}fit"),
            st.session_state.get(OTHER),
            place_of_pad(),
        )
        if st.session_state.get(WHOLE) not in (None, now):
            st.rerun()
        st.session_state[WHOLE] = now
    publish_url(TABLE)


def body(moment: Moment) -> None:
    """Draw the pad, and what the one or two runs say to it."""
    left, right = st.columns([35, 65], gap="medium")
    with left:
        text = pad_input(LOOK, manner(moment), PAD)
        with st.container(horizontal=True, vertical_alignment="center"):
            sample_popover(moment, PAD)
            fits = fit_input(LOOK)
    with right:
        answer = st.container()
        with st.grid("auto", min_column_width=200):
            asked = label_input(class_names(moment))
            other_input(moment)
        shown = [look(one, text, fits=fits) for one in both(moment)]
        with answer:
            show_answers(shown)
        buttons(text, asked, taken_for(shown[0]))


def look(moment: Moment, text: str, *, fits: bool) -> Shown:
    """Return what a run makes of a drawing, fitted to the run's own data."""
    names = class_names(moment)
    if not text:
        return Shown(moment, names, None, None)
    subject = drawn(text, manner(moment), fits=fits)
    return Shown(moment, names, subject, predicted(moment, subject))


def show_answers(shown: list[Shown]) -> None:
    """Draw what each run takes the drawing for, and what it got."""
    first = shown[0]
    if first.subject is None:
        st.markdown(NOTHING)
    for one in shown:
        if one.probs is not None:
            run = f"{plain(run_title(one.moment.run))}: " if len(shown) > 1 else ""
            st.markdown(f"{run}{verdict(one.probs, one.names)}")
    board(answer_rows(shown), key="_draw_answers")
    if first.subject is not None:
        show_words(first.subject)
    for second in shown[1:]:
        if first.subject and second.subject and second.subject.words != first.subject.words:
            st.caption(f"The second run: {second.subject.words}")


def label_input(names: tuple[str, ...]) -> int:
    """Draw the choice of what the drawing is; return it, or `AS_TAKEN`."""
    options = [AS_TAKEN, *range(CLASSES)]
    asked = st.session_state.get(LABEL)
    keep(LABEL, asked if asked in options else AS_TAKEN)
    st.selectbox(
        "It is",
        options,
        key=LABEL,
        format_func=lambda one: "What it is taken for" if one == AS_TAKEN else names[one],
        help=LABEL_HELP,
        persist_state="session",
    )
    found = st.session_state.get(LABEL)
    return found if isinstance(found, int) and found in options else AS_TAKEN


def buttons(text: str, asked: int, taken: int) -> None:
    """Draw what can be done with a drawing: keep it, forget it, look inside."""
    label = taken if asked == AS_TAKEN else asked
    there = [
        place
        for place, (word, own) in enumerate(kept())
        if word == text and asked in (AS_TAKEN, own)
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        if there:
            st.button("Forget", icon="🗑️", key="_draw_drop", on_click=drop_drawing, args=[there[0]])
        else:
            st.button(
                "Keep",
                icon="📌",
                key="_draw_keep",
                help=KEEP_HELP,
                disabled=not text,
                on_click=keep_drawing,
                args=[text, label],
            )
        if text:
            link(
                "Through the layers",
                "Activations",
                key="_draw_inside",
                icon="💡",
                help=INSIDE_HELP,
                look_from="drawing",
            )


def kept_panel(moment: Moment) -> None:
    """Draw the drawings that were kept, and the curves of their probabilities."""
    if not kept():
        st.caption(NO_CURVES)
        return
    moments = both(moment)
    work = [(one, followed(one, told_apart(one, moment))) for one in moments]
    drawings = work[0][1]
    board([[kept_part(moment, drawings, place_of_pad())]], key="_draw_kept", on_tile=choose)
    work_through(work)
    found = [
        curve(one, drawing, second=one is not moment) for one, these in work for drawing in these
    ]
    board([[curves_part(found, moments)]], key="_draw_curves")


def place_of_pad() -> int | None:
    """Return which of the drawings that were kept stands on the pad, None for none of them."""
    now = st.session_state.get(DRAWING)
    return next((place for place, (word, _) in enumerate(kept()) if word == now), None)


def choose(pixel: Pixel) -> None:
    """Put a drawing that was kept on the pad; for callbacks."""
    if pixel.tile < len(kept()):
        show_drawing(*kept()[pixel.tile])


def followed(moment: Moment, run: str) -> list[Followed]:
    """Return the drawings that were kept, as a run gets them, with names: 1 · Trouser · `run`."""
    names, usual, fits = (
        class_names(moment),
        manner(moment),
        bool(st.session_state.get(f"{LOOK}fit")),
    )
    return [
        Followed(
            " · ".join(filter(None, (str(place), names[label], run))),
            place - 1,
            drawn(text, usual, fits=fits),
            label,
        )
        for place, (text, label) in enumerate(kept(), 1)
    ]
