"""How fast pages answer a change of a control, or a move of the timeline, in a real browser.

    python -m benchmarks.answers [--changes 40] [--only im2col]

For each page of the lab, with a small and a large setting, two values are set in turn; on each page
that looks inside a run (im2col-lenet on the digits), the timeline goes to and fro between two
checkpoints. Measured is the time from the change to the finished page: its script has run to its
end, and no element of it has changed for two frames after that.
"""

import argparse
import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from cnnviz.data import DataChoice
from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.runs import RunSettings
from cnnviz.runs.commands import Commands
from cnnviz.runs.create import create_run
from cnnviz.runs.worker import work
from cnnviz.training import TrainConfig
from tests.browser import QUIET, chromium_path, settled, start_server

FINISHED = """
async (field, change) => {
  const app = document.querySelector('[data-testid=stApp]')
  const main = document.querySelector('[data-testid=stMain]')
  const before = location.search
  let last = 0
  const seen = new MutationObserver(() => (last = performance.now()))
  const everything = { subtree: true, childList: true, attributes: true, characterData: true }
  const frame = () => new Promise(requestAnimationFrame)
  seen.observe(main, everything)
  const start = performance.now()
  CHANGE
  while (location.search === before) await frame()
  while (app.dataset.testScriptState !== 'notRunning') await frame()
  const ran = performance.now()
  let quiet = 0
  while (quiet < 2) {
    const known = last
    await frame()
    quiet = last === known ? quiet + 1 : 0
  }
  seen.disconnect()
  return Math.max(last, ran) - start
}
"""
ENTER = FINISHED.replace(
    "CHANGE",
    """const enter = { key: 'Enter', code: 'Enter', keyCode: 13, bubbles: true }
  field.dispatchEvent(new KeyboardEvent('keydown', enter))
  field.dispatchEvent(new KeyboardEvent('keypress', enter))""",
)
MOVE = FINISHED.replace(
    "CHANGE",
    """field.value = change
  field.dispatchEvent(new Event('input', { bubbles: true }))""",
)
TIMELINE = "Checkpoint of the run"


@dataclass(frozen=True)
class Case:
    """A page with a setting, and the field that is set to two values in turn."""

    title: str
    link: str
    field: str
    texts: tuple[str, str]


CASES = (
    Case("Convolution, 5×5", "Convolution", "Padding", ("1", "valid")),
    Case(
        "Convolution, 28×28",
        "Convolution?conv_from=picture&conv_kernel=blur&conv_padding=same",
        "Image",
        ("1", "2"),
    ),
    Case("Shapes, 28×28", "Shapes?shape_typed=1", "Kernel", ("5", "3")),
    Case(
        "Shapes, 64×64",
        "Shapes?shape_typed=1&shape_size_height=64&shape_padding=same",
        "Kernel",
        ("5", "3"),
    ),
    Case("Shapes, chain", "Shapes?shape_view=chain&shape_network=lenet-5", "Height", ("32", "28")),
    Case("Shapes, table", "Shapes?shape_view=table&shape_typed=1", "Input", ("27", "28")),
    Case("im2col, 6×6", "im2col", "Kernel", ("2", "3")),
    Case(
        "im2col, 28×28",
        "im2col?col_size=28&col_kernel=5&col_padding=same&col_filters=8",
        "Seed",
        ("1", "2"),
    ),
    Case("Backward, 6×6", "Backward", "Kernel", ("2", "3")),
    Case("Backward, 12×12", "Backward?back_size=12&back_kernel=5", "Padding", ("1", "2")),
    Case("Backward, layer", "Backward?back_of=layer", "Image", ("1", "2")),
    Case("Backward, step", "Backward?back_view=step", "Image", ("1", "2")),
    Case("Filters", "Filters", TIMELINE, ("40", "60")),
    Case("Activations", "Activations", TIMELINE, ("40", "60")),
    Case("Draw", "Draw", TIMELINE, ("40", "60")),
    Case("Mistakes", "Mistakes", TIMELINE, ("40", "60")),
)


def changes(page: Page, case: Case, count: int) -> list[float]:
    """Return the milliseconds that each of so many changes took."""
    took = []
    field = page.get_by_label(case.field, exact=True).first
    for turn in range(count):
        text = case.texts[turn % 2]
        if case.field == TIMELINE:
            took.append(float(field.evaluate(MOVE, text)))
            continue
        field.fill(text)
        page.wait_for_timeout(60)
        took.append(float(field.evaluate(ENTER)))
    return sorted(took)


def tell(what: str, took: list[float]) -> None:
    """Print the median and the 95th percentile."""
    late = took[min(round(0.95 * len(took)), len(took) - 1)]
    median = statistics.median(took)
    print(f"{what:>18}: median {median:.0f} ms, 95th percentile {late:.0f} ms", flush=True)


def trained(root: Path) -> None:
    """Train im2col-lenet on the digits for an epoch."""
    network = ARCHITECTURES["im2col-lenet"]
    config = TrainConfig.of(network)
    settings = RunSettings(DataChoice("digits"), network.name, network.layers, config)
    work(create_run(root, settings), Commands())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=40)
    parser.add_argument("--only", default="", help="Pages whose title begins so.")
    options = parser.parse_args()
    cases = [case for case in CASES if case.title.startswith(options.only)]
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        environment = os.environ | {"CNNVIZ_RUNS_DIR": folder}
        trained(Path(folder))
        server = start_server("dashboard.py", Path(folder) / "server.log", environment)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET)
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        try:
            for case in cases:
                page.goto(f"{server.url}/{case.link}")
                page.get_by_label(case.field, exact=True).first.wait_for()
                settled(page)
                page.wait_for_timeout(500)
                changes(page, case, 4)
                tell(case.title, changes(page, case, options.changes))
        finally:
            browser.close()
            server.stop()
    print(f"{time.perf_counter() - start:.0f} s, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
