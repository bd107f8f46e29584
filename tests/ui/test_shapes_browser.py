"""The Shapes page in a real browser: pointing, keys, bounds that move, the way to Train."""

from collections.abc import Iterator
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import ROOT, AppServer, settled, start_server
from tests.colors import luminance

pytestmark = pytest.mark.browser

PATIENCE = 60_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    folder = tmp_path_factory.mktemp("shapes")
    names = ("CNNVIZ_CACHE_DIR", "CNNVIZ_RUNS_DIR")
    env = {name: str(folder / name) for name in names} | {"CNNVIZ_DATA_DIR": ""}
    server = start_server(ROOT / "dashboard.py", folder / "log", env)
    yield server
    server.stop()


@pytest.fixture
def errors(chromium_page: Page) -> list[str]:
    """What goes wrong in scripts from now on."""
    found: list[str] = []
    chromium_page.on("pageerror", lambda error: found.append(str(error)))
    return found


def opened(page: Page, server: AppServer, params: str) -> Page:
    page.set_default_timeout(PATIENCE)
    page.goto(f"{server.url}/Shapes?{params}")
    settled(page)
    return page


def point(canvas: Locator, row: int, column: int, cells: int) -> None:
    """Put the pointer on a cell of a square grid, counted with its padding."""
    box = canvas.bounding_box()
    assert box is not None
    size = box["width"] / cells
    canvas.hover(position={"x": (column + 0.5) * size, "y": (row + 0.5) * size})


def test_pointing_links_windows_and_cells(
    chromium_page: Page, server: AppServer, errors: list[str]
) -> None:
    page = opened(
        chromium_page, server, "shape_size_height=7&shape_stride_height=2&shape_padding=same"
    )
    image, output = (page.get_by_role("img", name=name) for name in ("Input ·", "Output ·"))
    line = page.locator(".windows .value")
    expect(line).to_have_text(
        "Output row 0, column 0 sees rows −1, 0, 1 and columns −1, 0, 1. "
        "5 of these 9 cells: padding."
    )
    point(output, 1, 2, 4)
    expect(line).to_have_text("Output row 1, column 2 sees rows 1, 2, 3 and columns 3, 4, 5.")
    point(image, 2, 2, 9)  # behind a row and a column of padding
    expect(line).to_have_text("Row 1, column 1 (input): 4 cells of the output meet it.")
    point(image, 0, 0, 9)
    expect(line).to_have_text("Row −1, column −1 (padding): 1 cell of the output meets it.")
    image.click(position={"x": 3, "y": 3})
    point(output, 3, 3, 4)
    expect(line).to_contain_text("Row −1, column −1 (padding)")
    expect(line).to_contain_text("Pinned: Escape lets go.")
    page.keyboard.press("Escape")
    point(output, 3, 3, 4)
    expect(line).to_contain_text("Output row 3, column 3 sees rows 5, 6, 7")
    page.mouse.move(0, 0)
    output.focus()
    for key in ("ArrowLeft", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    expect(line).to_contain_text("Output row 1, column 2 sees rows 1, 2, 3")
    page.keyboard.press("Space")
    expect(line).to_contain_text("Pinned: Escape lets go.")
    page.wait_for_url("**shape_at=output.1.2**")
    expect(output).to_be_focused()
    page.reload()
    settled(page)
    expect(line).to_have_text(
        "Output row 1, column 2 sees rows 1, 2, 3 and columns 3, 4, 5. Pinned: Escape lets go."
    )
    assert errors == []


def test_what_the_floor_drops_is_marked(chromium_page: Page, server: AppServer) -> None:
    page = opened(chromium_page, server, "shape_size_height=8&shape_stride_height=2")
    expect(page.get_by_text("1 column at the right is never seen.")).to_be_visible()
    expect(page.locator(".windows .legend")).to_have_text("seen by no window")
    image = page.get_by_role("img", name="Input ·")
    point(image, 0, 7, 8)
    expect(page.locator(".windows .value")).to_have_text(
        "Row 0, column 7 (input): seen by no window."
    )


def test_bounds_move_with_the_sliders_and_the_link_reproduces_it(
    chromium_page: Page, server: AppServer
) -> None:
    page = opened(chromium_page, server, "shape_size_height=6&shape_kernel_height=5")
    kernel, size = (
        page.locator(f".st-key-_shape_{name}_height input") for name in ("kernel", "size")
    )
    kernel.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(150)
    expect(kernel).to_have_value("6")
    expect(size).to_have_attribute("min", "6")
    expect(page.get_by_text("6 × 6 → 1 × 1")).to_be_visible()
    page.reload()
    settled(page)
    expect(kernel).to_have_value("6")
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_text("See a network learn")).to_be_visible()
    page.get_by_role("link", name="Shapes").first.click()
    expect(page.get_by_text("6 × 6 → 1 × 1")).to_be_visible()
    expect(kernel).to_have_value("6")
    page.wait_for_url("**/Shapes?*shape_kernel_height=6*")


