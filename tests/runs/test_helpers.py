"""A team of processes: the same numbers as alone, whoever helps, comes late, fails or dies."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import psutil
import pytest
from helper_tasks import Doomed, Fails, Who
from run_tools import DATA, QUICK, SETTINGS, commanded, same_run, wait_for

from cnnviz.nn.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU
from cnnviz.nn.model import Sequential, flatten_params
from cnnviz.nn.optim import Adam
from cnnviz.runs import RunFolder, RunStatus, helpers, worker
from cnnviz.runs.child import environment
from cnnviz.runs.commands import Command
from cnnviz.runs.create import create_run
from cnnviz.runs.helpers import POSSIBLE, HelpedTeam, HelperGoneError
from cnnviz.runs.prepare import INPUT_SHAPE, prepare
from cnnviz.training import Augment, Event, Splits, StepEnd, TrainConfig, initial_state, train
from cnnviz.training.evaluate import CHUNK, Look
from cnnviz.training.parallel import MANY_PARAMETERS, Gradients, Update
from cnnviz.training.team import Task, Team, blas

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
RUN = replace(SETTINGS, layers=tuple(MODEL.to_specs()), config=replace(CONFIG, threads=2))

needs_helpers = pytest.mark.skipif(not POSSIBLE, reason="no memory to share without a file here")


@pytest.fixture(autouse=True)
def three_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine for teams of three, whose helpers find the tasks of these tests."""
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


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


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill(pids: list[int]) -> None:
    for pid in pids:
        psutil.Process(pid).kill()
    wait_for(lambda: not any(map(alive, pids)))


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


def test_the_network_is_large_enough_for_an_update_in_shares() -> None:
    params = flatten_params(MODEL.init(INPUT_SHAPE, np.random.default_rng(0)))
    assert sum(array.size for array in params.values()) >= MANY_PARAMETERS
    assert len(splits().train) % BATCH == 1


@pytest.fixture(scope="module")
def trio() -> Iterator[Team]:
    """A team of three that trains and is asked, and loses nobody."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "cpu_count", lambda: 3)
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        with FullTeam(3) as team:
            numbers(team, 1)
            yield team


@needs_helpers
def test_tasks_go_to_the_processes_in_turn_and_results_come_in_their_order(trio: Team) -> None:
    own, first, second = members(trio)
    assert len({own, first, second}) == 3
    assert trio.run([Who()] * 7) == [own, first, second, own, first, second, own]
    assert trio.run([Who()] * 2) == [own, first]
    assert trio.run([Who()]) == [own]


@needs_helpers
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_two_helpers_change_no_number(threads: int, trio: Team) -> None:
    assert numbers(trio, threads) == alone(threads)
    assert trio.size == 3


@needs_helpers
def test_one_helper_changes_no_number() -> None:
    with FullTeam(2) as team:
        for threads in (1, 2, 5):
            assert numbers(team, threads) == alone(threads)
        assert team.size == 2


@needs_helpers
def test_a_team_has_no_more_members_than_the_machine_has_processors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    before = children()
    with HelpedTeam(5):
        assert len(children() - before) == 1
    with HelpedTeam(1):
        assert children() == before


@needs_helpers
def test_helpers_that_come_late_change_no_number() -> None:
    before = children()
    with HelpedTeam(3) as team:
        late = [psutil.Process(pid) for pid in children() - before]
        for helper in late:
            helper.suspend()

        def come() -> None:
            assert team.size == 1
            for helper in late:
                helper.resume()
            gather(team, 3)

        assert numbers(team, 5, at_step(2, come)) == alone(5)
        assert team.size == 3


@needs_helpers
@pytest.mark.parametrize(("step", "killed"), [(2, 2), (3, 1)])
def test_a_helper_that_dies_between_steps_changes_no_number(step: int, killed: int) -> None:
    """After the third step comes one of a single image: nobody helps before the update."""
    with FullTeam(3) as team:
        watch = at_step(step, lambda: kill(members(team)[-killed:]))
        assert numbers(team, 5, watch) == alone(5)
        assert team.size == 3 - killed


@needs_helpers
@pytest.mark.parametrize(("kind", "late"), [(Gradients, False), (Gradients, True), (Look, False)])
def test_helpers_that_die_in_what_can_be_done_again_change_no_number(
    kind: type[Task], late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DoomedTeam, "kind", kind, raising=False)
    monkeypatch.setattr(DoomedTeam, "late", late)
    with DoomedTeam(3) as team:
        assert numbers(team, 5) == alone(5)
        assert (team.doomed, team.size) == (1, 1)


@needs_helpers
def test_a_helper_that_dies_in_an_update_ends_the_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DoomedTeam, "kind", Update, raising=False)
    before = children()
    with DoomedTeam(2) as team, pytest.raises(HelperGoneError) as error:
        numbers(team, 5)
    assert str(error.value) == (
        "A process that helped with this training ended in the middle of a step; resume from the "
        "last checkpoint."
    )
    assert children() == before


@needs_helpers
def test_an_error_reaches_who_asked_and_the_team_works_on(trio: Team) -> None:
    own, first, second = members(trio)
    for where in ((first,), (own,), (first, second), (own, first, second)):
        with pytest.raises(KeyError, match="a task that fails"):
            trio.run([Fails(where)] * 5)
        assert members(trio) == [own, first, second]
    assert numbers(trio, 5) == alone(5)


@needs_helpers
def test_no_helper_is_left_behind_by_a_team() -> None:
    before = children()
    with FullTeam(3) as team:
        numbers(team, 2)
        assert {*members(team)} == {os.getpid()} | children() - before
    assert children() == before
    with pytest.raises(KeyError), HelpedTeam(3):
        assert len(children() - before) == 2
        raise KeyError
    assert children() == before


OWNER = """
import os, sys
import psutil
from cnnviz.nn.layers import Flatten, Linear
from cnnviz.nn.model import Sequential
from cnnviz.runs.helpers import HelpedTeam
from cnnviz.training import TrainConfig, initial_state
os.cpu_count = lambda: 3
model, config = Sequential((Flatten(), Linear(10))), TrainConfig()
with HelpedTeam(3) as team:
    team.begin(model, config, initial_state(model, (1, 28, 28), config))
    while sys.argv[1] == "ready" and team.size < 3:
        team.run([])
    print(*(child.pid for child in psutil.Process().children()), flush=True)
    sys.stdin.read()
