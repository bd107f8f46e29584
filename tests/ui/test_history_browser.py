"""Back and Forward in a real browser: one step for each page that was opened."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from cnnviz.runs.layout import runs_root
from tests.browser import ROOT, AppServer, settled, start_server
from tests.runs.run_tools import whole_run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    folder: Path = tmp_path_factory.mktemp("history")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNVIZ_RUNS_DIR", str(folder))
        whole_run(runs_root())
        server = start_server(ROOT / "dashboard.py", folder / "log", {"CNNVIZ_DATA_DIR": ""})
        yield server
        server.stop()


def shown(page: Page, title: str) -> None:
    """Wait for a page that has put into its address what it shows."""
    page.get_by_role("heading", name=title, exact=True, level=1).wait_for()
    settled(page)
    page.wait_for_function("location.search.length > 1")
    page.wait_for_timeout(300)


def test_every_page_is_one_step(chromium_page: Page, server: AppServer) -> None:
    page = chromium_page
    page.goto(server.url)
    menu = page.get_by_test_id("stSidebar")
    titles = ["Filters", "Convolution", "Shapes", "Mistakes"]
    for title in titles:
        menu.get_by_role("link", name=title).click()
        shown(page, title)
    for title in reversed(titles[:-1]):
        page.go_back()
        shown(page, title)
    page.go_forward()
    shown(page, "Convolution")
    for _ in range(2):
        page.go_back()
    page.get_by_role("heading", name="See a network learn").wait_for()


def test_a_picture_that_leads_to_another_page_is_one_step(
    chromium_page: Page, server: AppServer
) -> None:
    page = chromium_page
    page.goto(f"{server.url}/Data")
    shown(page, "Data")
    page.locator(".tiles canvas").first.click(position={"x": 12, "y": 12})
    shown(page, "Activations")
    page.go_back()
    shown(page, "Data")
    page.go_forward()
    shown(page, "Activations")


def test_a_run_that_is_opened_is_one_step_and_so_is_what_is_chosen_there(
    chromium_page: Page, server: AppServer
) -> None:
    page = chromium_page
    page.goto(server.url)
    page.get_by_role("link", name="Open").click()
    shown(page, "Train")
    page.wait_for_url("**/Train?run=*&data=*")
    first = page.url
    page.get_by_role("spinbutton", name="Epochs").fill("3")
    page.keyboard.press("Enter")
    page.wait_for_url("**&epochs=3&**")
    page.go_back()
    page.wait_for_url(first)
    settled(page)
    page.go_back()
    page.get_by_role("heading", name="See a network learn").wait_for()
