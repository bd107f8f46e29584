"""The manager: slots, the queue, buttons pressed in any order, and nobody left behind."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from run_tools import (
    CONFIG,
    SETTINGS,
    commanded,
    longer,
    same_run,
    trainers,
    wait_for,
    wait_for_state,
    whole_run,
)

from cnnviz.nn.geometry import ShapeError
from cnnviz.runs import Manager, RunError, RunFolder, list_runs
from cnnviz.runs.child import Child, environment
from cnnviz.runs.commands import Command
from cnnviz.runs.create import change_status, create_run
from cnnviz.runs.worker import work
from cnnviz.training import ConfigError, TooLargeError

Make = Callable[..., Manager]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make managers that end with the test."""
    managers: list[Manager] = []

    def new(**options: Any) -> Manager:
        managers.append(Manager(tmp_path / "runs", **{"slots": 1, **options}))
        return managers[-1]

    yield new
    for manager in managers:
        manager.close()


def folder(manager: Manager, run_id: str) -> RunFolder:
    return RunFolder(manager.root / run_id)


def test_a_run_from_the_manager_is_the_same_as_in_this_process(
    make: Make, finished: RunFolder
) -> None:
    manager = make()
    run = folder(manager, manager.start(SETTINGS))
    wait_for_state(run, "finished")
    assert same_run(run, finished)
    assert run.status().owner == "page"
    wait_for(lambda: not trainers())


def test_a_full_life_pause_step_learning_rate_resume_stop(make: Make) -> None:
    manager = make()
    run_id = manager.start(longer(), paused=True)
    run = folder(manager, run_id)
    wait_for_state(run, "paused")
    live = run.live()
    assert (run.status().step, run.status().message) == (0, "Ready at its initial weights.")
    assert live is not None
    manager.step(run_id)
    wait_for(lambda: run.status().step == 1 and run.status().state == "paused")
    manager.set_lr(run_id, 0.01)
    wait_for(lambda: run.status().lr == 0.01)
    manager.resume(run_id)
    wait_for(lambda: len(run.history()) > 10)
    manager.set_lr(run_id, 0.02)
    wait_for(lambda: run.history()["lr"][-1] == 0.02)
    manager.pause(run_id)
    wait_for_state(run, "paused")
    assert run.history()["lr"][:2].tolist() == [0.05, 0.01]
    steps = run.status().step
    assert len(run.history()) == steps
    manager.stop(run_id)
    wait_for_state(run, "stopped")
    wait_for(lambda: not trainers())
    manager.resume(run_id)
    wait_for(lambda: len(run.history()) > steps)
    assert run.damage() == []


def test_more_runs_than_slots_wait_in_a_queue_that_is_shown(make: Make) -> None:
    manager = make(slots=1)
    first, second, third = (manager.start(longer()) for _ in range(3))
    assert manager.queue() == [second, third]
    assert [folder(manager, run).status().state for run in (second, third)] == ["queued"] * 2
    assert folder(manager, third).status().message == (
        "Waiting for a free slot: number 2 of 2 in the queue (1 at a time)."
    )
    wait_for_state(folder(manager, first), "training")
    manager.pause(first)  # it gives its slot away, and keeps its process
    wait_for_state(folder(manager, second), "training")
    assert manager.queue() == [third]
    manager.resume(first)
    assert manager.queue() == [third, first]
    wait_for_state(folder(manager, first), "queued")
    manager.stop(third)
    assert folder(manager, third).status().state == "stopped"
    manager.stop(second)
    wait_for_state(folder(manager, first), "training")
    assert manager.queue() == []


def test_a_finished_run_hands_its_slot_on(make: Make) -> None:
    manager = make(slots=1)
    runs = [folder(manager, manager.start(SETTINGS)) for _ in range(2)]
    for run in runs:
        wait_for_state(run, "finished")


def test_pressing_twice_in_two_windows_and_in_the_wrong_order_is_harmless(make: Make) -> None:
    manager = make()
    run_id = manager.start(longer())
    run = folder(manager, run_id)
    presses = [manager.pause, manager.resume, manager.step, manager.pause, manager.resume] * 3
    threads = [threading.Thread(target=press, args=(run_id,)) for press in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    manager.resume(run_id)
    wait_for_state(run, "training")
    assert len(trainers()) == 1
    for _ in range(2):
        manager.stop(run_id)
    manager.pause(run_id)
    manager.resume(run_id)  # while the old process is still ending
    wait_for_state(run, "training")
    manager.stop(run_id)
    wait_for_state(run, "stopped")
    wait_for(lambda: not trainers())
    assert run.damage() == []
    assert run.history()["step"].tolist() == list(range(1, len(run.history()) + 1))


def test_what_is_over_cannot_go_on(make: Make) -> None:
    manager = make()
    run = whole_run(manager.root)
    for press in (manager.resume, manager.step, lambda run_id: manager.set_lr(run_id, 0.1)):
        with pytest.raises(RunError, match="is finished and cannot go on; start a new one"):
            press(run.id)
    manager.pause(run.id)
    manager.stop(run.id)
    assert run.status().state == "finished"
    with pytest.raises(RunError, match="There is no run 'x'"):
        manager.resume("x")
    with pytest.raises(ConfigError, match="must be above 0"):
        manager.set_lr(run.id, 0.0)


@pytest.mark.parametrize(
    ("change", "kind", "told"),
    [
        ({"layers": SETTINGS.layers[:-1]}, ShapeError, "The network ends with shape"),
        ({"config": replace(CONFIG, batch_size=10**6), "layers": (
            {"type": "Flatten"}, {"type": "Linear", "out_features": 10**9},
            {"type": "Linear", "out_features": 10})}, TooLargeError, "GB are available: choose"),
    ],
)  # fmt: skip
def test_what_cannot_start_is_refused_and_leaves_no_folder(
    make: Make, change: dict[str, Any], kind: type[Exception], told: str
) -> None:
    manager = make()
    with pytest.raises(kind, match=told):
        manager.start(replace(SETTINGS, **change))
    assert list_runs(manager.root) == []


def test_a_run_of_somebody_else_is_read_only(make: Make, tmp_path: Path) -> None:
    manager = make()
    run = RunFolder(create_run(manager.root, longer()))
    command = [sys.executable, "-m", "cnnviz", "--run", str(run.path), "--commands"]
    other = subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE)
    wait_for(lambda: run.status().pid == other.pid and run.status().state == "training")
    assert not manager.controls(run.id)
    for press in (manager.pause, manager.resume, manager.stop, manager.step):
        with pytest.raises(RunError, match="elsewhere on this computer: pause or stop it there"):
            press(run.id)
    other.communicate(timeout=10)
    assert manager.controls(run.id)
    manager.resume(run.id)
    wait_for_state(run, "training")
    assert manager.controls(run.id)


