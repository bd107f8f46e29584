"""How fast a training step is: ours against a textbook's im2col and against PyTorch.

    pip install -r requirements-parity.txt
    python -m benchmarks.training_speed [--rounds 9] [--write benchmarks/training_speed.json]

All take complete training steps (forward, loss, backward, update) with the same networks, batches
and optimizers, in turns within one process, two threads each. A figure is the median over the
rounds of the ratio within a round, with the least and the most; above 1 ours is faster.
`peak` is the share of the machine's matrix product (float32, measured in the same round) that our
whole step reaches.
"""

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.workloads import (
    THREADS,
    WORKLOADS,
    Workload,
    ours,
    pytorchs,
    textbooks,
)
from cnnviz.data import Split, load
from cnnviz.runs.helpers import HelpedTeam
from cnnviz.training.team import Team

COLUMNS = {
    "textbook": "a textbook's im2col in NumPy: float64, transposes, argmax pooling",
    "PyTorch": "PyTorch on the CPU, its default memory format",
    "channels-last": "PyTorch on the CPU, channels-last memory format",
}


def rate(step: Callable[[], object], images: int, seconds: float) -> float:
    """Return images per second over as many steps as fit."""
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        step()
        done += 1
    return done * images / spent


def product_rate(seconds: float) -> float:
    """Return the operations per second of float32 matrix products on both threads."""
    size = 1024
    a = np.random.default_rng(0).random((size, size), np.float32)
    out = np.empty_like(a)
    return rate(lambda: np.matmul(a, a, out=out), 2 * size**3, seconds)


def measure(
    work: Workload, split: Split, team: Team, rounds: int, seconds: float
) -> dict[str, list[float]]:
    """Return each contestant's images per second, round by round, and the peak of each round."""
    steps = {
        "ours": ours(work, split, team),
        "textbook": textbooks(work, split),
        "PyTorch": pytorchs(work, split, channels_last=False),
        "channels-last": pytorchs(work, split, channels_last=True),
    }
    for step in steps.values():
        rate(step, work.batch, seconds / 2)
    found: dict[str, list[float]] = {name: [] for name in (*steps, "peak")}
    for _ in range(rounds):
        for name, step in steps.items():
            found[name].append(rate(step, work.batch, seconds))
        flops = found["ours"][-1] / work.batch * work.flops()
        found["peak"].append(flops / product_rate(seconds / 2))
    return found


def spread(values: list[float], form: str) -> str:
    """Return the median with the least and the most."""
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def row(network: str, found: dict[str, list[float]]) -> str:
    """Return a line of the table."""
    ratios = {
        name: [a / b for a, b in zip(found["ours"], found[name], strict=True)] for name in COLUMNS
    }
    cells = [spread(values, ".2f") for values in ratios.values()]
    cells += [spread(found["peak"], ".0%"), f"{statistics.median(found['ours']):,.0f}"]
    return f"| {network} | {' | '.join(cells)} |"


def main() -> None:
    """Measure, print the table and write the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--only", nargs="*", default=[work.network for work in WORKLOADS])
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    import torch

    torch.set_num_threads(THREADS)
    split = load("mnist").train
    results = {}
    print(f"| network | {' | '.join(COLUMNS)} | peak | images/s |")
    print("|---" * (len(COLUMNS) + 3) + "|")
    with HelpedTeam(THREADS) as team:
        for work in WORKLOADS:
            if work.network in options.only:
                results[work.network] = measure(work, split, team, options.rounds, options.seconds)
                print(row(work.network, results[work.network]), flush=True)
    load_now = os.getloadavg()[0]
    print(
        f"\n{options.rounds} rounds; load {load_now:.1f}; {platform.processor() or 'CPU'}, "
        f"{os.cpu_count()} processors; NumPy {np.__version__}, PyTorch {torch.__version__}"
    )
    for name, meaning in COLUMNS.items():
        print(f"{name}: {meaning}")
    if options.write:
        made = {"rounds": options.rounds, "load": load_now, "numpy": np.__version__}
        made |= {"torch": torch.__version__, "images_per_second": results}
        options.write.write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
