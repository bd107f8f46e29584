"""Whether two trainings at once share the processors fairly.

    python -m benchmarks.two_runs [--rounds 7] [--seconds 5] [--networks im2col-lenet im2col-lenet]

Both are started in a terminal; the page would let the second one wait. Each round counts the
images that either has learned from in the same seconds; with equal networks 50 % is fair.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.training_speed import spread
from cnnviz.runs import RunFolder, list_runs


@contextmanager
def begun(network: str, root: Path) -> Iterator[RunFolder]:
    """Train in a folder of its own until the block ends; it begins with the first step.

    Raises
    ------
    RuntimeError
        If the training ends before it takes a step.
    """
    command = [sys.executable, "-m", "cnnviz", "--epochs", "1000", "--runs-dir", str(root)]
    command += ["--network", network, "--dataset", "mnist"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not (runs := list_runs(root)) or not len(runs[0].history()):
            if process.poll() is not None:
                raise RuntimeError(f"{network} ended with {process.returncode} before a step.")
            time.sleep(0.1)
        yield runs[0]
    finally:
        process.terminate()
        process.wait()


def images(run: RunFolder) -> int:
    """Return the images that a run has learned from."""
    return int(run.history()["images"].sum())


def shares(runs: list[RunFolder], seconds: float) -> list[float]:
    """Return each run's share of the images of the next seconds."""
    before = [images(run) for run in runs]
    time.sleep(seconds)
    counts = [images(run) - start for run, start in zip(runs, before, strict=True)]
    return [count / sum(counts) for count in counts]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--networks", nargs=2, default=["im2col-lenet"] * 2)
    options = parser.parse_args()
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        runs = [
            stack.enter_context(begun(one, root / str(i))) for i, one in enumerate(options.networks)
        ]
        found = [shares(runs, options.seconds) for _ in range(options.rounds)]
    for network, values in zip(options.networks, zip(*found, strict=True), strict=True):
        print(f"{network:>16} {spread([*values], '.0%')}")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
