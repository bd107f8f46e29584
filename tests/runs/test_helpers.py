"""A team of processes: the same numbers as alone, whoever helps, comes late, fails or dies."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from helper_tasks import Fails, Who
from team_tools import (
    BATCH,
    MODEL,
    DoomedTeam,
    FullTeam,
    alone,
    at_step,
    children,
    gather,
    kill,
    members,
    needs_helpers,
    numbers,
    splits,
)

from cnnviz.nn.model import flatten_params
from cnnviz.runs.helpers import HelpedTeam, HelperGoneError
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.training.evaluate import Look
from cnnviz.training.parallel import MANY_PARAMETERS, Gradients, Update
from cnnviz.training.team import Task, Team

pytestmark = pytest.mark.usefixtures("three_processors")


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
