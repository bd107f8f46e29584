"""The timeline in a real browser: dragged, played, followed, kept in the address."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from cnnviz.runs import RunFolder
from tests.browser import settled, start_server
from tests.runs.run_tools import STEPS, whole_run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return whole_run(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def address(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    environment = os.environ | {"CNNVIZ_RUNS_DIR": str(run.path.parent)}
    log = tmp_path_factory.mktemp("server") / "log"
    server = start_server("dashboard.py", log, environment)
    yield server.url
    server.stop()


def words(page: Page) -> str:
    return page.locator(".timeline .sentence").inner_text()


def test_the_cursor_tells_the_checkpoints_own_numbers(
    chromium_page: Page, address: str, run: RunFolder
) -> None:
    page = chromium_page
    page.goto(f"{address}/Filters?run={run.id}&look_step=7")
    settled(page)
    loss = f"{run.history()['loss'][6]:#.4g}"
    expect(page.locator(".timeline .sentence")).to_contain_text(f"step 7 of {STEPS} · epoch 1")
    assert f"loss of this batch {loss}" in words(page)
    slider = page.get_by_label("Checkpoint of the run")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator(".timeline .sentence")).to_contain_text("the initial weights")
    page.wait_for_url("**look_step=0")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**look_step=1")
    page.keyboard.press("End")
    page.wait_for_function("!location.search.includes('look_step')")
    assert f"step {STEPS} of {STEPS}" in words(page)


def test_dragging_ends_where_the_hand_ends_and_playing_at_the_end(
    chromium_page: Page, address: str, run: RunFolder
) -> None:
    page = chromium_page
    page.goto(f"{address}/Filters?run={run.id}")
    settled(page)
    box = page.get_by_label("Checkpoint of the run").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.1 * box["width"], y)
    page.mouse.down()
    for place in range(10, 51):
        page.mouse.move(box["x"] + place / 100 * box["width"], y)
    page.mouse.up()
    middle = f"look_step={round(STEPS / 2 - 0.01)}"
    page.wait_for_function(f"location.search.includes('{middle}')")
    page.get_by_label("Speed of the player").select_option("8×")
    page.get_by_role("button", name="Play the training").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_function("!location.search.includes('look_step')")
    expect(page.get_by_role("button", name="Play the training")).to_be_visible()
    page.get_by_role("button", name="One checkpoint back").click()
    page.wait_for_url(f"**look_step={STEPS - 1}")
    page.get_by_role("link", name="Mistakes").click()
    expect(page.locator(".timeline .sentence")).to_contain_text(f"step {STEPS - 1} of {STEPS}")
