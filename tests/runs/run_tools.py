"""Small runs on the offline digits, and waiting for what they do."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from cnnviz.data import DataChoice
from cnnviz.nn.optim import SGD
from cnnviz.runs import RunFolder, RunSettings, RunStatus
from cnnviz.runs.commands import Command, Commands
from cnnviz.runs.create import create_run
from cnnviz.runs.worker import Pace, work
from cnnviz.training import TrainConfig

LAYERS: tuple[dict[str, Any], ...] = (
    {"type": "Conv2d", "out_channels": 3, "kernel_size": 5, "stride": 3},
    {"type": "BatchNorm2d"},
    {"type": "ReLU"},
    {"type": "Flatten"},
    {"type": "Dropout", "rate": 0.1},
    {"type": "Linear", "out_features": 10},
)
DATA = DataChoice("digits", train_images=150, validation_images=20, test_images=30)
CONFIG = TrainConfig(epochs=3, batch_size=10, lr=0.05, optimizer=SGD(0.9), seed=3)
SETTINGS = RunSettings(DATA, "tiny", LAYERS, CONFIG)
STEPS = 39  # three epochs of 130 images
QUICK = Pace(flush=0.01, live=0.05, checkpoint=0.05, idle=30.0)


def longer(epochs: int = 9_000, **config: Any) -> RunSettings:
    """Settings of a run that lasts until it is stopped."""
    return replace(SETTINGS, config=replace(CONFIG, epochs=epochs, **config))


def wait_for(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Return as soon as something is true; fail after so many seconds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def running(pid: int) -> bool:
    """Whether a process runs; one that has ended may be gone at any moment."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def trainers(server: int | None = None) -> list[psutil.Process]:
    """Return the trainers that a process, else this one, has started and that run."""
    return [child for child in psutil.Process(server).children() if running(child.pid)]


def wait_for_state(folder: RunFolder, *states: str, seconds: float = 20.0) -> None:
    """Return when the run is in one of the states."""
    wait_for(lambda: folder.status().state in states, seconds)


def whole_run(root: Path, settings: RunSettings = SETTINGS) -> RunFolder:
    """Return a run that was trained in this process, from start to end."""
    folder = RunFolder(create_run(root, settings))
    work(folder.path, Commands(), pace=QUICK)
    return folder


def commanded(*lines: Command) -> Commands:
    """Return commands that have come already."""
    commands = Commands()
    for command in lines:
        commands.put(command)
    return commands


def final_params(folder: RunFolder) -> list[bytes]:
    """Return the bits of the last parameters."""
    params = folder.params(folder.checkpoint_steps()[-1])
    return [array.tobytes() for layer in params for array in layer.values()]


def columns(folder: RunFolder) -> bytes:
    """Return the bits of the history, times excepted."""
    history = folder.history()
    names = ("step", "epoch", "loss", "correct", "images", "lr")
    return b"".join(np.ascontiguousarray(history[name]).tobytes() for name in names)


def epochs_but_times(folder: RunFolder) -> list[Any]:
    """Return the epochs, times excepted."""
    return [replace(record, seconds=0.0) for record in folder.epochs()]


def same_run(a: RunFolder, b: RunFolder) -> bool:
    """Whether two runs have the same numbers, bit for bit."""
    tests = [run.evaluation("test") for run in (a, b)]
    return (
        columns(a) == columns(b)
        and epochs_but_times(a) == epochs_but_times(b)
        and a.checkpoint_steps() == b.checkpoint_steps()
        and final_params(a) == final_params(b)
        and tests[0] is not None
        and tests[1] is not None
        and tests[0].confidences.tobytes() == tests[1].confidences.tobytes()
    )


def new_run(root: Path, settings: RunSettings = SETTINGS) -> RunFolder:
    """Return a run that nobody has trained yet."""
    return RunFolder(create_run(root, settings))


def go(run: RunFolder, *commands: Command, **options: Any) -> RunStatus:
    """Train in this process with commands that have come already."""
    return work(run.path, commanded(*commands), pace=options.pop("pace", QUICK), **options)


def one_step(run: RunFolder) -> RunStatus:
    """Take one step in a process-like session of its own, then leave."""
    return go(run, Command("step"), pace=replace(QUICK, idle=0.01), paused=True)
