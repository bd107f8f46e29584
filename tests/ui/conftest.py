"""The browser for the tests of pages and components."""

from tests.browser import app_server, chromium, chromium_page

__all__ = ["app_server", "chromium", "chromium_page"]
