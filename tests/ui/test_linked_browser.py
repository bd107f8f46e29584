"""The linked picture in a real browser: hover, pin, keys, play, and sums that add up."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.explain.cell import Convolved, terms
from cnnviz.ui.components.linked import HERE
from tests.browser import console_errors, settled, start_server
from tests.ui.linked_examples import drawn, example

pytestmark = pytest.mark.browser
MARGIN = 3


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    script = Path(__file__).with_name("linked_app.py")
    server = start_server(script, tmp_path_factory.mktemp("server") / "log")
    yield server.url
    server.stop()


def opened(page: Page, address: str) -> list[str]:
    errors = console_errors(page)
    page.goto(address)
    settled(page)
    page.wait_for_selector(".linked .chip")
    return errors


def grid(page: Page, part: str, number: int = 0) -> Locator:
    return page.locator(f".linked figure.{part} canvas.base").nth(number)


def point(page: Page, part: str, cell: tuple[int, int], size: Any, number: int = 0) -> None:
    """Point at the middle of a cell of a grid of so many rows and columns."""
    box = grid(page, part, number).bounding_box()
    assert box is not None
    rows, columns = size
    x = MARGIN + (cell[1] + 0.5) * (box["width"] - 2 * MARGIN) / columns
    y = MARGIN + (cell[0] + 0.5) * (box["height"] - 2 * MARGIN) / rows
    page.mouse.move(box["x"] + x, box["y"] + y)


def line(page: Page) -> Locator:
    return page.locator(".linked .sentence")


def number(text: str) -> Decimal:
    return Decimal(text.strip("=→ +").replace("−", "-"))


def printed(page: Page) -> tuple[list[Decimal], dict[str, Decimal]]:
    """Return the products and the parts of the sum as they stand on the page."""
    products = [number(text) for text in page.locator(".chip .product").all_inner_texts()]
    names = page.locator(".total .name").all_inner_texts()
    numbers = map(number, page.locator(".total .number").all_inner_texts())
    return products, dict(zip(names, numbers, strict=True))


def adds_up(page: Page, found: Convolved, cell: tuple[int, int], exact: bool) -> None:
    """Add up what is printed, and compare it with the engine's numbers."""
    products, parts = printed(page)
    before, after = found.before[(0, *cell)], found.after[(0, *cell)]
    together = parts.pop("together")
    activated = parts.pop(type(found.activation).__name__)
    assert sum(parts.values()) == together
    assert sum(products) + parts["bias"] == together
    tolerance = 0 if exact else 1.01e-3
    assert float(together) == pytest.approx(float(before), abs=tolerance / 2)
    assert float(activated) == pytest.approx(float(after), abs=tolerance / 2)
    ours = terms(found, 0, cell).products.ravel()
    np.testing.assert_allclose([float(one) for one in products], ours, atol=tolerance, rtol=0)


def test_an_output_shows_its_products_and_they_add_up(chromium_page: Page, address: str) -> None:
    page, found = chromium_page, example("one")
    errors = opened(page, address)
    for cell in ((0, 0), (1, 1), (4, 2)):
        point(page, "output", cell, (5, 5))
        expect(line(page)).to_contain_text(f"Output at row {cell[0]}, column {cell[1]}: ")
        adds_up(page, found, cell, exact=True)
    point(page, "output", (1, 1), (5, 5))
    told = "its 9 products add up to 4, minus the bias 2 is 2; ReLU makes it 2."
    expect(line(page)).to_contain_text(told)
    assert errors == []


