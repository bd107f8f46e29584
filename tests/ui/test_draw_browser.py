"""Drawing in a real browser: mouse, keys and finger, back and forth, and what the network says."""

import os
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from cnnviz.data import load, split
from cnnviz.data.fitting import fit
from cnnviz.data.manner import manner_of
from cnnviz.nn.losses import softmax
from cnnviz.nn.model import Sequential
from cnnviz.runs import RunFolder
from cnnviz.ui.draw.prediction import exactly
from cnnviz.ui.inside.drawing import decode_drawing, encode_drawing
from tests.browser import settled, start_server
from tests.runs.run_tools import DATA, STEPS, whole_run

pytestmark = pytest.mark.browser

PATIENCE = 30_000  # for a machine with much else to do
STROKE = [(0.3, 0.2), (0.7, 0.2), (0.6, 0.5), (0.45, 0.85)]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return whole_run(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def address(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    environment = os.environ | {"CNNVIZ_RUNS_DIR": str(run.path.parent)}
    server = start_server("dashboard.py", tmp_path_factory.mktemp("server") / "log", environment)
    yield server.url
    server.stop()


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


def opened(page: Page, url: str) -> Locator:
    """Open the page; return the pad."""
    page.goto(url)
    settled(page)
    pad = page.get_by_role("application", name="Drawing pad")
    expect(pad).to_be_visible()
    return pad


def stroke(page: Page, pad: Locator, points: list[tuple[float, float]]) -> None:
    box = pad.bounding_box()
    assert box is not None
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for place in at[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def word(page: Page) -> str | None:
    return parse_qs(urlsplit(page.url).query).get("look_drawing", [None])[0]


def wait_for_word(page: Page, kind: str) -> str:
    page.wait_for_url(re.compile(rf"look_drawing={kind}"))
    return str(word(page))


def wait_for_none(page: Page) -> None:
    page.wait_for_function("!location.search.includes('look_drawing')")


def test_what_is_drawn_is_what_the_network_answers_to(
    chromium_page: Page, address: str, run: RunFolder
) -> None:
    page = chromium_page
    pad = opened(page, f"{address}/Draw?run={run.id}&look_step=7")
    stroke(page, pad, STROKE)
    gray = decode_drawing(wait_for_word(page, "d"))
    ink = gray > 128
    assert ink[11, 17:39].all() and ink[28, 33] and ink[47, 25] and not ink[30:, :20].any()
    data = load("digits")
    own = manner_of(split(data, DATA).test.images, data.title)
    x = fit(gray, own).pixels[None, None].astype(np.float32) / np.float32(255)
    model = Sequential.from_specs(run.settings().layers)
    for step, key in ((7, None), (0, "Home"), (STEPS, "End")):
        if key:
            page.get_by_label("Checkpoint of the run").focus()
            page.keyboard.press(key)
        probs = softmax(model.predict(run.params(step), x))[0]
        told = f"Taken for {probs.argmax()} with {exactly(float(probs.max()))}, then"
        expect(page.get_by_text(told)).to_be_visible()
        shown = [exactly(float(share)) for share in probs]
        expect(page.locator(".cnnviz-live .bartext")).to_have_text(shown)


def test_undo_redo_and_clear(chromium_page: Page, address: str) -> None:
    page = chromium_page
    pad = opened(page, f"{address}/Draw")
    undo, redo, clear = (
        page.get_by_role("button", name=name, exact=True) for name in ("Undo", "Redo", "Clear")
    )
    expect(undo).to_be_disabled()
    stroke(page, pad, STROKE)
    first = wait_for_word(page, "d")
    stroke(page, pad, [(0.2, 0.7), (0.8, 0.7)])
    page.wait_for_function("(was) => !location.search.includes(was)", arg=first)
    undo.click()
    page.wait_for_function("(was) => location.search.includes(was)", arg=first)
    undo.click()
    wait_for_none(page)
    expect(undo).to_be_disabled()
    redo.click()
    page.wait_for_function("(was) => location.search.includes(was)", arg=first)
    clear.click()
    wait_for_none(page)
    pad.focus()
    page.keyboard.press("Control+z")
    page.wait_for_function("(was) => location.search.includes(was)", arg=first)
    page.reload()
    opened(page, page.url)
    assert word(page) == first


def test_keys_draw_too(chromium_page: Page, address: str) -> None:
    page = chromium_page
    pad = opened(page, f"{address}/Draw?look_brush=4")
    pad.focus()
    for key in ("ArrowLeft", "ArrowLeft", " ", *["ArrowDown"] * 8, " ", "ArrowRight"):
        page.keyboard.press(key)
    ink = decode_drawing(wait_for_word(page, "d")) > 128
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    assert (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1) == (26, 46, 22, 26)


def test_a_finger_draws_and_the_page_stays_where_it_is(chromium: Browser, address: str) -> None:
    context = chromium.new_context(
        viewport={"width": 900, "height": 700}, has_touch=True, device_scale_factor=3
    )
    page = context.new_page()
    pad = opened(page, f"{address}/Draw?look_brush=8")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    assert pad.evaluate("(el) => getComputedStyle(el).touchAction") == "none"
    page.touchscreen.tap(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    ink = decode_drawing(wait_for_word(page, "d")) > 128
    assert ink[26:30, 12:16].all() and ink.sum() < 80
    context.close()


def test_a_sample_is_loaded_drawn_upon_and_taken_back(
    chromium_page: Page, address: str, run: RunFolder
) -> None:
    page = chromium_page
    pad = opened(page, f"{address}/Draw?run={run.id}&look_image=11")
    sample = encode_drawing(split(load("digits"), DATA).test.images[11])
    stroke(page, pad, STROKE)
    own = wait_for_word(page, "d")
    page.get_by_role("button", name="Start from a test image").first.click()
    box = page.get_by_test_id("stPopoverBody")
    expect(box.get_by_role("button", name="Take back")).to_be_visible()
    assert box.evaluate("(box) => box.scrollHeight <= box.clientHeight + 2")  # all of it
    page.get_by_role("button", name="Put it on the pad").click()
    page.wait_for_function("(was) => location.search.includes(was)", arg=sample)
    page.get_by_role("button", name="Take back").click()
    page.wait_for_function("(was) => location.search.includes(was)", arg=own)
    page.keyboard.press("Escape")
    redo = page.get_by_role("button", name="Redo", exact=True)
    redo.click()
    page.wait_for_function("(was) => location.search.includes(was)", arg=sample)
    expect(page.get_by_text("An image, loaded and left alone. Fed as it is.")).to_be_visible()
    stroke(page, pad, [(0.2, 0.5), (0.8, 0.5)])
    wait_for_word(page, "d")
    expect(redo).to_be_disabled()
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("img", name="How sure the network was")).to_be_visible()
    page.get_by_role("button", name="Through the layers").click()
    page.wait_for_url("**/Activations**look_from=drawing**")
    settled(page)
    expect(page.get_by_role("application", name="Drawing pad")).to_be_visible()


def test_a_picture_is_uploaded_and_a_wrong_one_refused(
    chromium_page: Page, address: str, run: RunFolder
) -> None:
    page = chromium_page
    page.goto(f"{address}/Activations?run={run.id}&look_from=upload")
    settled(page)
    expect(page.get_by_text("No picture is uploaded yet")).to_be_visible()
    chooser = page.locator("input[type=file]").first
    chooser.set_input_files({"name": "mine.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.get_by_text("mine.png is no picture that can be read here")).to_be_visible()
    picture = np.full((90, 60), 250, np.uint8)
    picture[20:70, 25:35] = 20
    file = BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    chooser.set_input_files(
        {"name": "good.png", "mimeType": "image/png", "buffer": file.getvalue()}
    )
    told = page.get_by_text("Your picture good.png, 90 rows × 60 columns.")
    expect(told).to_contain_text("light and dark exchanged, as its border is bright")
    expect(told).to_contain_text("its ink scaled by 0.4 to 20 rows × 4 columns")
    page.wait_for_url("**look_upload=s**")
    for name in ("second.png", "third.png"):
        chooser.set_input_files({"name": name, "mimeType": "image/png", "buffer": file.getvalue()})
        told = page.get_by_text(f"Your picture {name}")
        expect(told).to_contain_text("light and dark exchanged")  # still fitted
        expect(page.get_by_role("switch").first).to_be_checked()
    settled(page)  # with the address, which is written last
    page.wait_for_url("**look_upload=s**")
    page.reload()  # the file is gone with the session, what the network got is not
    settled(page)
    expect(page.get_by_text("A picture that was uploaded, as it was fitted then")).to_be_visible()
    assert not list(Path(run.path).rglob("*.png"))
