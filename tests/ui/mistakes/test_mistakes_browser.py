"""The Mistakes page in a real browser: cell, class, image, and on to Activations."""

import os
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.data import load, split
from cnnviz.runs import RunFolder
from tests.browser import console_errors, settled, start_server
from tests.runs.run_tools import DATA, whole_run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return whole_run(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def address(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    environment = os.environ | {"CNNVIZ_RUNS_DIR": str(run.path.parent)}
    server = start_server("dashboard.py", tmp_path_factory.mktemp("server") / "log", environment)
    yield server.url
    server.stop()


def test_from_a_class_to_its_images_and_on_to_one_of_them(
    chromium_page: Page, address: str, run: RunFolder
) -> None:
    page = chromium_page
    errors = console_errors(page)
    page.goto(f"{address}/Mistakes?run={run.id}&wrong_set=test")
    settled(page)
    test = split(load("digits"), DATA).test
    found = run.evaluation("test")
    assert found is not None
    hits = int(((test.labels == 1) & (found.predictions == 1)).sum())
    actual, predicted = int((test.labels == 1).sum()), int((found.predictions == 1).sum())
    page.locator(".scores tbody tr").nth(1).locator("td").nth(1).hover()
    told = page.locator(".scores .sentence")
    expect(told).to_contain_text(f"{hits} / {actual} = {100 * hits / actual:.1f} %.")
    page.locator(".scores tbody tr").nth(1).locator("button").focus()
    expect(told).to_contain_text(f"2 × {hits} / ({predicted} + {actual})")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**wrong_true=0*")
    expect(page.locator(".scores tr.chosen button")).to_have_text("0")
    cell = page.locator(".confusion tbody tr").nth(2).locator("td button").nth(2)
    cell.click()
    page.wait_for_url("**wrong_true=2&wrong_taken=2*")
    expect(page.locator(".tiles .title")).to_contain_text("2, recognized")
    page.get_by_role("button", name="All mistakes").click()
    page.wait_for_function("!location.search.includes('wrong_true')")
    expect(cell).to_have_attribute("aria-pressed", "false")
    wrong = np.flatnonzero(found.predictions != test.labels)
    surest = wrong[np.argsort(-found.confidences[wrong], kind="stable")][0]
    page.locator(".tiles canvas[role=button]").first.click()
    page.wait_for_url(f"**/Activations?*look_image={surest}*")
    settled(page)
    expect(page.get_by_text(f"test image {surest}: {test.labels[surest]}.")).to_be_visible()
    assert [error for error in errors if "404" not in error] == []