@pytest.mark.parametrize("sizes", ["1,28,7,1,3,3", "3,28,5,4,2,2"])
def test_rounded_products_add_up_too(chromium_page: Page, address: str, sizes: str) -> None:
    page, found = chromium_page, drawn(*map(int, sizes.split(",")))
    errors = opened(page, f"{address}/?drawn={sizes}")
    rows, columns = found.grid.output
    for cell in ((0, 0), (rows - 1, columns - 1), (rows // 2, columns // 3)):
        point(page, "output", cell, (rows, columns))
        expect(line(page)).to_contain_text(f"Output at row {cell[0]}, column {cell[1]}: ")
        adds_up(page, found, cell, exact=False)
    expect(page.locator(".linked .note")).to_contain_text("add up to the printed total")
    assert errors == []


def test_weights_and_inputs_name_what_they_belong_to(chromium_page: Page, address: str) -> None:
    page = chromium_page
    opened(page, address)
    point(page, "kernel", (0, 2), (3, 3))
    met = "Weight 1 at row 0, column 2 meets 25 cells, 9 of them padding: one for each output."
    whose = " The products are those of the output at row 0, column 0."
    expect(line(page)).to_have_text(met + whose)
    point(page, "input", (1, 1), (7, 7))
    expect(line(page)).to_have_text(
        "Input 1 at row 0, column 0 feeds 4 outputs: row 1, column 1 with 1; row 1, column 0 "
        "with 0; row 0, column 1 with 0; row 0, column 0 with 1." + whose
    )
    point(page, "input", (6, 6), (7, 7))
    expect(line(page)).to_have_text(
        "The padding at row 5, column 5 feeds 1 output: row 4, column 4 with 1. The products are "
        "those of the output at row 4, column 4."
    )
    point(page, "input", (0, 0), (7, 7))
    fed = "The padding at row −1, column −1 feeds 1 output: row 0, column 0 with 1."
    expect(line(page)).to_have_text(fed + whose)
    point(page, "output", (2, 2), (5, 5))
    point(page, "products", (2, 2), (3, 3))
    told = "1 × 1 = 1: input 1 at row 3, column 3 times the weight at row 2, column 2."
    expect(line(page)).to_have_text(told)
    page.locator(".chip").first.hover()
    told = "1 × 1 = 1: input 1 at row 1, column 1 times the weight at row 0, column 0."
    expect(line(page)).to_have_text(told)


def test_an_input_between_the_windows_feeds_nothing(chromium_page: Page, address: str) -> None:
    page = chromium_page
    opened(page, f"{address}/?drawn=1,9,1,3,1,0")
    point(page, "input", (1, 1), (9, 9))
    expect(line(page)).to_contain_text("is met by no window: it feeds no output.")


def test_a_click_pins_and_escape_releases(chromium_page: Page, address: str) -> None:
    page = chromium_page
    errors = opened(page, address)
    point(page, "output", (1, 3), (5, 5))
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_text("Pinned ('output', 0, 1, 3)")).to_be_visible()
    told = "Output at row 1, column 3: its 9 products add up to 4"
    expect(line(page)).to_contain_text(told)
    point(page, "kernel", (0, 0), (3, 3))
    expect(line(page)).to_contain_text(told)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Pinned None")).to_be_visible()
    point(page, "kernel", (0, 1), (3, 3))
    expect(line(page)).to_contain_text("Weight 0 at row 0, column 1")
    page.mouse.move(0, 0)
    expect(line(page)).to_contain_text(told)
    assert errors == []


def test_the_keyboard_walks_pins_and_types(chromium_page: Page, address: str) -> None:
    page = chromium_page
    errors = opened(page, address)
    grid(page, "kernel").focus()
    page.keyboard.press("ArrowRight")
    expect(line(page)).to_contain_text("Weight 0 at row 0, column 1")
    page.keyboard.press("Tab")
    expect(grid(page, "output")).to_be_focused()
    for key in ("ArrowDown", "ArrowRight", "ArrowLeft", "End", "ArrowUp", "Space"):
        page.keyboard.press(key)
    expect(page.get_by_text("Pinned ('output', 0, 3, 4)")).to_be_visible()
    page.keyboard.press("Escape")
    grid(page, "input").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    box = page.locator(".linked input.edit")
    expect(box).to_be_focused()
    expect(box).to_have_value("0")
    page.keyboard.type("-1.5")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Typed -1.5 at input 0 (4, 4)")).to_be_visible()
    grid(page, "kernel").dblclick(position={"x": 10, "y": 10})
    box.fill("3")
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    grid(page, "kernel").focus()
    page.keyboard.press("Home")
    page.keyboard.press("7")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Typed 7 at kernel 0 (0, 0)")).to_be_visible()
    assert errors == []


def test_play_goes_on_pauses_under_the_pointer_and_stops(chromium_page: Page, address: str) -> None:
    page = chromium_page
    opened(page, address)
    page.get_by_role("button", name="Step").click()
    expect(line(page)).to_contain_text("Output at row 0, column 1:")
    page.get_by_role("slider", name="Speed").fill("8")
    page.get_by_role("button", name="Play").click()
    expect(line(page)).to_contain_text(re.compile("Output at row [1-4]"))
    page.locator(".linked .stage .sign").first.hover()
    before = line(page).inner_text()
    page.wait_for_timeout(350)
    assert line(page).inner_text() == before
    page.mouse.move(0, 0)
    expect(line(page)).not_to_have_text(before)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_hover_is_answered_within_a_frame(chromium_page: Page, address: str) -> None:
    page = chromium_page
    opened(page, f"{address}/?drawn=3,28,7,1,1,3")
    slow = grid(page, "output").evaluate(
        """(canvas) => {
          const box = canvas.getBoundingClientRect(), times = []
          for (let i = 0; i < 60; i++) {
            const at = { clientX: box.left + 4 + (i / 60) * (box.width - 8), clientY: box.top + 40 }
            const start = performance.now()
            canvas.onpointermove(new PointerEvent('pointermove', at))
            times.push(performance.now() - start)
          }
          return times.sort((a, b) => a - b)[30]
        }"""
    )
    assert slow < 16.7


def test_printed_sums_add_up_for_many_draws(chromium_page: Page) -> None:
    """Whatever the numbers: small and large, exact and not, with a bias or without."""
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(400):
        count = int(rng.integers(1, 60))
        scale = 10.0 ** rng.integers(-9, 9)
        x, w = rng.normal(0, scale, count), rng.normal(0, 1, count) * rng.integers(0, 2, count)
        if rng.random() < 0.3:
            x, w = rng.integers(-9, 10, count) / 4, rng.integers(-9, 10, count) / 2
        bias = float(np.float32(rng.normal())) if rng.random() < 0.5 else 0.0
        draws.append((x.tolist(), w.tolist(), bias, float(np.float32(x @ w + bias))))
    script = "\n".join((HERE / f"{name}.js").read_text() for name in ("shared", "linked_sum"))
    answers = chromium_page.evaluate(
        f"""(draws) => {{
          {script}
          return draws.map(([x, w, bias, total]) => {{
            const unit = unitOf(x, w, bias)
            const units = inUnits(x.map((value, i) => value * w[i]), bias, total, unit)
            const print = (one) => printed(one, unit)
            return [units.products.map(print), print(units.bias), print(units.total), unit]
          }})
        }}""",
        draws,
    )
    assert len(answers) == len(draws)
    exact = 0
    for (x, w, bias, total), (products, printed_bias, whole, unit) in zip(
        draws, answers, strict=True
    ):
        step = 10.0 ** -unit["places"]
        assert sum(map(number, products)) + number(printed_bias) == number(whole)
        assert float(number(whole)) == pytest.approx(total, abs=0.51 * step, rel=1e-9)
        noise = abs(total - (np.dot(x, w) + bias)) / len(x)
        printed_products = [float(number(one)) for one in products]
        np.testing.assert_allclose(printed_products, np.multiply(x, w), atol=step + noise)
        exact += unit["exact"]
    assert 50 < exact < 300
