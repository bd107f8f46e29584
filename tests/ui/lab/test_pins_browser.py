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
    expect(page.locator(pinned)).to_have_count(1)
    page.reload()
    settled(page)
    expect(page.locator(pinned)).to_have_count(1)
    page.keyboard.press("Escape")
    page.wait_for_function(f"!new URLSearchParams(location.search).has('{key}')")
    expect(page.locator(pinned)).to_have_count(0)


def test_a_link_brings_a_pinned_weight(chromium_page: Page, address: str) -> None:
    page = chromium_page
    page.goto(f"{address}/Convolution?conv_cell=kernel.0.1.2")
    settled(page)
    expect(page.locator(".linked.pinned")).to_have_count(1)
    told = page.locator(".linked .sentence")
    expect(told).to_contain_text("at row 1, column 2 meets 9 cells")
    expect(told).to_contain_text("The products are those of the output at row 0, column 0.")
    page.locator(".linked .input canvas.base").first.click(position={"x": 70, "y": 70})
    page.wait_for_function("location.search.includes('conv_cell=input.0.')")
    page.go_back()
    page.wait_for_function("location.search.includes('conv_cell=kernel.0.1.2')")
    expect(told).to_contain_text("at row 1, column 2 meets 9 cells")
