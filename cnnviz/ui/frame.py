"""What every page has around it: its title in the browser, the menu, and the guard."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import streamlit as st

from cnnviz.ui.components.history import one_entry_a_page
from cnnviz.ui.components.restart import reload_after_restart
from cnnviz.ui.guard import guard
from cnnviz.ui.routes import STARTED
from cnnviz.ui.service import one_blas_thread
from cnnviz.ui.state import SHARED, Table, adopt_url


@dataclass(frozen=True)
class PageEntry:
    """A page in the menu; `group` is the heading that it stands under."""

    title: str
    path: str
    icon: str
    help: str
    group: str = ""


INSIDE, LAB = "Look inside", "Convolution lab"

PAGES: tuple[PageEntry, ...] = (
    PageEntry("Home", "dashboard.py", "🏠", "What there is to explore, and the latest runs."),
    PageEntry("Train", "pages/1_Train.py", "🏋️", "Train a network and watch it learn."),
    PageEntry("Filters", "pages/6_Filters.py", "🎛️", "What each filter looks for.", INSIDE),
    PageEntry("Activations", "pages/7_Activations.py", "💡", "One image, layer by layer.", INSIDE),
    PageEntry("Draw", "pages/8_Draw.py", "✏️", "What it takes your drawing for.", INSIDE),
    PageEntry("Mistakes", "pages/9_Mistakes.py", "🎯", "What it gets wrong, how surely.", INSIDE),
    PageEntry("Data", "pages/10_Data.py", "🗃️", "The images themselves, and a map.", INSIDE),
    PageEntry("Convolution", "pages/2_Convolution.py", "🔲", "One cell, product by product.", LAB),
    PageEntry("Shapes", "pages/3_Shapes.py", "📐", "How large an output is, and why.", LAB),
    PageEntry("im2col", "pages/4_im2col.py", "🧮", "A convolution as one matrix product.", LAB),
    PageEntry("Backward", "pages/5_Backward.py", "↩️", "How gradients come back.", LAB),
)


MENU_WIDTH = 220
STYLE = """<style>
.stMainBlockContainer { padding: 3.75rem 2.5rem 4rem }
[class*="st-key-work-"] [data-retained] { display: none }
[data-testid="stElementContainer"] { opacity: 1 !important; transition: none !important }
</style>"""
"""Room at the edges; no leftovers of work that is done; and nothing fades while a page computes.

Streamlit lets each element begin to fade with every run, and takes it back when it is there again:
on a page of forty elements that took a browser a fifth of an answer's time. Long work here shows
how far it is.
"""


@contextmanager
def frame(
    title: str, table: Table = SHARED, in_use: Callable[[], Table] | None = None
) -> Iterator[None]:
    """Set the page up, draw the menu, take over what the URL says, and guard the page's body.

    `table` has the page's own parameters in the URL, see `cnnviz.ui.state`, and `in_use` returns
    those of them that mean something with what is chosen.
    """
    one_blas_thread()
    entry = next(entry for entry in PAGES if entry.title == title)
    st.set_page_config(
        f"{title} · cnnviz", page_icon=entry.icon, layout="wide", initial_sidebar_state=MENU_WIDTH
    )
    st.html(STYLE)
    with guard():
        adopt_url(title, table, in_use)
        menu()
        yield
    _spare(title)


def heading(title: str, words: str) -> None:
    """Draw a page's title, and beside it what the page is for."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        st.caption(words, width="stretch")


@cache
def _spare(title: str) -> None:
    """Take what a page's first run in this process has brought out of the garbage collector's work.

    Streamlit collects all garbage after every run of a page, before the browser has its last
    lines: with the modules of all these libraries in view, that takes most of an answer's time.
    """
    gc.freeze()


def menu() -> None:
    """Draw the menu in the sidebar."""
    with st.sidebar:
        st.markdown("### 🔍 cnnviz")
        st.caption("A convolutional network in NumPy, watched while it learns.")
        for group, entries in groupby(PAGES, key=lambda entry: entry.group):
            if group:
                st.caption(group)
            for entry in entries:
                st.page_link(entry.path, label=entry.title, icon=entry.icon, help=entry.help)
        one_entry_a_page()
        reload_after_restart(STARTED)
