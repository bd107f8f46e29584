"""How fast the page answers a click while a training goes on, in a real browser.

    python -m benchmarks.page_response [--clicks 60] [--network im2col-lenet]

The Train page is open, a number is changed again and again, and the time until the page has taken
it over, to the last line of its script, is measured: with nothing else to do, beside a training
that was started in a terminal and uses all processors, and on the page that watches this training.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.answers import trained
from cnnviz.runs import RunFolder, list_runs
from tests.browser import QUIET, chromium_path, settled, start_server

PRESS = """
async (field) => {
  const up = new KeyboardEvent('keydown', { key: 'ArrowUp', code: 'ArrowUp', bubbles: true })
  const before = location.search, start = performance.now()
  field.dispatchEvent(up)
  while (location.search === before) await new Promise(requestAnimationFrame)
  return performance.now() - start
}
"""


def clicks(page: Page, count: int) -> list[float]:
    """Return the milliseconds that each of so many clicks took."""
    took = []
    field = page.get_by_label("Epochs", exact=True)
    for _ in range(count):
        took.append(float(field.evaluate(PRESS)))
        page.wait_for_timeout(150)
    return sorted(took)


def show(page: Page, url: str, run: RunFolder) -> None:
    """Open the page on a run, and change a number as long as that is new to it."""
    page.goto(f"{url}/Train?run={run.id}")
    settled(page)
    clicks(page, 5)


def tell(what: str, took: list[float]) -> None:
    """Print the median and the 95th percentile."""
    late = took[min(round(0.95 * len(took)), len(took) - 1)]
    print(f"{what:>18}: median {statistics.median(took):.0f} ms, 95th percentile {late:.0f} ms")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=60)
    parser.add_argument("--network", default="im2col-lenet")
    parser.add_argument("--dataset", default="mnist")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root = Path(folder)
        environment = os.environ | {"CNNVIZ_RUNS_DIR": folder}
        server = start_server("dashboard.py", root / "server.log", environment)
        command = [sys.executable, "-m", "cnnviz", "--epochs", "1000", "--runs-dir", folder]
        command += ["--network", options.network, "--dataset", options.dataset]
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET)
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        trained(root)
        (finished,) = list_runs(root)
        show(page, server.url, finished)
        try:
            tell("nothing else", clicks(page, options.clicks))
            trainer = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            try:
                while (run := list_runs(root)[0]).id == finished.id or not len(run.history()):
                    time.sleep(0.1)
                tell("beside a training", clicks(page, options.clicks))
                show(page, server.url, run)
                tell("watching it", clicks(page, options.clicks))
            finally:
                trainer.terminate()
                trainer.wait()
        finally:
            browser.close()
            server.stop()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