def test_a_trainer_that_the_system_kills_is_told_with_the_likely_reason(make: Make) -> None:
    manager = make()
    run_id = manager.start(longer())
    run = folder(manager, run_id)
    wait_for(lambda: len(run.history()) > 0)
    (trainer,) = trainers()
    trainer.kill()
    wait_for(lambda: "signal 9" in run.status().message)
    assert run.status().state == "interrupted"
    assert "memory ran out: try a batch half as large (5), or press Resume" in run.status().message
    manager.resume(run_id)
    wait_for_state(run, "training")


def test_a_run_is_resumed_whose_killed_trainer_is_not_quite_gone(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = make()
    run = folder(manager, manager.start(longer()))
    wait_for_state(run, "training")
    (trainer,) = trainers()
    gone: list[bool] = []
    ended = Child.exit_code
    monkeypatch.setattr(Child, "exit_code", lambda self: ended(self) if gone else None)
    trainer.kill()
    wait_for_state(run, "interrupted")
    manager.resume(run.id)
    gone.append(True)
    wait_for_state(run, "training")
    assert trainers() != [trainer]


def test_a_trainer_killed_before_its_first_word_does_not_start_forever(make: Make) -> None:
    manager = make()
    run_id = manager.start(longer())
    for trainer in trainers():
        trainer.kill()
    wait_for_state(folder(manager, run_id), "interrupted")


def test_termination_by_the_system_pauses_with_a_checkpoint(make: Make) -> None:
    manager = make()
    run = folder(manager, manager.start(longer()))
    wait_for(lambda: len(run.history()) > 0)
    (trainer,) = trainers()
    trainer.terminate()
    wait_for_state(run, "paused")
    assert "the system asked its process to end" in run.status().message
    wait_for(lambda: not trainers())
    assert manager.queue() == []


def test_when_nobody_looks_everything_is_paused_and_says_why(make: Make) -> None:
    looking = [True]
    manager = make(watched=lambda: looking[0], idle_seconds=0.3)
    first, second = manager.start(longer()), manager.start(longer())
    wait_for_state(folder(manager, first), "training")
    looking[0] = False
    wait_for_state(folder(manager, first), "paused")
    assert folder(manager, first).status().message == (
        "Paused because no window has been open for 0 seconds; press Resume to go on."
    )
    assert manager.queue() == [second]
    looking[0] = True
    wait_for_state(folder(manager, second), "training")
    assert folder(manager, first).status().state == "paused"


def test_closing_leaves_a_checkpoint_and_no_process(make: Make) -> None:
    manager = make(slots=2)
    runs = [folder(manager, manager.start(longer())) for _ in range(2)]
    for run in runs:
        wait_for_state(run, "training")
    manager.close()
    assert trainers() == []
    for run in runs:
        assert run.status().state == "paused"
        assert run.damage() == []


def test_a_forgotten_manager_lets_its_trainers_go(tmp_path: Path) -> None:
    manager = Manager(tmp_path / "runs", slots=1)
    run = folder(manager, manager.start(longer()))
    wait_for_state(run, "training")
    del manager
    wait_for_state(run, "paused")
    wait_for(lambda: not trainers())


def test_a_paused_run_of_an_earlier_server_is_resumed_and_stopped(make: Make) -> None:
    manager = make()
    path = create_run(manager.root, longer())
    work(path, commanded(Command("step"), Command("end", "Gone.")))
    run = RunFolder(path)
    manager.stop(run.id)
    assert run.status().state == "stopped"
    manager.set_lr(run.id, 0.03)
    wait_for(lambda: run.status().lr == 0.03)
    manager.resume(run.id)
    wait_for_state(run, "training")


def test_a_damaged_run_is_not_resumed(make: Make, copied: RunFolder) -> None:
    manager = make()
    (copied.path / "settings.json").write_text("x")
    with pytest.raises(RunError, match="is damaged and cannot go on"):
        manager.resume(copied.id)
    assert change_status(copied.path, state="paused")
    assert copied.status().state == "damaged"


def test_slots_follow_the_processors(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert make(slots=None).slots == 4
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert make(slots=None).slots == 1


def test_the_trainer_imports_nothing_heavy() -> None:
    code = (
        "import cnnviz.cli, sys; heavy = {'pandas', 'sklearn', 'streamlit', 'plotly', 'pooch',"
        " 'scipy', 'requests'}; print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"
