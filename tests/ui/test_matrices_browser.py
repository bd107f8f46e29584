"""The im2col and Backward pages in a real browser: point, walk, and read sums that add up."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import console_errors, settled, start_server
from tests.colors import luminance

pytestmark = pytest.mark.browser

TERM = re.compile(r"(−?[\d.]+) × (−?[\d.]+)\n(−?[\d.]+)")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    server = start_server("dashboard.py", folder / "log", {"CNNVIZ_RUNS_DIR": str(folder / "runs")})
    yield server.url
    server.stop()


def opened(page: Page, address: str) -> Locator:
    """Open a page; return its first picture of linked panels."""
    page.goto(address)
    settled(page)
    first = page.locator(".matrices").first
    first.locator("canvas").first.wait_for()
    return first


def panel(picture: Locator, title: str) -> Locator:
    return picture.get_by_role("img", name=re.compile(re.escape(title)))


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def read_sum(picture: Locator) -> tuple[list[tuple[float, float, float]], float]:
    """Return the printed terms (factor, factor, product) and the printed total."""
    texts = picture.locator(".sum .term").all_inner_texts()
    found = [tuple(map(number, TERM.fullmatch(text.strip()).groups())) for text in texts]
    return found, number(picture.locator(".sum .total").inner_text())


def point(canvas: Locator, row: int, column: int, rows: int, columns: int) -> None:
    box = canvas.bounding_box()
    canvas.hover(
        position={
            "x": (column + 0.5) * box["width"] / columns,
            "y": (row + 0.5) * box["height"] / rows,
        }
    )


def test_an_output_cell_is_its_row_times_its_column(chromium_page: Page, address: str) -> None:
    page = chromium_page
    errors = console_errors(page)
    picture = opened(page, f"{address}/im2col?col_size=5&col_kernel=2,3&col_padding=1")
    product = panel(picture, "Kernels · columns")
    line = picture.locator(".value")
    for row, column in ((0, 0), (1, 7), (1, 29)):
        point(product, row, column, 2, 30)
        expect(line).to_contain_text(f"filter {row}, window ({column // 5}, {column % 5})")
        found, total = read_sum(picture)
        assert len(found) == 6
        assert all(a * b == made for a, b, made in found)
        assert sum(made for _, _, made in found) == total
        assert line.inner_text().endswith(f"{total:g}.".replace("-", "−"))
    point(panel(picture, "Image"), 0, 0, 7, 7)
    expect(line).to_have_text(
        "Image 1 × 5 × 5 · row −1, column −1 (padding): 0. It stands in the columns once."
    )
    point(panel(picture, "Image"), 3, 3, 7, 7)
    expect(line).to_have_text(
        "Image 1 × 5 × 5 · row 2, column 2: 13. It stands in the columns 6 times."
    )
    assert not [error for error in errors if "404" not in error]


def test_keys_walk_pin_and_release(chromium_page: Page, address: str) -> None:
    page = chromium_page
    picture = opened(page, f"{address}/im2col")
    line = picture.locator(".value")
    columns = panel(picture, "Columns K × P")
    columns.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(line).to_contain_text("cell (0, 1), window (0, 1): 3. The same cell")
    page.keyboard.press("Enter")
    expect(picture.locator(".pinned")).to_have_count(0)
    expect(page.locator(".matrices.pinned")).to_have_count(1)
    point(columns, 0, 0, 9, 16)
    expect(line).to_contain_text("cell (0, 1), window (0, 1): 3.")
    columns.focus()
    page.keyboard.press("Escape")
    expect(page.locator(".matrices.pinned")).to_have_count(0)
    point(columns, 0, 0, 9, 16)
    expect(line).to_contain_text("cell (0, 0), window (0, 0): 1.")
    panel(picture, "The output maps").focus()
    page.keyboard.press("End")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(line).to_contain_text("filter 1, row 0, column 0")
    found, total = read_sum(picture)
    assert sum(made for _, _, made in found) == total


def test_a_pinned_cell_stands_in_the_link(chromium_page: Page, address: str) -> None:
    page = chromium_page
    picture = opened(page, f"{address}/im2col")
    columns = panel(picture, "Columns K × P")
    columns.click(position={"x": 3, "y": 3})
    page.wait_for_url("**col_at=columns.0**")
    columns.focus()
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url("**col_at=columns.17**")
    expect(columns).to_be_focused()
    page.reload()
    settled(page)
    told = page.locator(".matrices .value").first
    expect(told).to_contain_text("cell (0, 1), window (0, 1): 3. The same cell")


def test_the_weights_gradient_is_a_sum_over_positions(chromium_page: Page, address: str) -> None:
    page = chromium_page
    errors = console_errors(page)
    opened(page, f"{address}/Backward?back_size=5&back_stride=2&back_padding=same")
    pictures = page.locator(".matrices")
    expect(pictures).to_have_count(3)
    image = panel(pictures.nth(1), "Gradient of the input: col2im")
    point(image, 1, 1, 5, 5)
    expect(pictures.nth(1).locator(".value")).to_contain_text("row 1, column 1")
    entries = pictures.nth(1).locator(".sum .term .made").all_inner_texts()
    whole = pictures.nth(1).locator(".sum .total").inner_text()
    assert len(entries) == 4
    assert sum(map(number, entries)) == number(whole)
    picture = pictures.nth(2)
    weights = panel(picture, "Gradient of the kernel, F × K")
    weights.scroll_into_view_if_needed()
    point(weights, 0, 4, 1, 9)
    found, total = read_sum(picture)
    assert len(found) == 9
    assert all(a * b == made for a, b, made in found)
    assert sum(made for _, _, made in found) == total
    assert not [error for error in errors if "404" not in error]


def test_a_new_setting_redraws_in_place_and_stays_in_the_url(
    chromium_page: Page, address: str
) -> None:
    page = chromium_page
    picture = opened(page, f"{address}/im2col")
    page.get_by_label("Kernel", exact=True).fill("2")
    page.keyboard.press("Enter")
    expect(panel(picture, "Columns K × P = 4 × 25")).to_be_visible()
    page.wait_for_url("**col_kernel=2**")
    page.reload()
    settled(page)
    expect(panel(page.locator(".matrices").first, "Columns K × P = 4 × 25")).to_be_visible()
    page.get_by_label("Kernel", exact=True).fill("9")
    page.keyboard.press("Enter")
    expect(page.get_by_text("is smaller than the window of 9")).to_be_visible()


def cell_contrast(canvas: Locator, row: int, column: int, side: int) -> float:
    """The contrast between the darkest and the lightest pixel within a cell of a square panel."""
    pixels = canvas.evaluate(
        """(canvas, [row, column, side]) => {
          const cell = canvas.width / side
          const from = [column * cell + 2, row * cell + 2, cell - 5, cell - 5].map(Math.round)
          return [...canvas.getContext('2d').getImageData(...from).data]
        }""",
        [row, column, side],
    )
    colors = {tuple(pixels[i : i + 3]) for i in range(0, len(pixels), 4)}
    bright = [luminance(f"rgb{color}") for color in colors]
    return (max(bright) + 0.05) / (min(bright) + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbers_of_cells_that_are_not_lit_can_be_read(
    chromium_page: Page, address: str, scheme: str
) -> None:
    chromium_page.emulate_media(color_scheme=scheme)
    image = opened(chromium_page, f"{address}/im2col").locator("canvas").first
    for row, column in ((0, 0), (5, 5), (3, 0)):  # no part of the window that is lit at first
        assert cell_contrast(image, row, column, side=6) > 3
