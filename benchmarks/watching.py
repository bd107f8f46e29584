"""What watching costs: a training's speed with no, one and five browsers on the Train page.

    python -m benchmarks.watching [--rounds 7] [--seconds 48] [--after 130]
    python -m benchmarks.watching --anew [--rounds 7] [--seconds 40]

One run trains all the time in a process of its own; browsers come and go. Browsers, server and
trainer share this machine's processors. The pages look more rarely at a training that has gone on
for a while: `--after` says how old it is when measuring begins. With `--anew` each measurement has
a training of its own, from its beginning.

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
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Response, sync_playwright

from cnnviz.runs import RunFolder, list_runs
from tests.browser import QUIET, chromium_path, start_server

VIEWERS = (1, 5)
SETTLE = 20.0  # seconds in which pages load and warm up; not measured
BEFORE, AFTER = 0.2, 0.8  # seconds around a look in which it is at work

Trainings = Callable[[], AbstractContextManager[RunFolder]]


@dataclass
class Viewers:
    """Browsers on the Train page, each a session of its own, and when they got new pictures."""

    contexts: list[BrowserContext] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)

    def hear(self, answer: Response) -> None:
        """Note when a look is answered."""
        if "/looks/" in answer.url:
            self.looks.append(time.time())

    def open(self, browser: Browser, url: str, count: int) -> None:
        """Open that many, and wait until charts are drawn."""
        for _ in range(count):
            self.contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}))
            page = self.contexts[-1].new_page()
            page.on("response", self.hear)
            page.goto(url)
            page.wait_for_selector(".js-plotly-plot .scatterlayer", timeout=60_000)

    def wait(self, until: float) -> None:
        """Let time go by, listening to the browsers."""
        left = max(until - time.time(), 0)
        if self.contexts:
            self.contexts[0].pages[0].wait_for_timeout(1_000 * left)
        else:
            time.sleep(left)

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


@contextmanager
def training(command: list[str], root: Path) -> Iterator[RunFolder]:
    """Train for as long as this lasts."""
    known = {run.id for run in list_runs(root)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not (new := [run for run in list_runs(root) if run.id not in known]):
            time.sleep(0.05)
        while not len(new[0].history()):
            time.sleep(0.05)
        yield new[0]
    finally:
        process.terminate()
        process.wait()


@dataclass(frozen=True)
class Bench:
    """Where it is measured, and for how long."""

    browser: Browser
    server: str
    seconds: float

    def speed(self, run: RunFolder, count: int) -> tuple[float, float]:
        """Return the speed while so many watch, and that of the moments between their looks."""
        viewers, begin = Viewers(), time.time() + SETTLE
        viewers.open(self.browser, f"{self.server}/Train?run={run.id}", count)
        viewers.wait(begin)
        viewers.wait(begin + self.seconds)
        speed = Speed.since(run, begin)
        viewers.close()
        return speed.mean, speed.apart_from(viewers.looks)


def round_of(bench: Bench, trainings: Trainings) -> dict[int, tuple[float, float]]:
    """Return the two shares of speed that viewers cost, by their number."""

    def measured(count: int) -> tuple[float, float]:
        with trainings() as run:
            return bench.speed(run, count)

    costs, (before, _) = {}, measured(0)
    for count in VIEWERS:
        (watched, between), (after, _) = measured(count), measured(0)
        costs[count] = 1 - 2 * watched / (before + after), 1 - watched / between
        print(
            f"  {before:,.0f} images/s, {count} watching: {watched:,.0f} ({between:,.0f} between "
            f"looks), then {after:,.0f}",
            flush=True,
        )
        before = after
    return costs


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
    parser.add_argument("--anew", action="store_true")
    parser.add_argument("--network", default="im2col-lenet")
    parser.add_argument("--dataset", default="mnist")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        root = Path(folder)
        environment = os.environ | {"CNNVIZ_RUNS_DIR": folder}
        server = start_server("dashboard.py", root / "server.log", environment)
        stack.callback(server.stop)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET)
        command = [sys.executable, "-m", "cnnviz", "--epochs", "1000", "--runs-dir", folder]
        command += ["--network", options.network, "--dataset", options.dataset]
        trainings: Trainings = partial(training, command, root)
        if not options.anew:
            run = stack.enter_context(trainings())
            trainings = partial(nullcontext, run)
            time.sleep(options.after)
        bench = Bench(browser, server.url, options.seconds)
        rounds = []
        for number in range(1, options.rounds + 1):
            print(f"round {number}", flush=True)
            rounds.append(round_of(bench, trainings))
        report(rounds)


if __name__ == "__main__":
    main()
