"""A visitor on a fresh machine, in a real browser: train, leave, come back, pause, stop."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser import console_errors, hide, settled, start_server

pytestmark = pytest.mark.browser

PATIENCE = 60_000  # for a machine with much else to do
DATA = os.environ.get("CNNVIZ_DATA_DIR", "")


@pytest.fixture
def address(app_server: Callable[..., str], tmp_path: Path) -> str:
    """A server on an empty cache, without data of its own."""
    return app_server("dashboard.py", folders(tmp_path) | {"CNNVIZ_DATA_DIR": ""})


def folders(path: Path) -> dict[str, str]:
    return {name: str(path / name) for name in ("CNNVIZ_CACHE_DIR", "CNNVIZ_RUNS_DIR")}


def open_page(page: Page, url: str) -> list[str]:
    errors = console_errors(page)
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    settled(page)
    return errors


def button(page: Page, label: str) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"{label}$"))


def press(page: Page, label: str) -> None:
    expect(button(page, label)).to_be_enabled(timeout=PATIENCE)
    button(page, label).click()


def expect_state(page: Page, state: str, patience: int = PATIENCE) -> None:
    expect(page.locator(".status .line")).to_contain_text(state, timeout=patience)


def metric(page: Page, label: str) -> float:
    box = page.locator(".status .cell").filter(has_text=label)
    expect(box).to_contain_text("%", timeout=PATIENCE)
    return float(box.locator("dd").inner_text().removesuffix("%"))


def run_id(page: Page) -> str:
    found = re.search(r"run=([\w-]+)", page.url)
    return found[1] if found else ""


def real(errors: list[str]) -> list[str]:
    """Streamlit looks for its own addresses below a page's first; that is no fault of the page."""
    return [error for error in errors if "404" not in error]


def no_alerts(page: Page) -> None:
    assert page.get_by_test_id("stAlert").all_inner_texts() == []
    settled(page)


def test_the_first_click_on_train_ends_above_95_percent(chromium_page: Page, address: str) -> None:
    page = chromium_page
    errors = open_page(page, f"{address}/Train")
    press(page, "Train")
    page.wait_for_selector(".cnnviz-live .main-svg")
    expect_state(page, "finished")
    assert metric(page, "Test") > 95
    no_alerts(page)
    expect(page.get_by_text("300 test images")).to_be_visible()
    assert not real(errors)


def test_a_run_survives_everything_a_visitor_does(chromium_page: Page, address: str) -> None:
    page = chromium_page
    errors = open_page(page, f"{address}/Train?epochs=3000")
    press(page, "Train")
    expect_state(page, "training")
    run = run_id(page)
    assert run

    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="Latest runs")).to_be_visible()
    page.get_by_role("link", name="Open").first.click()
    expect_state(page, "training")
    assert run_id(page) == run

    page.reload()
    expect_state(page, "training")
    assert run_id(page) == run

    page.goto(f"{address}/Train")  # a new session that knows nothing
    expect_state(page, "training")
    page.wait_for_url(f"**run={run}**")

    press(page, "Pause")
    expect_state(page, "paused")
    before = step(page)
    press(page, "One step")
    expect_step(page, before + 1)
    press(page, "Resume")
    expect_state(page, "training")
    wait_for_step(page, before + 5)
    press(page, "Stop")
    expect_state(page, "stopped")
    expect(button(page, "Pause")).to_have_count(0)

    press(page, "Rewind")
    expect_state(page, "step 0 of")
    assert run_id(page) != run
    press(page, r"Runs\s*\S*")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="stopped").click()
    expect_state(page, "stopped")
    assert run_id(page) == run
    no_alerts(page)
    assert not real(errors)