"""


@needs_helpers
@pytest.mark.parametrize("when", ["ready", "at once"])
def test_no_helper_is_left_behind_by_a_process_that_is_killed(when: str) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, when],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert owner.stdout is not None
    pids = [*map(int, owner.stdout.readline().split())]
    assert [*map(alive, pids)] == [True, True]
    owner.kill()
    owner.communicate()
    wait_for(lambda: not any(map(alive, pids)))


def test_blas_has_one_thread_in_a_team_and_as_many_as_before_after_it() -> None:
    def threads() -> set[int]:
        return {library["num_threads"] for library in blas().info()}

    with blas().limit(limits=2):
        before = threads()
        with HelpedTeam(1):
            assert threads() == {1}
        assert threads() == before
        with pytest.raises(KeyError), HelpedTeam(1):
            raise KeyError
        assert threads() == before


def fails(*_: object, **__: object) -> None:
    raise OSError(errno.EAGAIN, "no more of these")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda patch: patch.setattr(helpers, "POSSIBLE", False),
        lambda patch: patch.setattr(os, "memfd_create", fails, raising=False),
        lambda patch: patch.setattr(subprocess, "Popen", fails),
        lambda patch: patch.setattr(sys, "executable", shutil.which("false")),
    ],
    ids=["no shared memory here", "too many files", "too many processes", "helpers end at once"],
)
def test_where_nobody_can_help_all_is_computed_alone(
    spoil: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = children()
    spoil(monkeypatch)
    with HelpedTeam(3) as team:
        wait_for(lambda: not any(map(alive, children() - before)))
        assert numbers(team, 2) == alone(2)
        assert team.size == 1


@needs_helpers
def test_a_training_leaves_the_arrays_of_the_one_before_as_they_were() -> None:
    with HelpedTeam(2) as team:
        first = initial_state(MODEL, INPUT_SHAPE, CONFIG)
        team.begin(MODEL, CONFIG, first)
        before = [array.copy() for array in flatten_params(first.params).values()]
        gather(team, 2)
        assert numbers(team, 2) == alone(2)
    after = flatten_params(first.params).values()
    assert all(map(np.array_equal, before, after))


WITHOUT_POSIX = """
import os, sys
import numpy, psutil, threadpoolctl, cnnviz.training, cnnviz.runs.child, cnnviz.runs.commands
sys.modules["fcntl"] = None
from cnnviz.training.team import blas
blas()  # looks for libraries in the way of this system
sys.platform = "win32"
vars(os).pop("memfd_create", None)
from cnnviz.runs.helpers import HelpedTeam
with HelpedTeam(3) as team:
    print(team.size, len(psutil.Process().children()))
"""


def test_systems_that_have_nothing_of_the_kind_have_teams_of_one() -> None:
    command = [sys.executable, "-c", WITHOUT_POSIX]
    assert subprocess.check_output(command, env=environment(), text=True).split() == ["1", "0"]


def session(run: RunFolder, members: type[Team], patch: Any, steps: int = 0) -> RunStatus:
    """Train to the end, or so many steps and leave, in a worker with a team of some kind."""
    patch.setattr(worker, "HelpedTeam", members)
    if not steps:
        return worker.work(run.path, commanded(), pace=QUICK)
    for _ in range(steps):
        patient = replace(QUICK, idle=0.01)
        status = worker.work(run.path, commanded(Command("step")), paused=True, pace=patient)
    return status


class Alone(HelpedTeam):
    """A team without helpers, however many parts a batch has."""

    def __init__(self, size: int) -> None:
        super().__init__(1)


def new_run(root: Path, name: str) -> RunFolder:
    return RunFolder(create_run(root / name, RUN))


@needs_helpers
def test_a_run_resumed_with_other_helpers_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, run = (new_run(tmp_path, name) for name in ("whole", "parts"))
    session(whole, Alone, monkeypatch)
    for members in (FullTeam, Alone):
        session(run, members, monkeypatch, steps=1)
    assert run.status().step == 2
    assert session(run, FullTeam, monkeypatch).state == "finished"
    assert same_run(run, whole)


@needs_helpers
def test_a_run_that_lost_a_helper_in_an_update_says_so_and_can_be_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, run = (new_run(tmp_path, name) for name in ("whole", "lost"))
    session(whole, Alone, monkeypatch)
    monkeypatch.setattr(DoomedTeam, "kind", Update, raising=False)
    status = session(run, DoomedTeam, monkeypatch)
    assert status.state == "failed"
    assert "ended in the middle of a step; resume from the last checkpoint." in status.message
    assert session(run, HelpedTeam, monkeypatch).state == "finished"
    assert same_run(run, whole)
