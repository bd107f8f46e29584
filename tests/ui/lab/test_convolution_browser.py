"""The Convolution page in a real browser: pin a cell, type over numbers, reload, come back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import console_errors, settled, start_server

pytestmark = pytest.mark.browser
PICTURE = ".st-key-_conv_picture .linked"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    env = {"CNNVIZ_RUNS_DIR": str(folder / "runs"), "CNNVIZ_CACHE_DIR": str(folder / "cache")}
    server = start_server("dashboard.py", folder / "log", env)
    yield server.url
    server.stop()


def in_the_address(page: Page, key: str, start: str) -> None:
    value = f"(new URLSearchParams(location.search).get('{key}') || '')"
    page.wait_for_function(f"{value}.startsWith('{start}')")


def parts_of_the_sum(page: Page) -> list[str]:
    return page.locator(f"{PICTURE} .total .number").all_inner_texts()


def test_from_the_worked_example_to_numbers_of_ones_own(chromium_page: Page, address: str) -> None:
    page = chromium_page
    page.goto(address)
    settled(page)
    page.get_by_role("link", name="Convolution").first.click()
    page.wait_for_selector(f"{PICTURE} .chip")
    errors = console_errors(page)
    assert parts_of_the_sum(page) == ["+4", "= 4"]
    output = page.locator(f"{PICTURE} figure.output canvas.base")
    code = page.get_by_test_id("stCode")
    for stride in ("1", "3", "1"):  # the cell that was pinned is gone, and can be pinned again
        page.get_by_role("textbox", name="Stride").fill(stride)
        page.get_by_role("textbox", name="Stride").press("Enter")
        expect(page.locator(f"{PICTURE} figure.output .span")).to_have_text(
            "1×1" if stride == "3" else "3×3"
        )
        if stride == "1":
            output.click(position={"x": 70, "y": 20})
            expect(code).to_contain_text("z = (x[:, 0:3, 1:4] * weight[0]).sum()")
            page.keyboard.press("Escape")
    output.click(position={"x": 70, "y": 20})
    in_the_address(page, "conv_cell", "0,1")
    kernel = page.locator(f"{PICTURE} figure.kernel canvas.base")
    kernel.dblclick(position={"x": 20, "y": 20})
    page.keyboard.type("-2.5")
    page.keyboard.press("Enter")
    expect(page.locator(f"{PICTURE} .total .number").last).to_have_text("= −0.5")
    expect(page.get_by_text("Own weights")).to_be_visible()
    expect(code).to_contain_text("# z = -0.5")
    kernel.dblclick(position={"x": 70, "y": 20})
    page.keyboard.type("3")
    page.locator(".st-key-conv_bias [data-testid=stNumberInputStepUp]").click()
    in_the_address(page, "conv_weights", "-2.5,3,1;")  # neither undoes the other
    expect(page.get_by_role("spinbutton", name="Bias")).not_to_have_value("0")
    page.get_by_role("spinbutton", name="Bias").fill("0")
    page.keyboard.press("Enter")
    in_the_address(page, "conv_bias", "0")
    page.locator(f"{PICTURE} figure.input canvas.base").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    for number in ("9", "0.5"):  # the second one in the next cell, before the page has answered
        page.keyboard.type(number)
        page.keyboard.press("Enter")
    # the products of the output that the next input cell feeds
    expect(page.locator(f"{PICTURE} .chip .factors").first).to_have_text("0.5 × −2.5")
    in_the_address(page, "conv_grid", "1,9,0.5,0,0;")
    output.click(position={"x": 20, "y": 70})
    in_the_address(page, "conv_cell", "1,0")
    settled(page)
    before = parts_of_the_sum(page)
    page.reload()
    settled(page)
    expect(page.locator(f"{PICTURE} .total .number").last).to_have_text(before[-1])
    page.get_by_role("link", name="Home").click()
    page.get_by_role("link", name="Convolution").first.click()
    expect(page.locator(f"{PICTURE} .total .number").last).to_have_text(before[-1])
    assert parts_of_the_sum(page) == before
    assert [one for one in errors if "404" not in one] == []  # a reload looks for its server


def test_what_is_no_number_is_said_and_a_wrong_size_too(chromium_page: Page, address: str) -> None:
    page = chromium_page
    page.goto(f"{address}/Convolution")
    settled(page)
    kernel = page.locator(f"{PICTURE} figure.kernel canvas.base")
    kernel.dblclick(position={"x": 20, "y": 20})
    page.keyboard.type("one")
    page.keyboard.press("Enter")
    told = "A cell holds a number, not “one”: it stays as it was."
    expect(page.get_by_text(told)).to_be_visible()
    assert parts_of_the_sum(page) == ["+4", "= 4"]
    dilation = page.get_by_role("textbox", name="Dilation")
    dilation.fill("3")
    dilation.press("Enter")
    expect(page.get_by_text("5 is smaller than the window of (3 − 1) × 3 + 1 = 7")).to_be_visible()
    dilation.fill("2")
    dilation.press("Enter")
    expect(page.locator(f"{PICTURE} .sentence")).to_contain_text("add up to")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
