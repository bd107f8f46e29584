"""What watching costs: one training, its speed with no, one and five browsers on the Train page.

    python -m benchmarks.watching [--rounds 7] [--seconds 48] [--after 130]

One run trains all the time in a process of its own; browsers come and go. Every round measures
the images per second without a browser, with one and with five, and compares them within the
round. Browsers, server and trainer share this machine's processors. The pages look more rarely at
a training that has gone on for a while: `--after` says how old it is when measuring begins.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from cnnviz.runs import RunFolder, list_runs
from tests.browser import QUIET, chromium_path, start_server

VIEWERS = (1, 5)
SETTLE = 20.0  # seconds in which a page loads and warms up; not measured


def images_per_second(run: RunFolder, seconds: float) -> float:
    """Return the trainer's speed over the next seconds, from the history it writes."""
    start = len(run.history())
    time.sleep(seconds)
    history = run.history()
    new = history[start:]
    return float(new["images"][1:].sum() / (new["seconds"][-1] - new["seconds"][0]))


def open_pages(browser: Browser, url: str, count: int) -> list[Page]:
    """Open that many windows, each a session of its own, and wait until charts are drawn."""
    pages = [
        browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        for _ in range(count)
    ]
    for page in pages:
        page.goto(url)
    for page in pages:
        page.wait_for_selector(".js-plotly-plot .scatterlayer", timeout=60_000)
    return pages


def measure(browser: Browser, url: str, run: RunFolder, seconds: float) -> dict[int, float]:
    """Return the share of speed that viewers cost, by their number.

    Each is compared with the mean of the speeds before and after without a viewer, as the speed
    of a shared machine drifts.
    """
    costs, before = {}, images_per_second(run, seconds)
    for viewers in VIEWERS:
        pages = open_pages(browser, url, viewers)
        time.sleep(SETTLE)
        watched = images_per_second(run, seconds)
        for page in pages:
            page.context.close()
        after = images_per_second(run, seconds)
        costs[viewers] = 1 - 2 * watched / (before + after)
        print(f"  {before:,.0f} images/s, {viewers} watching: {watched:,.0f}, then {after:,.0f}")
        before = after
    return costs


def first_run(root: Path) -> RunFolder:
    """Return the run once it has a history."""
    while not (runs := list_runs(root)) or not len(runs[0].history()):
        time.sleep(0.1)
    return runs[0]


def report(rounds: list[dict[int, float]]) -> None:
    """Print the median loss of speed with its spread."""
    print(f"{'browsers':>8} {'cost':>7} {'least':>7} {'most':>7}")
    for viewers in VIEWERS:
        costs = sorted(one[viewers] for one in rounds)
        middle = statistics.median(costs)
        print(f"{viewers:>8} {middle:>7.1%} {costs[0]:>7.1%} {costs[-1]:>7.1%}")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors, {len(rounds)} rounds")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=48.0)
    parser.add_argument("--after", type=float, default=130.0)
    parser.add_argument("--network", default="im2col-lenet")
    parser.add_argument("--dataset", default="mnist")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        environment = os.environ | {"CNNVIZ_RUNS_DIR": folder}
        server = start_server("dashboard.py", root / "server.log", environment)
        command = [sys.executable, "-m", "cnnviz", "--epochs", "1000", "--runs-dir", folder]
        command += ["--network", options.network, "--dataset", options.dataset]
        trainer = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            run = first_run(root)
            time.sleep(options.after)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET)
                url = f"{server.url}/Train?run={run.id}"
                rounds = []
                for number in range(1, options.rounds + 1):
                    print(f"round {number}", flush=True)
                    rounds.append(measure(browser, url, run, options.seconds))
                report(rounds)
        finally:
            trainer.terminate()
            trainer.wait()
            server.stop()


if __name__ == "__main__":
    main()
