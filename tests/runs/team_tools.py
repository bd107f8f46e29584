"""A network, its numbers, and teams of processes to train it."""

import os
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, ClassVar

import numpy as np
import psutil
import pytest
from helper_tasks import Doomed, Who
from run_tools import DATA, SETTINGS, running, wait_for

from cnnviz.nn.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU
from cnnviz.nn.model import Sequential, flatten_params
from cnnviz.nn.optim import Adam
from cnnviz.runs.helpers import POSSIBLE, HelpedTeam
from cnnviz.runs.prepare import INPUT_SHAPE, prepare
from cnnviz.training import Augment, Event, Splits, StepEnd, TrainConfig, initial_state, train
from cnnviz.training.evaluate import CHUNK
from cnnviz.training.team import Task, Team

MODEL = Sequential(
    (
        *(Conv2d(4, 3), BatchNorm2d(), ReLU(), MaxPool2d(2), Flatten()),
        *(Dropout(0.25), Linear(150), ReLU(), Linear(10)),
    )
)


BATCH = 43  # of 130 images: three batches of 43, and one of a single image


CONFIG = TrainConfig(
    epochs=2,
    batch_size=BATCH,
    lr=0.002,
    optimizer=Adam(),
    seed=3,
    augment=Augment(2, 9.5, True),
)


needs_helpers = pytest.mark.skipif(not POSSIBLE, reason="no memory to share without a file here")


@cache
def splits() -> Splits:
    """The test images are three chunks of an evaluation: one for each process."""
    return prepare(replace(SETTINGS, data=replace(DATA, test_images=2 * CHUNK + 5))).splits


def bits(value: Any) -> Any:
    """An event to the last bit."""
    if is_dataclass(value):
        names = [field.name for field in fields(value)]
        return type(value).__name__, *(bits(getattr(value, name)) for name in names)
    return value.tobytes() if isinstance(value, np.ndarray) else value


def numbers(team: Team, threads: int, watch: Callable[[Event], object] = lambda event: None) -> Any:
    """All events of a training, and the parameters and optimizer state that it ends with."""
    config = replace(CONFIG, threads=threads)
    state = initial_state(MODEL, INPUT_SHAPE, config)
    events = []
    for event in train(MODEL, splits(), config, state, team):
        watch(event)
        events.append(bits(event))
    return events, [
        (name, array.tobytes())
        for arrays in (state.params, *state.optimizer_state.values())
        for name, array in flatten_params(arrays).items()
    ]


@cache
def alone(threads: int) -> Any:
    return numbers(Team(), threads)


def gather(team: Team, size: int) -> None:
    """Wait until the team has so many members."""
    wait_for(lambda: team.run([]) == [] and team.size == size)


def at_step(step: int, act: Callable[[], object]) -> Callable[[Event], object]:
    """What to watch a training with: act after a step."""
    return lambda event: isinstance(event, StepEnd) and event.step == step and act()


def children() -> set[int]:
    """The processes that this one has started, ended ones too."""
    return {child.pid for child in psutil.Process().children()}


def members(team: Team) -> list[int]:
    """The processes, this one first."""
    pids: list[int] = team.run([Who()] * team.size)
    assert pids[0] == os.getpid()
    return pids


def kill(pids: list[int]) -> None:
    for pid in pids:
        psutil.Process(pid).kill()
    wait_for(lambda: not any(map(running, pids)))


class FullTeam(HelpedTeam):
    """A team that waits for all its helpers before it begins."""

    def begin(self, *training: Any) -> None:
        super().begin(*training)
        gather(self, 1 + len(self._coming) + len(self._helpers))


class DoomedTeam(FullTeam):
    """A team whose helpers are killed in the tasks of one kind, of the second step if it has one.

    It counts how often that has happened.
    """

    kind: ClassVar[type[Task]]
    late: ClassVar[bool] = False
    doomed = 0

    def run(self, tasks: Sequence[Task]) -> list[Any]:
        several = len(tasks) > 1 and isinstance(tasks[0], self.kind)
        if several and getattr(tasks[0], "step", 2) == 2 and not self.doomed:
            self.doomed += 1
            tasks = [Doomed(task, os.getpid(), self.late) for task in tasks]
        return super().run(tasks)
