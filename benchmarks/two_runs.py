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
from pathlib import Path

from benchmarks.training_speed import spread
from cnnviz.runs import RunFolder, list_runs


def begin(network: str, root: Path) -> tuple[subprocess.Popen[bytes], RunFolder]:
    """Start a training in a folder of its own; return it when it takes steps."""
    command = [sys.executable, "-m", "cnnviz", "--epochs", "1000", "--runs-dir", str(root)]
    command += ["--network", network, "--dataset", "mnist"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not (runs := list_runs(root)) or not len(runs[0].history()):
        time.sleep(0.1)
    return process, runs[0]


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
    with tempfile.TemporaryDirectory() as folder:
        begun = [begin(one, Path(folder) / str(i)) for i, one in enumerate(options.networks)]
        try:
            found = [
                shares([run for _, run in begun], options.seconds) for _ in range(options.rounds)
            ]
        finally:
            for process, _ in begun:
                process.terminate()
                process.wait()
    for network, values in zip(options.networks, zip(*found, strict=True), strict=True):
        print(f"{network:>16} {spread([*values], '.0%')}")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
