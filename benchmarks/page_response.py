"""How fast the page answers a click while a training goes on, in a real browser.

    python -m benchmarks.page_response [--clicks 60] [--network im2col-lenet]

A training started in a terminal uses all processors; beside it the Train page is open on another,
finished run (nothing polls), a number is changed again and again, and the time until the page has
taken it over, to the last line of its script, is measured. Without the training, the same again.
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

from cnnviz.runs import list_runs
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
        page.goto(f"{server.url}/Train")
        settled(page)
        clicks(page, 5)
        try:
            tell("nothing else", clicks(page, options.clicks))
            trainer = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            try:
                while not (runs := list_runs(root)) or not len(runs[0].history()):
                    time.sleep(0.1)
                tell("during a training", clicks(page, options.clicks))
            finally:
                trainer.terminate()
                trainer.wait()
        finally:
            browser.close()
            server.stop()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
