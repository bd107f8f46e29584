"""Trainers and their helpers stand back behind pages."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from run_tools import longer, wait_for

from cnnviz.runs import Manager
from cnnviz.training.manners import BACK

GROUP = "/proc/{pid}/autogroup"


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(tmp_path)
    yield made
    made.close()


def trainers() -> list[psutil.Process]:
    """Return the trainer that this process has started, and its helpers."""
    return psutil.Process().children(recursive=True)


@pytest.mark.skipif(not psutil.POSIX, reason="priorities are those of POSIX")
def test_a_trainer_and_its_helpers_have_a_lower_priority(manager: Manager) -> None:
    here = psutil.Process().nice()
    wanted = min(here + BACK, 19)
    manager.start(longer())
    helpers = 1 if (psutil.cpu_count() or 1) > 1 and psutil.LINUX else 0
    wait_for(lambda: len(trainers()) == 1 + helpers)
    wait_for(lambda: all(one.nice() == wanted for one in trainers()))
    groups = [Path(GROUP.format(pid=one.pid)) for one in trainers()]
    shared = [group for group in groups if group.exists()]
    wait_for(lambda: all(f"nice {wanted}" in group.read_text() for group in shared))
    assert psutil.Process().nice() == here
