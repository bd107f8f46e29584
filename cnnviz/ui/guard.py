"""No traceback ever reaches a page: what goes wrong becomes one calm sentence."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

UNEXPECTED = (
    "Something unexpected went wrong here; runs are not touched by it. Reload the page; the "
    "details stand in the terminal in which this program runs."
)
_LOG = logging.getLogger("cnnviz")


@contextmanager
def guard() -> Iterator[None]:
    """Show a ValueError's sentence; log any other error and say that something went wrong.

    Reruns and page switches are no errors: they pass.
    """
    try:
        yield
    except ValueError as error:
        _LOG.info("Shown on the page: %s", error)
        st.error(str(error), icon="⚠️")
    except Exception:
        _LOG.exception("A page met an unexpected error.")
        st.error(UNEXPECTED, icon="⚠️")
