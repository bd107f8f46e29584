"""From the click on Train to the test result on MNIST, in a real browser: is it 99 %, how soon?

    python -m benchmarks.time_to_99 [--seeds 5] [--network NAME]

Opens the Train page with a network's own settings, by default the first preset's, presses Train
and waits until the run has finished; loading, evaluation and the page that watches included.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from cnnviz.runs import list_runs
from cnnviz.ui.train.presets import PRESETS
from tests.browser import QUIET, chromium_path, settled, start_server


def one_click(browser: Browser, url: str, root: Path) -> tuple[float, float]:
    """Return the seconds from the click to the end, and the test accuracy."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(url)
    settled(page)
    page.wait_for_timeout(2000)
    start = time.perf_counter()
    page.get_by_test_id("stMain").get_by_role("button", name="Train", exact=True).click()
    while not (runs := list_runs(root)) or runs[0].status().state != "finished":
        page.wait_for_timeout(100)
    seconds = time.perf_counter() - start
    page.context.close()
    result = runs[0].evaluation("test")
    return seconds, result.accuracy


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--network", default=PRESETS[0].network)
    options = parser.parse_args()
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET)
        for seed in range(options.seeds):
            with tempfile.TemporaryDirectory() as folder:
                environment = os.environ | {"CNNVIZ_RUNS_DIR": folder}
                server = start_server("dashboard.py", Path(folder) / "server.log", environment)
                try:
                    url = f"{server.url}/Train?data=mnist&network={options.network}&seed={seed}"
                    found.append(one_click(browser, url, Path(folder)))
                finally:
                    server.stop()
            print(f"seed {seed}: {found[-1][0]:.2f} s, {found[-1][1]:.2%}", flush=True)
        browser.close()
    seconds, scores = zip(*found, strict=True)
    print(
        f"median {statistics.median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f}), "
        f"{statistics.median(scores):.2%} ({min(scores):.2%} to {max(scores):.2%}); "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )


if __name__ == "__main__":
    main()
