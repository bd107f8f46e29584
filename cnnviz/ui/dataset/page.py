"""The Data page, put together."""

import streamlit as st

from cnnviz.ui.answering import answering
from cnnviz.ui.dataset.chosen import Chosen, chosen_images, wants_to_go
from cnnviz.ui.dataset.map import map_view
from cnnviz.ui.dataset.pictures import images_view, moved_view, numbers_view
from cnnviz.ui.dataset.state import PARTS, TABLE, VIEW, VIEWS, in_use
from cnnviz.ui.frame import heading
from cnnviz.ui.guard import guard
from cnnviz.ui.inside.choices import switched
from cnnviz.ui.inside.links import open_page
from cnnviz.ui.inside.pulse import follow, look
from cnnviz.ui.state import publish_url
from cnnviz.ui.words import count_of, plain

__all__ = ["TABLE", "data_page", "in_use"]

VIEWED = {
    "images": images_view,
    "numbers": numbers_view,
    "moved": moved_view,
    "map": map_view,
}
INTRODUCTION = "What the network learns from: the images themselves, in numbers, and on a map."


def data_page() -> None:
    """Draw the page from top to bottom."""
    if wants_to_go():
        open_page("Activations")
    heading("Data", INTRODUCTION)
    seen = look() if st.session_state.get(VIEW) == "map" else None
    answering(_body, whole=True)  # a map is long work, whatever is pressed
    follow(seen)


def _body() -> None:
    """Draw the choice of images and the open view of them."""
    with guard():
        _view()
    publish_url(in_use())


def _view() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = chosen_images()
        view = switched("View", VIEW, VIEWS)
    st.caption(_about(chosen))
    VIEWED[view](chosen)


def _about(chosen: Chosen) -> str:
    """Return what the images are, in a line of Markdown."""
    amount = count_of(len(chosen.split), f"{PARTS[chosen.part].lower()} image")
    whose = " of the shown run" if chosen.own else ""
    return f"**{plain(chosen.title)}**, {amount}{whose}. {plain(chosen.note)}"
