"""From one page to another, taking along what is looked at."""

from typing import Any

import streamlit as st

from cnnviz.ui.frame import PAGES


def link(
    label: str, page_title: str, *, key: str, help: str = "", icon: str = "", **state: Any
) -> None:
    """Draw a button that opens a page, with some of the shared choices set before.

    Parameters
    ----------
    page_title : str
        The page's title in the menu.
    state : values by their names in `st.session_state`
        None removes a choice.
    """
    if st.button(
        label,
        key=key,
        help=help or None,
        icon=icon or None,
        type="tertiary",
        on_click=set_state,
        args=[state],
    ):
        open_page(page_title)


def set_state(state: dict[str, Any]) -> None:
    """Set choices; for callbacks, which run before the page draws its widgets."""
    for name, value in state.items():
        if value is None:
            st.session_state.pop(name, None)
        else:
            st.session_state[name] = value


def image_state(which: str, index: int, data: str | None = None) -> dict[str, Any]:
    """Return the shared choices that stand for a "test" or "validation" image.

    Parameters
    ----------
    data : str, optional
        The name of its data set, where that may be another one than the run's own.
    """
    choices = {"from": which, "data": data, "image": index, "class": None, "wrong": None}
    return {f"look_{key}": value for key, value in choices.items()}


def open_page(title: str) -> None:
    """Go to the page of this title."""
    st.switch_page(next(entry.path for entry in PAGES if entry.title == title))
