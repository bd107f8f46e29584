"""The components in a real browser, polled."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import console_errors, settled, start_server

pytestmark = pytest.mark.browser

PLOT = "document.querySelector('.cnnviz-live')"
PARTS = """() => {
  const inside = (root) => [...root.querySelectorAll('*')].flatMap((el) =>
    [el, ...(el.shadowRoot ? inside(el.shadowRoot) : [])])
  return inside(document).filter((el) => el.matches('.cnnviz-live, canvas, table, button'))
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    script = Path(__file__).with_name("components_app.py")
    server = start_server(script, tmp_path_factory.mktemp("server") / "log")
    yield server.url
    server.stop()


def opened(page: Page, address: str) -> list[str]:
    errors = console_errors(page)
    page.goto(address)
    page.wait_for_selector(".cnnviz-live .main-svg")
    return errors


def wait_for_polls(page: Page, polls: int = 2) -> None:
    count = "() => Number(document.body.innerText.match(/Poll (\\d+)/)[1])"
    now = page.evaluate(count)
    page.wait_for_function(f"(then) => ({count})() >= then", arg=now + polls)


def test_polls_update_in_place_and_keep_the_zoom(chromium_page: Page, address: str) -> None:
    page = chromium_page
    errors = opened(page, address)
    page.evaluate(f"window.parts = ({PARTS})()")
    drag = page.locator(".cnnviz-live .nsewdrag").bounding_box()
    assert drag is not None
    page.mouse.move(drag["x"] + 100, drag["y"] + 20)
    page.mouse.down()
    page.mouse.move(drag["x"] + 400, drag["y"] + 150, steps=4)
    page.mouse.up()
    view = f"{PLOT}._fullLayout.xaxis.range.concat({PLOT}._fullLayout.yaxis.range)"
    points = f"{PLOT}.calcdata[0].length"
    page.wait_for_function(f"{view}[0] > 1")
    zoomed, before = page.evaluate(view), page.evaluate(points)
    wait_for_polls(page)
    page.wait_for_function(f"{points} > {before}")
    assert page.evaluate(view) == zoomed
    assert page.evaluate("window.parts.length") > 10
    assert page.evaluate("window.parts.every((part) => part.isConnected)")
    assert errors == []


SHAPES = f"""() => [...{PLOT}.querySelectorAll('.scatterlayer > .trace')].map((trace) => {{
  const lines = [...trace.querySelectorAll('.js-line')].map((line) => {{
    const [box, length] = [line.getBBox(), line.getTotalLength()]
    const end = line.getPointAtLength(length)
    return [length, end.x, end.y, box.x, box.y, box.width, box.height]
  }})
  const marks = [...trace.querySelectorAll('.point')].map((mark) => mark.getAttribute('transform'))
  return [...lines.flat(), ...marks.flatMap((text) => text.match(/[\\d.]+/g).map(Number))]
}})"""
LINE = 7  # numbers that describe a line


def test_lines_moved_by_hand_lie_where_plotly_draws_them(chromium_page: Page, address: str) -> None:
    page = chromium_page
    errors = opened(page, address)
    first = page.evaluate(f"({SHAPES})()")
    wait_for_polls(page)
    page.wait_for_function(f"{PLOT}.stale")
    both = f"const moved = ({SHAPES})(); {PLOT}.onpointerenter(); return [moved, ({SHAPES})()]"
    moved, drawn = page.evaluate(f"() => {{ {both} }}")
    assert not page.evaluate(f"{PLOT}.stale")
    assert [len(one) for one in moved] == [len(one) for one in drawn]
    assert [len(one) for one in moved[:2]] == [2 * LINE, LINE]  # the loss has a gap
    assert len(moved[2]) > len(first[2]) >= LINE + 2 * 4  # a mark for each epoch
    for by_hand, by_plotly in zip(moved, drawn, strict=True):
        assert by_hand == pytest.approx(by_plotly, rel=0.005, abs=0.1)
    assert moved != first
    assert errors == []


def test_the_chart_has_words_and_a_fixed_height(chromium_page: Page, address: str) -> None:
    opened(chromium_page, address)
    chart = chromium_page.get_by_role("img", name="The loss falls")
    assert chart.bounding_box()["height"] == 300
    titles = [button.get_attribute("data-title") for button in chart.locator(".modebar-btn").all()]
    assert titles == ["Download plot as a PNG", "Zoom", "Pan", "Reset axes"]


def test_colors_and_width_follow_the_page(chromium: Browser, address: str) -> None:
    context = chromium.new_context(color_scheme="light", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors = opened(page, f"{address}/?still=1")
    line = f"{PLOT}._fullData[0].line.color"
    width = f"{PLOT}._fullLayout.width"
    assert page.evaluate(line) == "#0072B2"
    ink, wide = page.evaluate(f"{PLOT}._fullLayout.font.color"), page.evaluate(width)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{line} === '#56B4E9'")
    assert page.evaluate(f"{PLOT}._fullLayout.font.color") != ink
    page.get_by_test_id("stSidebar").hover()
    page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    page.wait_for_function(f"{width} > {wide} + 50")
    assert errors == []
    context.close()


def test_a_pixel_tells_its_value_to_pointer_and_keyboard(chromium_page: Page, address: str) -> None:
    page = chromium_page
    errors = opened(page, f"{address}/?still=1")
    line = page.locator(".tiles .value")
    expect(line).to_have_text("Point at a pixel, or use the arrow keys, to read it.")
    first = page.get_by_role("img", name="Filter 1. 9, 98 %. right")
    first.hover(position={"x": 40, "y": 5})
    expect(line).to_have_text("Filter 1 · row 0, column 1: −0.1")
    page.mouse.move(0, 0)
    first.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(line).to_have_text("Filter 2 · row 1, column 0: 0.125")
    expect(page.get_by_role("img", name="Filter 2. 4, 51 %. wrong")).to_be_focused()
    expect(page.locator(".tiles .sign").first).to_have_text("✓")
    expect(page.locator(".tiles .sign").nth(1)).to_have_text("✗")
    legend = page.locator(".tiles .legend span").all_inner_texts()
    assert legend == ["−0.125", "0", "0.125"]
    assert errors == []


def test_a_cell_of_the_matrix_is_read_and_chosen(chromium_page: Page, address: str) -> None:
    page = chromium_page
    errors = opened(page, address)
    chosen = page.get_by_text("chosen")
    expect(chosen).to_contain_text("chosen None")
    cell = page.get_by_role("button", name="1 image of Trouser was taken for T-shirt/top")
    cell.hover()
    told = "1 image of Trouser was taken for T-shirt/top (1.0 % of all Trouser images)."
    expect(page.locator(".confusion .sentence")).to_have_text(told)
    cell.click()
    expect(chosen).to_contain_text("chosen (1, 0)")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    wait_for_polls(page)
    expect(page.locator(".confusion .sentence")).to_have_text("There is no image of 9 here.")
    page.keyboard.press("Enter")
    expect(chosen).to_contain_text("chosen (2, 1)")
    page.keyboard.press("Enter")
    expect(chosen).to_contain_text("chosen None")
    settled(page)
    assert errors == []
