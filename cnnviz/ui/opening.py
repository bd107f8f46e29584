"""Opens a browser when the server starts, as Streamlit does for servers without routes."""

import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Timer

import streamlit as st

SOON = 0.5  # seconds until the server answers
HERE = "localhost"
EVERYWHERE = (None, "", "0.0.0.0", "::")


@asynccontextmanager
async def opening(_: object) -> AsyncIterator[None]:
    """Open a browser at the first page, unless the server is headless."""
    if not st.get_option("server.headless"):
        timer = Timer(SOON, webbrowser.open, [first_page()])
        timer.daemon = True
        timer.start()
    yield


def first_page() -> str:
    """Return the address at which a browser finds the first page."""
    kind = "https" if st.get_option("server.sslCertFile") else "http"
    named, bound = st.get_option("browser.serverAddress"), st.get_option("server.address")
    host = named if named != HERE or bound in EVERYWHERE else bound
    place = f"[{host}]" if ":" in host else host
    below = st.get_option("server.baseUrlPath").strip("/")
    return f"{kind}://{place}:{st.get_option('server.port')}/{below}"
