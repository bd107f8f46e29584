"""The Activations page in a real browser: cells and bars are clicked, the timeline moved."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, TimeoutError, expect

from cnnviz.data import DataChoice
from cnnviz.nn.model import Sequential
from cnnviz.runs import RunFolder, RunSettings
from cnnviz.training import TrainConfig
from cnnviz.ui.activations.words import brief
from cnnviz.ui.pictures import pictures
from tests.browser import console_errors, settled, start_server
from tests.runs.run_tools import whole_run

pytestmark = pytest.mark.browser
DATA = DataChoice("digits", train_images=100, validation_images=20, test_images=30)
LAYERS = (
    {"type": "Conv2d", "out_channels": 4, "kernel_size": 5, "stride": 2},
    {"type": "ReLU"},
    {"type": "MaxPool2d", "kernel_size": 2},
    {"type": "Flatten"},
    {"type": "Linear", "out_features": 10},
)
HOW = ".st-key-act_how"
PATIENT = 20_000
AXIS = 52  # pixels beside the bars


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, RunFolder]]:
    folder = tmp_path_factory.mktemp("server")
    told = TrainConfig(epochs=1, batch_size=10, lr=0.1)
    run = whole_run(folder / "runs", RunSettings(DATA, "mine", LAYERS, told))
    env = {"CNNVIZ_RUNS_DIR": str(folder / "runs"), "CNNVIZ_CACHE_DIR": str(folder / "cache")}
    server = start_server("dashboard.py", Path(folder) / "log", env)
    yield server.url, run
    server.stop()


def outputs(run: RunFolder, step: int, image: int) -> list[np.ndarray]:
    x, _ = pictures(DATA).test.batch(slice(image, image + 1))
    model = Sequential.from_specs(LAYERS)
    return [one.output[0] for one in model.trace(run.params(step), x)]


def in_the_address(page: Page, key: str, value: str | None) -> None:
    wanted = "null" if value is None else f"'{value}'"
    page.wait_for_function(f"new URLSearchParams(location.search).get('{key}') === {wanted}")


def title(layer: str, unit: str, value: float) -> str:
    return f"Layer {layer}, {unit}: {brief(value)}"


def choose(page: Page, box: str, option: str) -> None:
    """Choose from a list; again where the page is drawn anew in that moment, which closes it."""
    found = page.get_by_role("option", name=option)
    for _ in range(6):
        page.get_by_role("combobox", name=box).click()
        with contextlib.suppress(TimeoutError):
            return found.click(timeout=5_000)
        page.keyboard.press("Escape")
    found.click()


def test_from_a_cell_to_its_products_and_back(
    chromium_page: Page, served: tuple[str, RunFolder]
) -> None:
    page, (address, run) = chromium_page, served
    errors = console_errors(page)
    last = run.checkpoint_steps()[-1]
    page.goto(f"{address}/Activations?run={run.id}&look_image=3")
    maps = page.locator("canvas[role=button][aria-label^='map ']")
    maps.first.wait_for()
    settled(page)
    expect(maps).to_have_count(12)  # of the convolution, ReLU and pooling
    after = outputs(run, last, 3)
    side = maps.nth(2).bounding_box()["width"] / 12
    maps.nth(2).click(position={"x": 5.5 * side, "y": 3.5 * side})
    how = page.locator(HOW)
    conv = title("1", "Conv2d, channel 2, row 3, column 5", after[0][2, 3, 5])
    expect(how).to_contain_text(conv, timeout=PATIENT)
    in_the_address(page, "look_cell", "3,5")
    whole, mark = (one.bounding_box() for one in (maps.nth(2), page.locator(".chosen .pick")))
    assert mark["x"] - whole["x"] == pytest.approx(5 * side, abs=0.5)
    assert mark["y"] - whole["y"] == pytest.approx(3 * side, abs=0.5)
    expect(page.locator(".st-key-_act_above .cnnviz-row")).to_have_count(4)  # none without parts
    expect(how.locator(".linked .total .number").last).to_contain_text("=")
    whole = how.locator(".linked .total .whole .number")
    printed = float(whole.inner_text().replace("=", "").replace("−", "-"))
    assert printed == pytest.approx(float(after[0][2, 3, 5]), abs=6e-4)
    maps.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    in_the_address(page, "look_unit", "0")
    bars = page.locator("canvas[role=button][aria-label^='Layer 5']")
    bars.scroll_into_view_if_needed()
    wide = bars.bounding_box()["width"] - AXIS
    bars.click(position={"x": AXIS + 0.75 * wide, "y": 60})
    expect(how).to_contain_text(title("5", "Linear, unit 7", after[4][7]), timeout=PATIENT)
    in_the_address(page, "look_layer", "5")
    page.reload()
    expect(how).to_contain_text(title("5", "Linear, unit 7", after[4][7]), timeout=PATIENT)
    page.goto(
        f"{address}/Activations?run={run.id}&look_image=3&look_step=0&look_layer=5&look_unit=7"
    )
    expect(how).to_contain_text(
        title("5", "Linear, unit 7", outputs(run, 0, 3)[4][7]), timeout=PATIENT
    )
    settled(page)
    how.get_by_role("button", name="Close").click()
    expect(how).to_have_count(0, timeout=PATIENT)
    in_the_address(page, "look_layer", None)
    settled(page)
    choose(page, "Take apart", "Layer 5")
    expect(how).to_be_in_viewport(timeout=PATIENT)
    settled(page)
    page.goto(f"{address}/Activations?run={run.id}&look_image=3&act_two=1&act_image=5")
    of_second = page.locator("canvas[role=button][aria-label^='map ']").nth(4 + 2)
    of_second.wait_for()
    settled(page)
    side = of_second.bounding_box()["width"] / 12
    of_second.click(position={"x": 5.5 * side, "y": 3.5 * side})
    value = outputs(run, last, 5)[0][2, 3, 5]
    expect(how).to_contain_text(title("1", "Conv2d, channel 2, row 3, column 5", value))
    in_the_address(page, "act_about", "2")
    assert not [one for one in errors if "404" not in one]
