"""The browser for the tests of pages and components, and a manager of their own."""

from collections.abc import Iterator

import pytest
import streamlit as st

from cnnviz.ui.service import manager
from tests.browser import app_server, chromium, chromium_page

__all__ = ["app_server", "chromium", "chromium_page"]


@pytest.fixture
def own_manager() -> Iterator[None]:
    """Nothing is kept from one test to the next, and no trainer is left behind."""
    st.cache_resource.clear()
    yield
    manager().close()
    st.cache_resource.clear()
