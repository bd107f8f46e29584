"""Wrong numbers in a real browser: what it shows is what Python knows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import settled

pytestmark = pytest.mark.browser

PATIENCE = 60_000


@pytest.fixture
def train_page(chromium_page: Page, app_server: Callable[..., str], tmp_path: Path) -> Page:
    """The Train page, without any runs."""
    names = ("CNNVIZ_CACHE_DIR", "CNNVIZ_RUNS_DIR")
    env = {name: str(tmp_path / name) for name in names} | {"CNNVIZ_DATA_DIR": ""}
    chromium_page.set_default_timeout(PATIENCE)
    chromium_page.goto(f"{app_server('dashboard.py', env)}/Train?epochs=2")
    settled(chromium_page)
    return chromium_page


def train(page: Page) -> Locator:
    return page.locator(".st-key-_train").get_by_role("button")


def write(page: Page, label: str, text: str) -> Locator:
    box = page.get_by_label(label, exact=True).and_(page.locator("input"))
    box.click()
    box.press("Control+a")
    box.press("Delete")
    page.keyboard.type(text)
    box.press("Enter")
    return box


def test_a_wrong_number_is_said_and_train_waits_for_a_right_one(train_page: Page) -> None:
    page = train_page
    for label, text, told in (
        ("Epochs", "0", "Epochs must be a whole number from 1 to 9,999, not 0"),
        ("Images", "-1", "Images must be a whole number from 1 to 1,497, not −1"),
        ("Batch", "1e99", "Batch must be a whole number from 1 to 1,000,000, not 1e+99"),
    ):
        expect(train(page)).to_be_enabled(timeout=PATIENCE)
        box = write(page, label, text)
        expect(page.get_by_test_id("stAlert").first).to_contain_text(told, timeout=PATIENCE)
        expect(train(page)).to_be_disabled(timeout=PATIENCE)
        expect(box).to_have_value("1e+99" if text == "1e99" else text)
        write(page, label, "abc" if label == "Images" else "2")  # letters leave it empty: the usual
        expect(train(page)).to_be_enabled(timeout=PATIENCE)
        expect(box).to_have_value("1497" if label == "Images" else "2")
        expect(page.get_by_text(told)).to_have_count(0)
