"""What training and evaluating take in memory, beyond the program with its data.

    python -m benchmarks.memory [--network tf2-cnn]

Peaks of the resident memory of both processes of a team, in a process of its own for each line;
what they share is counted once.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import psutil

from benchmarks.workloads import SHAPE, THREADS, WORKLOADS, ours
from cnnviz.data import load
from cnnviz.nn.architectures import build
from cnnviz.runs.helpers import HelpedTeam
from cnnviz.training import TrainConfig, initial_state
from cnnviz.training.evaluate import evaluate

STEPS = (5, 50, 500)
MB = 1e6


def family() -> list[psutil.Process]:
    """Return this process and those it has started."""
    me = psutil.Process()
    return [me, *me.children()]


def resident(status: str) -> float:
    """Return the sum of a line of /proc/…/status over the family, in MB, shared memory once."""
    total, shared = 0.0, []
    for process in family():
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        found = {
            key: int(rest.split()[0])
            for key, rest in (line.split(":") for line in lines if "kB" in line)
        }
        total += found[status]
        shared.append(found["RssShmem"])
    return (total - sum(shared) + max(shared)) * 1024 / MB


def forget_peaks() -> None:
    """Let the peaks begin anew."""
    for process in family():
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")


def measure(network: str, what: str) -> tuple[float, float]:
    """Return the memory before, and the peak, in MB."""
    data = load("mnist")
    work = next(one for one in WORKLOADS if one.network == network)
    with HelpedTeam(THREADS) as team:
        while team.size < THREADS:
            team.welcome()
        before = resident("VmRSS")
        forget_peaks()
        if what == "evaluation":
            config = TrainConfig()
            model = build(network)
            team.begin(model, config, initial_state(model, SHAPE, config))
            for _ in evaluate(team, data.test, 0):
                pass
        else:
            step = ours(work, data.train, team)
            for _ in range(int(what)):
                step()
        return before, resident("VmHWM")


def main() -> None:
    """Measure and print, or be one of the processes that do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", default="tf2-cnn")
    parser.add_argument("--one")
    options = parser.parse_args()
    if options.one:
        before, peak = measure(options.network, options.one)
        print(f"{before:>8.0f} {peak:>8.0f} {peak - before:>8.0f}")
        return
    print(f"{options.network:>20}   before     peak    added  (MB)")
    for what in (*map(str, STEPS), "evaluation"):
        command = [sys.executable, "-m", "benchmarks.memory", "--network", options.network]
        line = subprocess.run(
            [*command, "--one", what], check=True, capture_output=True, text=True, env=os.environ
        ).stdout
        print(f"{what + ' steps' if what.isdigit() else what:>20} {line}", end="")


if __name__ == "__main__":
    main()