def test_a_run_is_followed_beside_the_page_and_only_where_it_is_seen(
    chromium_page: Page, address: str
) -> None:
    page = chromium_page
    errors = open_page(page, f"{address}/Train?epochs=3000")
    press(page, "Train")
    expect_state(page, "training")
    looks: list[str] = []
    messages: list[str | bytes] = []
    page.on("request", lambda sent: "/looks/" in sent.url and looks.append(sent.url))
    page.on("websocket", lambda it: it.on("framereceived", lambda text: messages.append(text)))
    page.reload()
    expect_state(page, "training")
    settled(page)
    page.wait_for_timeout(1_000)
    assert messages
    messages.clear()
    before = step(page)
    with page.expect_request("**/looks/**"), page.expect_request("**/looks/**"):
        wait_for_step(page, before + 50)
    assert messages == []  # the page has not run

    now = step(page)
    page.emulate_media(color_scheme="dark")  # the page says again what it has said last
    for _ in range(20):
        assert step(page) >= now
        page.wait_for_timeout(20)

    hide(page)
    page.wait_for_timeout(2_000)
    for scheme in ("light", "dark", "light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)
    seen = len(looks)
    page.wait_for_timeout(4_000)
    assert len(looks) == seen
    with page.expect_request("**/looks/**", timeout=2_000):
        hide(page, hidden=False)
    assert len(looks) == seen + 1
    page.route("**/looks/**", lambda route: route.fulfill(status=500))
    page.wait_for_timeout(4_000)
    wait_for_step(page, step(page) + 50)  # the page itself looks where that fails
    no_alerts(page)
    assert not [error for error in real(errors) if "500" not in error]


def test_a_choice_is_never_older_than_a_look(chromium_page: Page, address: str) -> None:
    page = chromium_page
    open_page(page, f"{address}/Train?epochs=9000&images=300")
    press(page, "Train")
    page.locator(".confusion td button").first.wait_for()

    def newer(route: Route) -> None:  # as if it had been read after the press, and come before
        found = route.fetch()
        route.fulfill(response=found, json={**found.json(), "at": 1e12})

    page.route("**/looks/**", newer)
    with page.expect_response("**/looks/**"):
        pass
    page.wait_for_timeout(300)
    page.locator(".confusion td button").first.click()
    expect(page.get_by_text("0, recognized")).to_be_visible()
    page.unroute_all(behavior="ignoreErrors")


def test_a_page_outlives_its_server(chromium_page: Page, tmp_path: Path) -> None:
    page, environment = chromium_page, folders(tmp_path) | {"CNNVIZ_DATA_DIR": ""}
    first = start_server("dashboard.py", tmp_path / "first.log", environment)
    open_page(page, f"{first.url}/Train?epochs=3000")
    press(page, "Train")
    expect_state(page, "training")
    first.process.kill()
    first.process.wait()
    port = int(first.url.rpartition(":")[2])
    second = start_server("dashboard.py", tmp_path / "second.log", environment, port=port)
    press(page, "Resume")
    expect_state(page, "training")
    press(page, "Stop")
    expect_state(page, "stopped")
    no_alerts(page)
    second.stop()


def test_a_run_is_followed_where_the_server_is_set_below_a_path(
    chromium_page: Page, tmp_path: Path
) -> None:
    page, environment = chromium_page, folders(tmp_path) | {"CNNVIZ_DATA_DIR": ""}
    server = start_server("dashboard.py", tmp_path / "log", environment, below="/net/work")
    open_page(page, f"{server.url}/Train?epochs=3000")
    press(page, "Train")
    expect_state(page, "training")
    for _ in range(2):
        with page.expect_response("**/looks/**") as answer:
            pass
        assert answer.value.json()["state"].startswith("training")
    server.stop()


def step(page: Page) -> int:
    text = page.locator(".status .line").inner_text()
    found = re.search(r"step ([\d,]+) of", text)
    assert found, text
    return int(found[1].replace(",", ""))


def wait_for_step(page: Page, number: int) -> None:
    for _ in range(PATIENCE // 200):
        if step(page) >= number:
            return
        page.wait_for_timeout(200)
    pytest.fail(f"The run is at step {step(page)} and was expected to pass {number}.")


def expect_step(page: Page, number: int) -> None:
    words = re.compile(rf"step {number:,} of")
    expect(page.locator(".status .line")).to_contain_text(words, timeout=PATIENCE)


def test_a_cell_of_the_confusion_matrix_shows_its_images(chromium_page: Page, address: str) -> None:
    page = chromium_page
    errors = open_page(page, f"{address}/Train?epochs=2&images=300")
    press(page, "Train")
    expect_state(page, "finished")
    page.locator("[role=gridcell] button").nth(1).click()
    expect(page.get_by_text("0 taken for 1", exact=True)).to_be_visible(timeout=PATIENCE)
    page.locator("[role=gridcell] button").nth(0).click()
    expect(page.get_by_text("0, recognized", exact=True)).to_be_visible(timeout=PATIENCE)
    no_alerts(page)
    assert not real(errors)


def test_a_layer_that_does_not_fit_disables_train_until_it_is_taken_out(
    chromium_page: Page, address: str
) -> None:
    page = chromium_page
    open_page(page, f"{address}/Train")
    page.get_by_text("The network, layer by layer").click()
    press(page, "Add behind it")
    page.get_by_role("option", name="Linear").or_(
        page.get_by_role("menuitem", name="Linear")
    ).click()
    expect(page.get_by_test_id("stAlert").first).to_contain_text("Layer 2", timeout=PATIENCE)
    expect(button(page, "Train")).to_be_disabled(timeout=PATIENCE)
    page.wait_for_url("**layers=**")  # written at the end of the page
    page.reload()
    expect(button(page, "Train")).to_be_disabled(timeout=PATIENCE)  # the network is in the link
    page.get_by_text("The network, layer by layer").click()
    expect(button(page, "Remove")).to_be_visible()


@pytest.mark.skipif(
    not (Path(DATA) / "mnist").is_dir() or not DATA,
    reason="CNNVIZ_DATA_DIR has no MNIST here: the same is tested on the offline digits.",
)
def test_mnist_ends_above_97_percent(
    chromium_page: Page, app_server: Callable[..., str], tmp_path: Path
) -> None:
    page = chromium_page
    address = app_server("dashboard.py", folders(tmp_path))
    errors = open_page(page, f"{address}/Train?data=mnist&epochs=1")
    press(page, "Train")
    page.set_default_timeout(3 * PATIENCE)
    expect(page.locator(".status .line")).to_contain_text("finished", timeout=3 * PATIENCE)
    assert metric(page, "Test") > 97
    no_alerts(page)
    assert not real(errors)
