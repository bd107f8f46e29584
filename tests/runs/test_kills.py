"""SIGKILL at random moments, twenty times: no history is torn, no resumed run is another one."""

import contextlib
import os
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from run_tools import (
    CONFIG,
    DATA,
    QUICK,
    SETTINGS,
    running,
    same_run,
    trainers,
    wait_for,
    wait_for_state,
    whole_run,
)

from cnnviz.nn.optim import Adam
from cnnviz.nn.schedules import OneCycle
from cnnviz.runs import RunFolder, RunSettings
from cnnviz.runs.child import environment
from cnnviz.runs.commands import Commands
from cnnviz.runs.create import change_status, create_run
from cnnviz.runs.worker import work

KILLS = 20
LONGEST_WAIT = 0.4  # seconds

SERVER = """
import pathlib, sys
from cnnviz.runs import Manager
manager = Manager(pathlib.Path(sys.argv[1]), checkpoint_seconds=0.05)
for line in sys.stdin:
    manager.resume(line.strip())
    print(flush=True)
"""

RECIPES = [
    replace(CONFIG, epochs=90, seed=1),
    replace(CONFIG, epochs=90, seed=2, optimizer=Adam(), lr=0.002, schedule=OneCycle(), threads=3),
]


def settings(number: int) -> RunSettings:
    return replace(SETTINGS, data=DATA, config=RECIPES[number % len(RECIPES)])


class Stand:
    """A small process that holds a manager, as the page's server does, and its trainers."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-c", SERVER, str(root)]
        self.server = subprocess.Popen(
            command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def resume(self, run: RunFolder) -> None:
        """Let the manager resume a run; return when its trainer has been started, or is done."""
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write(run.id.encode() + b"\n")
        self.server.stdin.flush()
        assert self.server.stdout.readline()
        wait_for(lambda: trainers(self.server.pid) or run.status().state == "finished")

    def kill(self, whom: str) -> None:
        """Kill, and wait until no trainer is left."""
        killed = trainers(self.server.pid)  # none where a fast machine has finished the run
        if whom in ("trainer", "both"):
            for trainer in killed:
                with contextlib.suppress(psutil.NoSuchProcess):  # it has ended by itself
                    trainer.kill()
        if whom in ("server", "both"):
            self.end()
        wait_for(lambda: not any(running(trainer.pid) for trainer in killed), 5.0)

    def end(self) -> None:
        """Kill the server."""
        self.server.kill()
        self.server.communicate()

    @property
    def over(self) -> bool:
        return self.server.poll() is not None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_twenty_kills(tmp_path: Path) -> None:
    seed = int(os.environ.get("CNNVIZ_KILL_SEED", time.time_ns() % 1_000_000))
    print(f"CNNVIZ_KILL_SEED={seed}")
    rng = random.Random(seed)
    wholes = [whole_run(tmp_path / "whole", settings(number)) for number in range(len(RECIPES))]
    steps: list[int] = []
    stand = Stand(tmp_path / "killed")
    for number, whole in enumerate(wholes):
        run = new_run(tmp_path, number)
        for _ in range(KILLS // len(wholes)):
            if run.status().state == "finished":
                assert same_run(run, whole)
                run = new_run(tmp_path, number)
            stand = Stand(tmp_path / "killed") if stand.over else stand
            stand.resume(run)
            wait_for_a_moment(run, rng)
            stand.kill(rng.choice(["trainer", "server", "both"]))
            steps.append(check(run, whole))
        work(run.path, Commands(), pace=QUICK)
        assert same_run(run, whole)
    stand.end()
    print("steps in the histories after the kills:", steps)
    assert max(steps) > 0


def wait_for_a_moment(run: RunFolder, rng: random.Random) -> None:
    """Wait for a moment of the trainer's start or, mostly, of its training."""
    if rng.random() < 0.75:
        wait_for(lambda: run.status().state in ("training", "finished"))
    time.sleep(rng.uniform(0, LONGEST_WAIT))


def new_run(root: Path, number: int) -> RunFolder:
    """Return a new run, paused before its first step."""
    path = create_run(root / "killed", settings(number))
    assert change_status(path, state="paused", pid=None, process_created=None)
    return RunFolder(path)


def check(run: RunFolder, whole: RunFolder) -> int:
    """Check that what is there is a whole beginning of the uninterrupted run; return its steps."""
    wait_for_state(run, "interrupted", "paused", "finished", seconds=3.0)
    assert run.damage() == []
    steps = len(run.history())
    history = whole.history()[:steps]
    for name in ("step", "epoch", "loss", "correct", "images", "lr"):
        assert run.history()[name].tolist() == history[name].tolist()
    ended = [(e.epoch, e.train_loss, e.validation_loss) for e in run.epochs()]
    known = [(e.epoch, e.train_loss, e.validation_loss) for e in whole.epochs()]
    assert ended == known[: len(ended)]
    return steps
