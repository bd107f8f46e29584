"""A team of processes: what it leaves behind, and machines on which nobody can help."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from run_tools import running, wait_for
from team_tools import (
    CONFIG,
    MODEL,
    FullTeam,
    alone,
    children,
    gather,
    members,
    needs_helpers,
    numbers,
)

from cnnviz.nn.model import flatten_params
from cnnviz.runs import helpers
from cnnviz.runs.child import environment
from cnnviz.runs.helpers import HelpedTeam
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.training import initial_state
from cnnviz.training.team import blas

pytestmark = pytest.mark.usefixtures("three_processors")


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
    assert [*map(running, pids)] == [True, True]
    owner.kill()
    owner.communicate()
    wait_for(lambda: not any(map(running, pids)))


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
        wait_for(lambda: not any(map(running, children() - before)))
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
