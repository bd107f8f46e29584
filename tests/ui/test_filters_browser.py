"""The Filters page in a real browser: tiles that are read and pressed, and what stays."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.runs import RunFolder
from tests.browser import ROOT, AppServer, console_errors, settled, start_server
from tests.runs.run_tools import whole_run

pytestmark = pytest.mark.browser

PATIENCE = 60_000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return whole_run(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def server(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    folder: Path = tmp_path_factory.mktemp("filters")
    env = {
        "CNNVIZ_CACHE_DIR": str(folder / "cache"),
        "CNNVIZ_RUNS_DIR": str(run.path.parent),
        "CNNVIZ_DATA_DIR": "",
    }
    server = start_server(ROOT / "dashboard.py", folder / "log", env)
    yield server
    server.stop()


def opened(page: Page, server: AppServer, params: str) -> list[str]:
    page.set_default_timeout(PATIENCE)
    errors = console_errors(page)
    page.goto(f"{server.url}/Filters?{params}")
    settled(page)
    return errors


def tile(page: Page, name: str, place: int) -> Locator:
    """A tile of the pictures of this name."""
    return page.get_by_role("list", name=re.compile(name)).locator("canvas").nth(place)


def real(errors: list[str]) -> list[str]:
    """Streamlit looks for its own addresses below a page's first; that is no fault of the page."""
    return [error for error in errors if "404" not in error]


def test_a_filter_is_read_pressed_and_followed_over_the_training(
    chromium_page: Page, server: AppServer, run: RunFolder
) -> None:
    page = chromium_page
    errors = opened(page, server, f"run={run.id}")
    last = run.checkpoint_steps()[-1]
    grid = f"After step {last}"
    filter = tile(page, grid, 2)
    box = filter.bounding_box()
    assert box is not None
    weight = run.params(last)[0]["weight"][2, 0, 1, 3]
    line = page.locator(".tiles .value").first
    for _ in range(5):  # again where what is drawn last moves the tile from under the pointer
        filter.hover(position={"x": box["width"] * 0.7, "y": box["height"] * 0.3})
        page.wait_for_timeout(300)
        if "Filter 2" in line.inner_text():
            break
        page.mouse.move(0, 0)
    expect(line).to_contain_text("Filter 2 · row 1, column 3: ", timeout=PATIENCE)
    told = line.inner_text().rpartition(": ")[2].replace("−", "-")
    assert np.float32(told) == weight
    filter.click()
    expect(page.get_by_text(f"Filter 2 of layer 1 after step {last}")).to_be_visible(
        timeout=PATIENCE
    )
    page.wait_for_url("**look_unit=2**")
    tile(page, "Over the training", 0).click()
    expect(page.get_by_text("Filter 2 of layer 1 after step 0: norm")).to_be_visible(
        timeout=PATIENCE
    )
    expect(page.get_by_text("nothing but noise, drawn at random")).to_be_visible(timeout=PATIENCE)
    page.wait_for_url("**look_step=0**")
    page.reload()
    settled(page)
    expect(page.get_by_text("Filter 2 of layer 1 after step 0: norm")).to_be_visible(
        timeout=PATIENCE
    )
    page.get_by_role("button", name="Take it apart").click()
    expect(page.get_by_role("heading", name="Convolution", exact=True)).to_be_visible(
        timeout=PATIENCE
    )
    page.wait_for_url("**conv_filter=2**")
    assert not real(errors)


def test_what_excites_it_becomes_the_picture_and_a_filter_is_switched_off(
    chromium_page: Page, server: AppServer, run: RunFolder
) -> None:
    page = chromium_page
    errors = opened(page, server, f"run={run.id}&filters_part=answers&look_unit=1")
    image = tile(page, "The images; press one", 0)
    index = re.search(r"Test image (\d+)", image.get_attribute("aria-label") or "")
    assert index is not None
    image.click()
    expect(page.get_by_text(f", test image {index[1]}:")).to_be_visible(timeout=PATIENCE)
    page.wait_for_url(f"**look_image={index[1]}**")
    page.get_by_role("button", name="Switch off", exact=True).or_(
        page.get_by_role("radio", name="Switch off", exact=True)
    ).first.click()
    page.get_by_role("button", name="Switch filter 1 off").click()
    expect(page.get_by_text("with all filters on, and in")).to_be_visible(timeout=PATIENCE)
    page.wait_for_url("**filters_off=1**")
    expect(page.locator(".cnnviz-live .bars").first).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Switch filter 1 on again").click()
    expect(page.get_by_text("Choose filters above")).to_be_visible(timeout=PATIENCE)
    ranking = page.get_by_role("button", name=re.compile("^Points of accuracy lost"))
    ranking.focus()
    ranking.press("End")
    line = page.locator(".bars .value").filter(has_text="without filter")
    expect(line).to_have_text(re.compile(r"^without filter \d, points lost: "))
    last = re.search(r"filter (\d)", line.inner_text())
    assert last is not None
    box = ranking.bounding_box()
    assert box is not None
    ranking.click(position={"x": box["width"] - 20, "y": 60})
    page.wait_for_url(f"**filters_off={last[1]}**")
    page.wait_for_url(f"**look_unit={last[1]}**")
    expect(page.get_by_role("button", name=f"Switch filter {last[1]} on again")).to_be_visible()
    assert not real(errors)
