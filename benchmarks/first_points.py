"""From the click on Train to the first points on the screen, in a real browser.

    python -m benchmarks.first_points [--rounds 7] [--dataset digits]

Every round opens the Train page in a new session, presses Train and waits, frame by frame,
until the loss chart has drawn a point of that run. Browser, server and trainer share the machine.
"""

import argparse
import os
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser import QUIET, chromium_path, settled, start_server

CLICK_AND_WAIT = """
async () => {
  const buttons = [...document.querySelectorAll('button')]
  const start = performance.now()
  buttons.find((button) => /Train$/.test(button.innerText.trim())).click()
  const points = () => document.querySelector('.cnnviz-live path.js-line')
  while (!points()) await new Promise(requestAnimationFrame)
  return (performance.now() - start) / 1000
}
"""


def one_round(browser: Browser, url: str) -> float:
    """Return the seconds of one click; stops the run afterwards."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(url)
    settled(page)
    page.wait_for_timeout(1000)
    seconds = float(page.evaluate(CLICK_AND_WAIT))
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    page.get_by_text("stopped").first.wait_for()
    page.context.close()
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--dataset", default="digits")
    options = parser.parse_args()
    seconds = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET)
        for seed in range(options.rounds):
            with tempfile.TemporaryDirectory() as folder:
                environment = os.environ | {"CNNVIZ_RUNS_DIR": folder}
                server = start_server("dashboard.py", Path(folder) / "server.log", environment)
                try:
                    url = f"{server.url}/Train?data={options.dataset}&epochs=500&seed={seed}"
                    seconds.append(one_round(browser, url))
                finally:
                    server.stop()
            print(f"round {seed + 1}: {seconds[-1]:.2f} s", flush=True)
        browser.close()
    middle, load = statistics.median(seconds), os.getloadavg()[0]
    print(f"median {middle:.2f} s, {min(seconds):.2f} to {max(seconds):.2f} s; load {load:.1f}")


if __name__ == "__main__":
    main()
