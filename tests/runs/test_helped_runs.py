"""Runs that are trained by a team: resumed with another one, or after a helper was lost."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from run_tools import QUICK, SETTINGS, commanded, same_run
from team_tools import CONFIG, MODEL, DoomedTeam, FullTeam, needs_helpers

from cnnviz.runs import RunFolder, RunStatus, worker
from cnnviz.runs.commands import Command
from cnnviz.runs.create import create_run
from cnnviz.runs.helpers import HelpedTeam
from cnnviz.training.parallel import Update
from cnnviz.training.team import Team

pytestmark = pytest.mark.usefixtures("three_processors")


RUN = replace(SETTINGS, layers=tuple(MODEL.to_specs()), config=replace(CONFIG, threads=2))


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
