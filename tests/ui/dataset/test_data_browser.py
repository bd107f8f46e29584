"""The map in a real browser: pointed at, walked over, and on to Activations."""

import os
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.data import load, split
from cnnviz.explain.embedding import pca
from cnnviz.runs import RunFolder
from cnnviz.ui.components.map import scaled
from tests.browser import console_errors, settled, start_server
from tests.runs.run_tools import DATA, whole_run

pytestmark = pytest.mark.browser
MARGIN = 16
TEST = split(load("digits"), DATA).test


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return whole_run(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def address(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    environment = os.environ | {"CNNVIZ_RUNS_DIR": str(run.path.parent)}
    server = start_server("dashboard.py", tmp_path_factory.mktemp("server") / "log", environment)
    yield server.url
    server.stop()


def place_of(page: Page, number: int) -> dict[str, float]:
    """Where the point of an image lies on the canvas, the whole map being in view."""
    box = page.locator(".map .points").bounding_box()
    assert box is not None
    pixels = TEST.images.reshape(len(TEST), -1).astype(np.float32) / np.float32(255)
    x, y = scaled(pca(pixels).points)[number]
    side = min(box["width"], box["height"]) - 2 * MARGIN
    left, top = (box["width"] - side) / 2, (box["height"] - side) / 2
    return {"x": left + side * float(x), "y": top + side * (1 - float(y))}


def choose(page: Page, option: str) -> None:
    page.get_by_role("radio", name=option).or_(page.get_by_role("button", name=option)).click()


def test_a_point_shows_its_image_and_leads_on(
    chromium_page: Page, address: str, run: RunFolder
) -> None:
    page = chromium_page
    errors = console_errors(page)
    page.goto(f"{address}/Data?run={run.id}&data_view=map&data_set=digits")
    settled(page)
    canvas, line = page.locator(".map .points"), page.locator(".map .line")
    expect(line).to_contain_text("Point at the map")
    found = run.evaluation("test")
    assert found is not None
    label, taken = TEST.labels[7], found.predictions[7]
    canvas.hover(position=place_of(page, 7))
    expect(line).to_contain_text(f"test image 7: {label}, taken for {taken} with")
    expect(page.locator(".map .card")).to_be_visible()
    drawn = "(c) => [...c.getContext('2d').getImageData(0, 0, 28, 28).data].slice(0, 28 * 28 * 4)"
    ink = np.array(page.locator(".map .card canvas").evaluate(drawn)).reshape(28, 28, 4)[..., 0]
    assert np.corrcoef(ink.ravel(), TEST.images[7].ravel())[0, 1] < -0.99  # ink on paper
    page.get_by_role("group", name="Classes").get_by_role("button", name=str(label)).click()
    canvas.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
        expect(line).to_contain_text(f": {label}, taken for")
    page.keyboard.press("Escape")
    expect(page.locator(".map .card")).to_be_hidden()
    wrong = int((found.predictions != TEST.labels).sum())
    expect(page.locator(".map .key")).to_contain_text(f"got wrong: {wrong} of 30")
    canvas.click(position=place_of(page, 7))
    page.wait_for_url("**/Activations?*look_image=7*")
    settled(page)
    expect(page.get_by_text(f"test image 7: {label}.")).to_be_visible()
    assert "look_data" not in page.url  # an image of the run's own set
    assert [error for error in errors if "404" not in error] == []


def test_a_map_that_was_enlarged_and_moved_still_answers_where_its_points_are(
    chromium_page: Page, address: str, run: RunFolder
) -> None:
    page = chromium_page
    page.goto(f"{address}/Data?run={run.id}&data_view=map")
    settled(page)
    canvas, line = page.locator(".map .points"), page.locator(".map .line")
    reset = page.get_by_role("button", name="The whole map")
    expect(reset).to_be_disabled()
    at, box = place_of(page, 7), canvas.bounding_box()
    assert box is not None
    label, image = canvas.get_attribute("aria-label"), str(TEST.labels[7])
    canvas.hover(position=at)
    expect(line).to_contain_text("test image 7:")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -120)
    page.keyboard.up("Control")
    expect(reset).to_be_enabled()
    expect(line).to_contain_text("test image 7:")  # what was pointed at stays under the pointer
    page.mouse.move(box["x"] + at["x"] + 1, box["y"] + at["y"])
    expect(line).to_contain_text("test image 7:")
    page.mouse.down()
    page.mouse.move(box["x"] + at["x"] + 31, box["y"] + at["y"] + 20, steps=4)
    page.mouse.up()
    assert "/Data" in page.url  # a drag is no click
    page.mouse.move(box["x"] + at["x"] + 30, box["y"] + at["y"] + 21)
    expect(line).to_contain_text("test image 7:")
    entries = page.evaluate("history.length")
    page.get_by_role("group", name="Classes").get_by_role("button", name=image).click()
    page.wait_for_url(f"**data_at=*_{image}*")
    assert page.evaluate("history.length") == entries
    page.reload()  # a link shows the same part of the map, and the same class
    settled(page)
    alone = page.get_by_role("button", name=image, pressed=True)
    expect(reset).to_be_enabled()
    expect(alone).to_be_visible()
    canvas.hover(position={"x": at["x"] + 30, "y": at["y"] + 22})
    expect(line).to_contain_text("test image 7:")
    part = page.evaluate("new URLSearchParams(location.search).get('data_at')")
    choose(page, "Outputs of a layer")
    expect(reset).to_be_disabled()  # another map, shown whole
    expect(alone).to_be_visible()
    page.wait_for_url(f"**data_at=1_0.5_0.5_{image}*")
    page.go_back()
    page.wait_for_url(f"**data_at={part}*")
    expect(page.get_by_text("by the pixels")).to_be_visible()
    expect(reset).to_be_enabled()  # and back to the part that was in view
    canvas.hover(position={"x": at["x"] + 30, "y": at["y"] + 22})
    expect(line).to_contain_text("test image 7:")
    page.go_forward()
    expect(page.get_by_text("by the outputs of layer")).to_be_visible()
    expect(reset).to_be_disabled()
    page.go_back()
    expect(page.get_by_text("by the pixels")).to_be_visible()
    alone.click()
    canvas.focus()
    page.keyboard.press("0")
    page.wait_for_function("!location.search.includes('data_at')")
    page.keyboard.press("+")
    page.keyboard.press("0")
    expect(reset).to_be_disabled()
    page.keyboard.press("+")
    page.get_by_role("button", name="Farther").click()
    expect(reset).to_be_disabled()
    assert canvas.get_attribute("aria-label") == label
    page.mouse.wheel(0, 300)
    canvas.click(position=place_of(page, 7))
    page.wait_for_url("**/Activations?*look_image=7*")


def test_a_press_that_is_released_elsewhere_drags_nothing(
    chromium_page: Page, address: str, run: RunFolder
) -> None:
    page = chromium_page
    page.goto(f"{address}/Data?run={run.id}&data_view=map")
    settled(page)
    canvas = page.locator(".map .points")
    canvas.scroll_into_view_if_needed()
    at, box = place_of(page, 7), canvas.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] - 12, middle)
    page.mouse.up()
    page.mouse.move(box["x"] + at["x"], box["y"] + at["y"], steps=5)
    expect(page.locator(".map .line")).to_contain_text("test image 7:")


def test_back_brings_the_part_that_was_in_view_at_another_step(
    chromium_page: Page, address: str, run: RunFolder
) -> None:
    page = chromium_page
    page.goto(f"{address}/Data?run={run.id}&data_view=map")
    settled(page)
    nearer, part = (
        page.get_by_role("button", name="Nearer"),
        "location.search.match(/data_at=(\\d)/)?.[1]",
    )
    nearer.click()
    page.wait_for_function(f"{part} === '1'")
    page.get_by_role("button", name="One checkpoint back").click()
    page.wait_for_function("location.search.includes('look_step')")
    settled(page)
    nearer.click()
    page.wait_for_function(f"{part} === '2'")
    page.go_back()
    page.wait_for_function(f"{part} === '1'")
    settled(page)
    nearer.click()  # from the first part to the second, not to a third
    page.wait_for_function(f"{part} === '2'")
