"""The trainer: commands, resuming, and the same numbers whoever trains."""

import itertools
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_tools import (
    CONFIG,
    QUICK,
    SETTINGS,
    STEPS,
    go,
    longer,
    new_run,
    one_step,
    same_run,
    wait_for,
    whole_run,
)

from cnnviz.nn.losses import MeanSquaredError
from cnnviz.nn.optim import SGD, Adam, RMSProp
from cnnviz.nn.schedules import OneCycle
from cnnviz.runs import RunError, RunFolder, layout
from cnnviz.runs.child import environment
from cnnviz.runs.commands import END, Command, Commands, parse_command
from cnnviz.runs.create import create_run, writing
from cnnviz.runs.worker import work
from cnnviz.training import Augment

RECIPES = [
    CONFIG,
    replace(CONFIG, optimizer=Adam(), lr=0.01, schedule=OneCycle(), threads=3),
    replace(CONFIG, optimizer=SGD(0.8, nesterov=True), threads=1, augment=Augment(2, 9.5, True)),
    replace(CONFIG, optimizer=RMSProp(momentum=0.5, centered=True), loss=MeanSquaredError()),
]


def test_a_paused_start_shows_the_initial_weights_and_can_be_resumed(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    status = go(run, paused=True, pace=replace(QUICK, idle=0.01))
    assert (status.state, status.step, status.pid) == ("paused", 0, None)
    assert "its process ended after a while" in status.message
    live = run.live()
    assert live is not None
    assert live.step == 0
    assert (run.path / layout.RESUME).exists()
    go(run)
    assert run.status().state == "finished"


def test_resume_goes_on_behind_a_step_that_is_under_way(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    quick = replace(QUICK, idle=0.01)
    assert go(run, Command("step"), Command("resume"), pace=quick, paused=True).state == "finished"


def test_one_step_is_exactly_one_step_with_its_checkpoint(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    for count in (1, 2, 3):
        assert one_step(run).step == count
        assert len(run.history()) == count
        assert run.checkpoint_steps() == list(range(count + 1))
        live = run.live()
        assert live is not None
        assert live.weight.tobytes() == run.params(count)[0]["weight"].tobytes()


@pytest.mark.parametrize("config", RECIPES)
def test_a_run_taken_step_by_step_is_the_same_as_in_one_go(tmp_path: Path, config: Any) -> None:
    settings = replace(SETTINGS, config=replace(config, epochs=2, batch_size=40))
    whole = whole_run(tmp_path / "whole", settings)
    run = new_run(tmp_path / "steps", settings)
    for _ in itertools.takewhile(lambda _: run.status().state != "finished", range(40)):
        one_step(run)
    assert same_run(run, whole)
    assert (np.diff(run.history()["seconds"]) > 0).all()


def test_a_new_learning_rate_is_in_the_history_and_survives_a_resume(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    one_step(run)
    go(run, Command("lr", 0.2), pace=replace(QUICK, idle=0.01), paused=True)
    assert run.status().lr == 0.2
    one_step(run)
    go(run)
    assert run.history()["lr"].tolist() == [0.05] + [0.2] * (STEPS - 1)
    assert run.settings().config.lr == 0.05


def test_pause_and_resume_and_what_does_not_fit_the_moment_change_nothing(
    tmp_path: Path, finished: RunFolder
) -> None:
    run = new_run(tmp_path)
    words = ("resume", "pause", "pause", "queue", "resume", "resume", "pause", "resume")
    assert go(run, *map(Command, words)).state == "finished"
    assert same_run(run, finished)


@pytest.mark.parametrize(
    ("command", "state"), [(Command("stop"), "stopped"), (Command(END, "Gone."), "paused")]
)
def test_stopping_and_the_end_of_commands_leave_a_run_that_can_go_on(
    tmp_path: Path, finished: RunFolder, command: Command, state: str
) -> None:
    run = new_run(tmp_path)
    one_step(run)
    assert go(run, command).state == state
    assert len(run.history()) == 1
    assert go(run).state == "finished"
    assert same_run(run, finished)


def test_waiting_in_the_queue_is_shown(tmp_path: Path) -> None:
    seen = []
    run = new_run(tmp_path)
    go(run, Command("queue", "Number 2."), Command("stop"), paused=True, report=seen.append)
    assert ("queued", "Number 2.") in [(status.state, status.message) for status in seen]


def test_only_one_may_write(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    with writing(run.path), pytest.raises(RunError, match="Another process has the run"):
        go(run)
    assert go(run).state == "finished"


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"[]", b'{"command": "rm"}', b'{"command": "lr", "value": "x"}', b"\xff",
     b'{"command": "pause", "value": 3}'],
)  # fmt: skip
def test_what_is_no_command_is_passed_over(line: bytes) -> None:
    assert parse_command(line) is None
    assert parse_command(Command("lr", 0.5).line()) == Command("lr", 0.5)


def test_a_learning_rate_that_is_none_ends_in_a_sentence(tmp_path: Path) -> None:
    status = go(new_run(tmp_path), Command("lr", -1.0))
    assert (status.state, "must be above 0" in status.message) == ("failed", True)


def test_commands_come_through_a_pipe_and_its_end_is_the_end() -> None:
    reading, writing_end = os.pipe()
    commands = Commands()
    commands.listen(reading)
    os.write(writing_end, Command("pause").line() + b'nonsense\n{"comm')
    os.write(writing_end, b'and": "stop"}\n')
    os.close(writing_end)
    names = [getattr(commands.take(5.0), "name", None) for _ in range(3)]
    assert names == ["pause", "stop", END]
    os.close(reading)


def test_the_trainer_in_a_process_gives_the_same_numbers_as_in_this_one(
    tmp_path: Path, finished: RunFolder
) -> None:
    run = new_run(tmp_path)
    command = [sys.executable, "-m", "cnnviz", "--run", str(run.path)]
    subprocess.run(command, env=environment(), check=True, timeout=60)
    assert same_run(run, finished)
    other = new_run(tmp_path)  # without the environment: as from a terminal
    plain = dict(os.environ, PYTHONPATH=environment()["PYTHONPATH"])
    command[-1] = str(other.path)
    subprocess.run(command, env=plain, check=True, timeout=60)
    assert same_run(other, finished)


def test_two_that_resume_at_once_have_one_writer(tmp_path: Path) -> None:
    run = new_run(tmp_path, longer())
    command = [sys.executable, "-m", "cnnviz", "--run", str(run.path), "--commands"]
    pair = [
        subprocess.Popen(
            command, env=environment(), stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    wait_for(lambda: any(process.poll() is not None for process in pair))
    (loser,) = [process for process in pair if process.poll() is not None]
    (winner,) = [process for process in pair if process is not loser]
    _, told = loser.communicate(timeout=10)
    assert loser.returncode == 3
    assert "Another process has the run" in told
    wait_for(lambda: run.status().state == "training")
    assert run.status().pid == winner.pid
    winner.communicate(timeout=10)
    assert (winner.returncode, run.status().state) == (0, "paused")
    assert "the program that started it ended" in run.status().message
    assert run.damage() == []


def test_what_cannot_be_a_learning_rate_is_no_command() -> None:
    for value in ("-1", "0", "NaN", "Infinity", "true", "null", '"0.1"'):
        assert parse_command(f'{{"command": "lr", "value": {value}}}'.encode()) is None
    assert parse_command(b'{"command": "lr", "value": 0.5}') == Command("lr", 0.5)


def test_the_end_is_told_once_and_not_as_a_pause(tmp_path: Path) -> None:
    told: list[str] = []
    folder = RunFolder(create_run(tmp_path, SETTINGS))
    work(folder.path, Commands(), pace=QUICK, report=lambda status: told.append(status.state))
    assert told[-1] == "finished"
    assert "paused" not in told
