"""A part of a page answers by itself, and long work is broken off by whatever is pressed."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cnnviz.runs import Manager, RunFolder
from tests.browser import settled, start_server
from tests.runs.run_tools import longer, wait_for, whole_run

pytestmark = pytest.mark.browser
AT_ONCE = 4_000  # milliseconds; the work itself takes twenty seconds


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("server") / "log"
    server = start_server(Path(__file__).with_name("answering_app.py"), log)
    yield server.url
    server.stop()


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.get_by_text("Result: None").wait_for()
    settled(page)
    return page


def tick(page: Page) -> None:
    page.get_by_text("Tick", exact=True).click()


def test_a_control_runs_its_part_and_no_more(chromium_page: Page, address: str) -> None:
    page = opened(chromium_page, address)
    tick(page)
    expect(page.get_by_text("Ticked: True")).to_be_visible()
    expect(page.get_by_text("Part 2", exact=True)).to_be_visible()
    expect(page.get_by_text("Page 1", exact=True)).to_be_visible()


def test_what_goes_wrong_in_a_part_is_one_calm_sentence(chromium_page: Page, address: str) -> None:
    page = opened(chromium_page, address)
    page.get_by_text("Fail", exact=True).click()
    expect(page.get_by_text("Something unexpected went wrong here")).to_be_visible()
    settled(page)  # no exception is on the page
    assert "Nobody thought of this" not in page.inner_text("body")


@pytest.mark.parametrize("told", ["Cancel", "Tick"])
def test_whatever_is_pressed_breaks_work_off(chromium_page: Page, address: str, told: str) -> None:
    page = opened(chromium_page, address)
    for turn in range(2):
        page.get_by_role("button", name="Do it").click()
        page.get_by_role("progressbar").wait_for()
        if told == "Cancel":
            page.get_by_role("button", name="Cancel").click()
        else:
            tick(page)
            expect(page.get_by_text(f"Ticked: {turn == 0}")).to_be_visible(timeout=AT_ONCE)
        expect(page.get_by_role("button", name="Do it")).to_be_visible(timeout=AT_ONCE)
        expect(page.get_by_role("progressbar")).to_have_count(0)
        expect(page.get_by_text("Result: None")).to_be_visible()
    settled(page)
    runs = page.get_by_text("Page ").inner_text()
    tick(page)  # the part answers by itself again
    expect(page.get_by_text(f"Ticked: {told == 'Cancel'}")).to_be_visible()
    assert page.get_by_text("Page ").inner_text() == runs


@pytest.fixture
def two_runs(tmp_path: Path) -> Iterator[tuple[RunFolder, RunFolder]]:
    """A run that goes on, and one that has finished."""
    manager = Manager(tmp_path)
    active = RunFolder(tmp_path / manager.start(longer()))
    wait_for(lambda: len(active.checkpoint_steps()) > 1)
    yield active, whole_run(tmp_path)
    manager.close()


@pytest.fixture
def dashboard(two_runs: tuple[RunFolder, RunFolder], tmp_path: Path) -> Iterator[str]:
    environment = os.environ | {"CNNVIZ_RUNS_DIR": str(two_runs[0].path.parent)}
    server = start_server("dashboard.py", tmp_path / "log", environment)
    yield server.url
    server.stop()


def show(page: Page, dashboard: str, title: str, run: RunFolder) -> None:
    """Open a page on a run."""
    page.goto(f"{dashboard}/{title}?run={run.id}")
    settled(page)


def test_another_run_that_is_chosen_is_followed(
    chromium_page: Page, dashboard: str, two_runs: tuple[RunFolder, RunFolder]
) -> None:
    (active, finished), page = two_runs, chromium_page
    show(page, dashboard, "Filters", finished)
    whole_run(finished.path.parent)  # elsewhere: the list opens all the same, and has all three
    page.get_by_test_id("stPopover").get_by_role("button", name="Runs").click()
    expect(page.get_by_test_id("stPopoverBody")).to_contain_text("3 runs")
    page.get_by_role("button", name="training · tiny").click()
    page.wait_for_function(f"location.search.includes('{active.id}')")
    sentence = page.locator(".timeline .sentence")
    shown = sentence.inner_text()
    expect(sentence).not_to_have_text(shown, timeout=30_000)


def test_that_a_run_is_gone_is_said_once(
    chromium_page: Page, dashboard: str, two_runs: tuple[RunFolder, RunFolder]
) -> None:
    (_, finished), page = two_runs, chromium_page
    gone = page.get_by_text(f"The run {finished.id} is not here")
    show(page, dashboard, "Mistakes", finished)
    shutil.rmtree(finished.path)
    slider = page.get_by_label("Checkpoint of the run")
    slider.press("Home")
    expect(gone).to_be_visible()
    slider.press("Home")
    expect(gone).to_have_count(0)


def test_settings_notice_a_run_that_ended_or_began_elsewhere(
    chromium_page: Page, dashboard: str, two_runs: tuple[RunFolder, RunFolder]
) -> None:
    """The settings answer by themselves, and the run beneath them is never an old one."""
    (_, finished), page = two_runs, chromium_page
    show(page, dashboard, "Train", finished)
    seed = page.get_by_label("Seed", exact=True)
    for run in two_runs:  # at once, in the midst of what the one that trains may be writing
        run.path.rename(run.path.parent / f".gone-{run.id}")
    seed.press("ArrowUp")
    expect(page.get_by_text(f"The run {finished.id} is not here")).to_be_visible()
    expect(page.get_by_text("Nothing has been trained here yet")).to_be_visible()
    whole_run(finished.path.parent)
    seed.press("ArrowUp")
    expect(page.get_by_text("Nothing has been trained here yet")).to_have_count(0)
    expect(page.locator(".cnnviz-board").get_by_text("finished")).to_be_visible()


def test_a_press_counts_where_the_run_has_gone_on_since_it_was_drawn(
    chromium_page: Page, dashboard: str, two_runs: tuple[RunFolder, RunFolder]
) -> None:
    (_, finished), page = two_runs, chromium_page
    show(page, dashboard, "Train", finished)
    status = finished.path / "status.json"
    status.write_text(status.read_text().replace('"finished"', '"diverged"'))
    count = len([*finished.path.parent.iterdir()])
    page.get_by_role("button", name="New weights").click()
    wait_for(lambda: len([*finished.path.parent.iterdir()]) == count + 1)