def test_a_number_that_is_typed_outlives_the_folding_up_of_its_card(
    chromium_page: Page, server: AppServer
) -> None:
    page = opened(chromium_page, server, "")
    fold = page.locator("summary").filter(has_text="Predict, then check")
    answer = page.get_by_test_id("stExpander").get_by_role("spinbutton").first
    fold.click()
    answer.fill("55")
    for _ in range(2):
        fold.click()
        settled(page)
        page.wait_for_timeout(500)
    expect(answer).to_have_value("55")


def test_the_table_is_pointed_at_walked_through_and_leads_to_the_layer(
    chromium_page: Page, server: AppServer, errors: list[str]
) -> None:
    page = opened(chromium_page, server, "shape_view=table&shape_size_height=9&shape_padding=same")
    cells, line = page.locator(".sizes td button"), page.locator(".sizes .sentence")
    expect(cells).to_have_count(4 * 11 * 6)
    assert cells.all_inner_texts()[:7] == ["9", "5", "3", "3", "2", "2", "8"]
    cells.nth(2 * 66 + 6).hover()  # the second row of the third table
    expect(line).to_have_text("kernel 2, stride 1, padding 1: 10 × 10")
    page.mouse.move(0, 0)
    expect(line).to_contain_text("Point at a cell")
    cells.nth(5).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(line).to_have_text("kernel 2, stride 1, padding same: 9 × 9")
    page.keyboard.press("End")
    expect(line).to_have_text("kernel 2, stride 6, padding 2: 2 × 2")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**shape_padding=number**")
    settled(page)
    link = parse_qs(urlsplit(page.url).query)
    numbers = {name: link[f"shape_{name}_height"] for name in ("size", "kernel", "stride")}
    assert numbers == {"size": ["9"], "kernel": ["3"], "stride": ["6"]}
    assert link["shape_padding_height"] == ["2"]
    expect(page.get_by_role("img", name="Output ·")).to_be_visible()
    page.go_back()
    cells.nth(10 * 6).click()  # kernel 11 does not fit into 9
    expect(page.get_by_role("alert")).to_contain_text("11")
    assert not errors


@pytest.mark.parametrize("width", [420, 700, 1024, 1440])
@pytest.mark.parametrize("size", [512, 150])
def test_every_number_of_the_table_fits_its_cell(
    chromium_page: Page, server: AppServer, width: int, size: int
) -> None:
    chromium_page.set_viewport_size({"width": width, "height": 900})
    query = f"shape_view=table&shape_kind=ConvTranspose2d&shape_size_height={size}"
    page = opened(chromium_page, server, query)
    cells = page.locator(".sizes td button")
    expect(cells.first).to_have_text(str(size))
    cut = "(found) => found.filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.innerText)"
    assert cells.evaluate_all(cut) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_number_of_the_table_can_be_read(
    chromium_page: Page, server: AppServer, scheme: Literal["light", "dark"]
) -> None:
    chromium_page.emulate_media(color_scheme=scheme)
    page = opened(chromium_page, server, "shape_view=table&shape_size_height=9")
    page.locator(".sizes td button").first.wait_for()
    pairs = page.evaluate(
        """() => [...document.querySelectorAll('*')].flatMap((e) => e.shadowRoot || [])
        .flatMap((root) => [...root.querySelectorAll('.sizes td button')])
        .map((e) => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor])"""
    )
    assert len(pairs) == 4 * 11 * 6
    assert len({ground for _, ground in pairs}) > 5
    for pair in pairs:
        dim, bright = sorted(map(luminance, pair))
        assert (bright + 0.05) / (dim + 0.05) > 4.5


def test_a_unit_shows_its_cone_and_the_network_is_trained(
    chromium_page: Page, server: AppServer, errors: list[str]
) -> None:
    page = opened(chromium_page, server, "shape_view=chain&shape_network=im2col-lenet")
    picture = page.get_by_role("img", name="The network from the input of 1 × 28 × 28")
    line = page.locator(".network .value")
    page.locator(".network .hit").nth(0).click()
    expect(line).to_contain_text("Pinned: Escape lets go.")
    page.wait_for_url("**shape_unit=0%2C*")
    page.reload()
    settled(page)
    expect(line).to_contain_text("of layer 1, Conv2d")
    page.mouse.move(0, 0)
    picture.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    expect(line).to_have_text(
        "Row 0, column 0 of layer 4, Conv2d, sees rows 0 to 13 and columns 0 to 13 of the image: "
        "14 × 14 = 196 pixels. Receptive field 14 × 14."
    )
    page.locator(".network .hit").nth(7).hover()
    expect(line).to_contain_text("Each number of layer 8, Linear, sees rows 0 to 27")
    page.get_by_role("button", name="Train this network").click()
    expect(page.get_by_role("heading", name="Train")).to_be_visible()
    expect(page.get_by_role("combobox", name="Network")).to_have_value("im2col-lenet")
    assert errors == []
