"""The timeline in a real browser: dragged, played, followed, kept in the address."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.nn.losses import softmax
from cnnviz.nn.model import Sequential
from cnnviz.runs import RunFolder, list_runs
from cnnviz.ui.pictures import pictures
from cnnviz.ui.words import percent
from tests.browser import console_errors, hide, settled, start_server
from tests.runs.run_tools import STEPS, wait_for, whole_run

pytestmark = pytest.mark.browser
THUMB = 16  # pixels


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
    at_step(page, 0)
    page.keyboard.press("ArrowRight")
    at_step(page, 1)
    page.keyboard.press("End")
    at_step(page, None)
    assert f"step {STEPS} of {STEPS}" in words(page)


def at_step(page: Page, step: int | None) -> None:
    """Wait until the address names this step, or none."""
    page.wait_for_function(
        "step => new URLSearchParams(location.search).get('look_step') === step",
        arg=None if step is None else str(step),
    )


def entries(page: Page) -> int:
    """Return how many addresses Back and Forward know."""
    found: int = page.evaluate("history.length")
    return found


def drag(page: Page, run: RunFolder, first: float, last: float) -> int:
    """Drag the cursor over these shares of the timeline; return the step where it ends."""
    box = page.get_by_label("Checkpoint of the run").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + first * box["width"], y)
    page.mouse.down()
    for place in np.linspace(first, last, 40):
        page.mouse.move(box["x"] + place * box["width"], y)
    page.mouse.up()
    steps = run.checkpoint_steps()
    thumb = THUMB / box["width"]
    return steps[round((last - thumb / 2) / (1 - thumb) * (len(steps) - 1))]


def test_dragging_moves_cursor_filters_and_prediction_to_one_checkpoint(
    chromium_page: Page, address: str, run: RunFolder
) -> None:
    page = chromium_page
    page.goto(f"{address}/Filters?run={run.id}&look_image=4")
    settled(page)
    before = entries(page)
    step = drag(page, run, 0.1, 0.42)
    at_step(page, step)
    assert entries(page) == before + 1
    expect(page.locator(".timeline .sentence")).to_contain_text(f"step {step} of {STEPS}")
    assert f"loss of this batch {run.history()['loss'][step - 1]:#.4g}" in words(page)
    params = run.params(step)
    tile = page.get_by_role("list", name=f"After step {step}").locator("canvas").nth(1)
    tile.hover(position={"x": 2, "y": 2})
    read = page.locator(".tiles .value").first
    expect(read).to_contain_text("Filter 1 · row 0, column 0: ")
    told = read.inner_text().rpartition(": ")[2].replace("−", "-")
    assert np.float32(told) == params[0]["weight"][1, 0, 0, 0]
    page.get_by_role("link", name="Activations").click()
    expect(page.get_by_text("The network takes it for").first).to_be_visible()
    shown = pictures(run.settings().data)
    model = Sequential.from_specs(run.settings().layers)
    probs = softmax(model.predict(params, shown.test.batch(slice(4, 5))[0]))[0]
    verdict = f"takes it for {shown.class_names[probs.argmax()]} with {percent(probs.max())}"
    expect(page.get_by_text("The network takes it for").first).to_contain_text(verdict)


def test_playing_goes_on_to_the_end(chromium_page: Page, address: str, run: RunFolder) -> None:
    page = chromium_page
    page.goto(f"{address}/Filters?run={run.id}&look_step={STEPS // 2}")
    settled(page)
    before = entries(page)
    page.get_by_label("Speed of the player").select_option("8×")
    page.get_by_role("button", name="Play the training").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    at_step(page, None)
    expect(page.get_by_role("button", name="Play the training")).to_be_visible()
    assert entries(page) == before + 1
    page.go_back()
    expect(page.locator(".timeline .sentence")).to_contain_text(f"step {STEPS // 2} of {STEPS}")
    page.go_forward()
    expect(page.locator(".timeline .sentence")).to_contain_text(f"step {STEPS} of {STEPS}")
    page.get_by_role("button", name="One checkpoint back").click()
    at_step(page, STEPS - 1)
    page.get_by_role("link", name="Mistakes").click()
    expect(page.locator(".timeline .sentence")).to_contain_text(f"step {STEPS - 1} of {STEPS}")


@pytest.fixture
def training(tmp_path: Path) -> Iterator[RunFolder]:
    """A run that goes on, in a folder of its own."""
    options = ["--dataset", "digits", "--network", "tiny", "--epochs", "9000"]
    command = [sys.executable, "-m", "cnnviz", *options, "--runs-dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: any(len(run.checkpoint_steps()) > 3 for run in list_runs(tmp_path)))
        yield list_runs(tmp_path)[0]
    finally:
        process.terminate()
        process.wait()


def test_a_training_is_followed_where_it_is_seen(
    chromium_page: Page, app_server: Callable[..., str], training: RunFolder
) -> None:
    page = chromium_page
    errors = console_errors(page)
    server = app_server("dashboard.py", {"CNNVIZ_RUNS_DIR": str(training.path.parent)})
    page.goto(f"{server}/Filters?run={training.id}")
    settled(page)
    sentence = page.locator(".timeline .sentence")
    expect(sentence).not_to_have_text(words(page))
    hide(page)
    page.wait_for_timeout(4_000)
    unseen = words(page)
    page.wait_for_timeout(5_000)
    assert words(page) == unseen
    hide(page, hidden=False)
    expect(sentence).not_to_have_text(unseen)
    settled(page)
    assert not [error for error in errors if "404" not in error]
