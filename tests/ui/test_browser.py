"""The browser helper itself: a server starts, a page shows, both end."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import console_errors, settled, start_server

pytestmark = pytest.mark.browser


def test_a_script_is_served_and_shown(
    tmp_path: Path, app_server: Callable[..., str], chromium_page: Page
) -> None:
    script = tmp_path / "app.py"
    script.write_text("import os, streamlit as st\nst.title(os.environ['HELLO'])")
    errors = console_errors(chromium_page)
    chromium_page.goto(app_server(script, {"HELLO": "Good morning"}))
    settled(chromium_page)
    assert chromium_page.locator("h1").inner_text() == "Good morning"
    assert errors == []


def test_a_server_that_cannot_start_tells_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="did not start"):
        start_server(tmp_path / "missing.py", tmp_path / "log")
