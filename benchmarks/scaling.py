"""How the cost of training grows: with the images, with the batch, and with the processes.

    python -m benchmarks.scaling [--network im2col-lenet] [--rounds 5]

Every figure is the median of microseconds for one image, in training. Where it stays the same from
1,000 to 60,000 images the cost grows linearly. In turns, so that a machine whose speed drifts is
the same for all.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from benchmarks.workloads import WORKLOADS, Workload, ours
from cnnviz.data import Split, Splits, load
from cnnviz.nn.architectures import build
from cnnviz.runs.helpers import HelpedTeam
from cnnviz.training import StepEnd, TrainConfig, train
from cnnviz.training.team import Team

IMAGES = (1_000, 4_000, 16_000, 60_000)
BATCHES = (8, 32, 128, 512, 1_024)
SAMPLE = 4_000  # images that a measurement of a batch size takes
WARM = 20  # steps


def epoch(network: str, split: Split, images: int, team: Team) -> float:
    """Return the microseconds an image of one epoch over so many images."""
    part = Split(split.images[:images], split.labels[:images])
    few = Split(split.images[:100], split.labels[:100])
    events = train(build(network), Splits(part, few, few), TrainConfig(epochs=1), team=team)
    start = time.perf_counter()
    for event in events:
        if isinstance(event, StepEnd) and event.step * 64 >= images:
            break
    return (time.perf_counter() - start) / images * 1e6


def steps(work: Workload, split: Split, size: int, parts: int) -> float:
    """Return the microseconds an image in batches of a size, computed by so many processes."""
    with HelpedTeam(parts) as team:
        step = ours(replace(work, batch=size), split, team, parts)
        for _ in range(WARM):
            step()
        count = max(SAMPLE // size, 1)
        start = time.perf_counter()
        for _ in range(count):
            step()
        return (time.perf_counter() - start) / (count * size) * 1e6


def table(head: str, cases: dict[str, Callable[[], float]], rounds: int) -> None:
    """Measure all cases in turns and print them."""
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            found[name].append(case())
    print(f"\n{head:>24}   us/image   least    most")
    for name, values in found.items():
        middle = statistics.median(values)
        print(f"{name:>24} {middle:>10.1f} {min(values):>7.1f} {max(values):>7.1f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", default="im2col-lenet")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    work = next(one for one in WORKLOADS if one.network == options.network)
    split = load("mnist").train
    processors = os.cpu_count() or 1
    with HelpedTeam(2) as team:
        table(
            "images, two processes",
            {
                f"{images:,}": lambda images=images: epoch(work.network, split, images, team)
                for images in IMAGES
            },
            options.rounds,
        )
    for parts in sorted({1, 2, processors}):
        table(
            f"batch, {parts} process{'es' if parts > 1 else ''}",
            {
                f"{size:,}": lambda size=size, parts=parts: steps(work, split, size, parts)
                for size in BATCHES
            },
            options.rounds,
        )
    print(f"\n{work.network}; load {os.getloadavg()[0]:.1f} on {processors} processors")


if __name__ == "__main__":
    main()
