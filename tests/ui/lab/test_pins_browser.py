"""A pinned cell stands in the address, and Back lets go of it, on every picture of the lab."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import settled, start_server

pytestmark = pytest.mark.browser
PINS = {
    "Convolution": (".linked .output canvas.base", ".linked.pinned", "conv_cell"),
    "im2col": (".matrices canvas", ".matrices.pinned", "col_at"),
    "Shapes?shape_typed=1": (".windows canvas", ".windows >> text=Pinned", "shape_at"),
    "Shapes?shape_view=chain": (".network .hit", ".network >> text=Pinned", "shape_unit"),
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = start_server("dashboard.py", tmp_path_factory.mktemp("server") / "log")
    yield server.url
    server.stop()


@pytest.mark.parametrize("link", PINS)
def test_back_lets_go_of_a_pinned_cell(chromium_page: Page, address: str, link: str) -> None:
    page, (cells, pinned, key) = chromium_page, PINS[link]
    page.goto(f"{address}/{link}")
    settled(page)
    page.wait_for_function("location.search.length > 1")
    page.wait_for_timeout(300)
    before, entries = page.url, page.evaluate("history.length")
    page.locator(cells).first.click(position={"x": 70, "y": 70})
    page.wait_for_function(f"new URLSearchParams(location.search).has('{key}')")
    expect(page.locator(pinned)).to_have_count(1)
    assert page.evaluate("history.length") == entries + 1
    page.go_back()
    expect(page.locator(pinned)).to_have_count(0)
    settled(page)
    page.wait_for_timeout(300)
    assert page.url == before
    page.go_forward()
    page.wait_for_function(f"new URLSearchParams(location.search).has('{key}')")
