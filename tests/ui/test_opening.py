"""The browser that opens with the server."""

import asyncio
import webbrowser
from typing import Any

import pytest
import streamlit as st

from cnnviz.ui import opening


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    found = {
        "server.headless": False,
        "server.sslCertFile": None,
        "server.address": "127.0.0.1",
        "browser.serverAddress": "localhost",
        "server.port": 8502,
        "server.baseUrlPath": "",
    }
    monkeypatch.setattr(st, "get_option", found.__getitem__)
    return found


def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    pages: list[str] = []
    monkeypatch.setattr(webbrowser, "open", pages.append)
    monkeypatch.setattr(opening, "SOON", 0)

    async def start() -> None:
        async with opening.opening(None):
            await asyncio.sleep(0.1)

    asyncio.run(start())
    return pages


def test_a_browser_opens_at_the_first_page(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    assert opened(monkeypatch) == ["http://127.0.0.1:8502/"]


def test_a_server_without_a_screen_opens_none(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    options["server.headless"] = True
    assert opened(monkeypatch) == []


@pytest.mark.parametrize(
    ("changed", "page"),
    [
        ({"server.address": None}, "http://localhost:8502/"),
        ({"server.address": "0.0.0.0"}, "http://localhost:8502/"),
        ({"server.address": "::1"}, "http://[::1]:8502/"),
        ({"browser.serverAddress": "school.example"}, "http://school.example:8502/"),
        ({"server.baseUrlPath": "/net/"}, "http://127.0.0.1:8502/net"),
        ({"server.sslCertFile": "a.pem"}, "https://127.0.0.1:8502/"),
    ],
)
def test_the_first_page_is_where_the_server_says(
    options: dict[str, Any], changed: dict[str, Any], page: str
) -> None:
    options.update(changed)
    assert opening.first_page() == page
