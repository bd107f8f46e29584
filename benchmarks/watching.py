"""What watching costs: one training, its speed with no, one and five browsers on the Train page.

    python -m benchmarks.watching [--rounds 7] [--seconds 48] [--after 130]

One run trains all the time in a process of its own; browsers come and go. Browsers, server and
trainer share this machine's processors. The pages look more rarely at a training that has gone on
for a while: `--after` says how old it is when measuring begins.

`without` compares the images per second with those before and after, when nobody watched. Where a
machine's speed drifts that says little; `between` compares, while browsers watch, all the time with
the moments in which none of them looks.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, sync_playwright

from cnnviz.runs import RunFolder, list_runs
from tests.browser import QUIET, chromium_path, start_server

VIEWERS = (1, 5)
SETTLE = 20.0  # seconds in which a page loads and warms up; not measured
LOOK = 5_000  # bytes from which on a message brings the pictures of a look
BEFORE, AFTER = 0.5, 2.0  # seconds around a look in which it is at work


@dataclass
class Viewers:
    """Browsers on the Train page, each a session of its own, and when they got new pictures."""

    contexts: list[BrowserContext] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)

    def hear(self, socket: WebSocket) -> None:
        """Note when a message with pictures comes."""
        socket.on("framereceived", lambda text: len(text) > LOOK and self.looks.append(time.time()))

    def open(self, browser: Browser, url: str, count: int) -> Page:
        """Open that many, wait until charts are drawn; return one of the pages."""
        for _ in range(count):
            self.contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}))
            page = self.contexts[-1].new_page()
            page.on("websocket", self.hear)
            page.goto(url)
            page.wait_for_selector(".js-plotly-plot .scatterlayer", timeout=60_000)
        page.wait_for_timeout(1_000 * SETTLE)
        return page

    def close(self) -> None:
        """Close them all."""
        for context in self.contexts:
            context.close()


@dataclass(frozen=True, eq=False)
class Speed:
    """A training's steps within some time: when each ended, and its images."""

    ends: np.ndarray
    images: np.ndarray

    @classmethod
    def since(cls, run: RunFolder, begin: float) -> "Speed":
        """Return the steps since a moment; the last one is taken to have ended just now."""
        history = run.history()
        ends = history["seconds"] - history["seconds"][-1] + time.time()
        return cls(ends[ends > begin], history["images"][ends > begin])

    @property
    def mean(self) -> float:
        """Images per second."""
        return float(self.images[1:].sum() / (self.ends[-1] - self.ends[0]))

    def apart_from(self, looks: list[float]) -> float:
        """Return images per second where no look is at work; no number where one always is."""
        took = np.diff(self.ends, prepend=self.ends[0])
        times = np.array(looks)[:, None]
        at_work = ((self.ends > times - BEFORE) & (self.ends < times + AFTER)).any(axis=0)
        seconds = float(took[~at_work].sum())
        return float(self.images[~at_work].sum()) / seconds if seconds else float("nan")


def unwatched(run: RunFolder, seconds: float) -> float:
    """Return the speed over the next seconds, in which nobody watches."""
    begin = time.time()
    time.sleep(seconds)
    return Speed.since(run, begin).mean


def measure(
    browser: Browser, url: str, run: RunFolder, seconds: float
) -> dict[int, tuple[float, float]]:
    """Return the two shares of speed that viewers cost, by their number."""
    costs, before = {}, unwatched(run, seconds)
    for count in VIEWERS:
        viewers = Viewers()
        page = viewers.open(browser, url, count)
        begin = time.time()
        page.wait_for_timeout(1_000 * seconds)
        speed = Speed.since(run, begin)
        viewers.close()
        watched, between = speed.mean, speed.apart_from(viewers.looks)
        after = unwatched(run, seconds)
        costs[count] = 1 - 2 * watched / (before + after), 1 - watched / between
        print(
            f"  {before:,.0f} images/s, {count} watching: {watched:,.0f} ({between:,.0f} between "
            f"looks), then {after:,.0f}",
            flush=True,
        )
        before = after
    return costs


def first_run(root: Path) -> RunFolder:
    """Return the run once it has a history."""
    while not (runs := list_runs(root)) or not len(runs[0].history()):
        time.sleep(0.1)
    return runs[0]


def report(rounds: list[dict[int, tuple[float, float]]]) -> None:
    """Print the median losses of speed with their spread."""
    print(f"{'browsers':>8} {'against':>8} {'cost':>7} {'least':>7} {'most':>7}")
    for viewers in VIEWERS:
        for place, name in enumerate(("without", "between")):
            costs = sorted(one[viewers][place] for one in rounds)
            middle = statistics.median(costs)
            print(f"{viewers:>8} {name:>8} {middle:>7.1%} {costs[0]:>7.1%} {costs[-1]:>7.1%}")
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
