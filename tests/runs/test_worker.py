"""The trainer: commands, resuming, and every way to end."""

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
    commanded,
    longer,
    same_run,
    wait_for,
    whole_run,
)

from cnnviz.nn.losses import MeanSquaredError
from cnnviz.nn.optim import SGD, Adam, RMSProp
from cnnviz.nn.schedules import OneCycle
from cnnviz.runs import RunError, RunFolder, RunSettings, RunStatus, layout, worker
from cnnviz.runs.child import environment
from cnnviz.runs.commands import END, Command, Commands, parse_command
from cnnviz.runs.create import create_run, writing
from cnnviz.runs.worker import Pace, work
from cnnviz.runs.writer import RunWriter
from cnnviz.training import Augment

RECIPES = [
    CONFIG,
    replace(CONFIG, optimizer=Adam(), lr=0.01, schedule=OneCycle(), threads=3),
    replace(CONFIG, optimizer=SGD(0.8, nesterov=True), threads=1, augment=Augment(2, 9.5, True)),
    replace(CONFIG, optimizer=RMSProp(momentum=0.5, centered=True), loss=MeanSquaredError()),
]


def new_run(root: Path, settings: RunSettings = SETTINGS) -> RunFolder:
    return RunFolder(create_run(root, settings))


def go(run: RunFolder, *commands: Command, **options: Any) -> RunStatus:
    """Train in this process with commands that have come already."""
    return work(run.path, commanded(*commands), pace=options.pop("pace", QUICK), **options)


def one_step(run: RunFolder) -> RunStatus:
    """Take one step in a process-like session of its own, then leave."""
    return go(run, Command("step"), pace=replace(QUICK, idle=0.01), paused=True)


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


def test_divergence(tmp_path: Path) -> None:
    settings = replace(SETTINGS, config=replace(CONFIG, lr=1e20))
    run = new_run(tmp_path, settings)
    status = go(run)
    assert status.state == "diverged"
    assert f"at step {status.step + 1} with learning rate 1e+20" in status.message
    assert "try a tenth: 1e+19" in status.message
    assert len(run.history()) == status.step
    assert run.damage() == []


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception, after: int) -> None:
    """Let the training end with an error after some steps."""
    whole = worker.train

    def broken(*arguments: Any) -> Any:
        yield from itertools.islice(whole(*arguments), 1 + 2 * after)
        raise error

    monkeypatch.setattr(worker, "train", broken)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            MemoryError("Unable to allocate"),
            "Memory ran out after step 5: try a batch half as large: 5.",
        ),
        (OSError(28, "No space left"), "The disk is full: writing stopped after step 5"),
        (OSError(13, "Permission denied"), "cannot be written (Permission denied): check it"),
        (TypeError("odd"), "an error of its own (TypeError: odd) after step 5; trainer.log has"),
    ],
)
def test_failures_keep_the_history_and_can_be_resumed(
    tmp_path: Path,
    finished: RunFolder,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    told: str,
) -> None:
    run = new_run(tmp_path)
    with monkeypatch.context() as broken:
        failing(broken, error, 5)
        status = go(run)
    assert (status.state, status.pid) == ("failed", None)
    assert told in status.message
    assert len(run.history()) == 5
    assert run.damage() == []
    assert ("Traceback" in log_of(run)) == isinstance(error, TypeError)
    assert go(run).state == "finished"
    assert same_run(run, finished)


def log_of(run: RunFolder) -> str:
    path = run.path / layout.LOG
    return path.read_text() if path.exists() else ""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"data": replace(SETTINGS.data, train_images=1_000_000)}, "but"),
        ({"data": replace(SETTINGS.data, dataset="none-such")}, "There is no data set"),
        ({"layers": SETTINGS.layers[:-1]}, "The network ends with shape"),
        ({"layers": ({"type": "Linear", "out_features": 10},)}, "put Flatten before it"),
        ({"layers": ({"type": "Flatten"}, *[{"type": "Linear", "out_features": 10**9}] * 2,
                     {"type": "Linear", "out_features": 10})}, "GB are available"),
    ],
)  # fmt: skip
def test_what_cannot_start_says_why(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    run = new_run(tmp_path, replace(SETTINGS, **change))
    status = go(run)
    assert status.state == "failed"
    assert told in status.message


@pytest.mark.parametrize("name", [layout.STEPS, layout.EPOCHS])
def test_a_history_with_a_hole_is_not_continued(copied: RunFolder, name: str) -> None:
    (copied.path / name).write_bytes(b"")
    status = go(copied)
    assert status.state == "failed"
    assert "cannot be resumed at step 39: its history can be read only up to" in status.message


@pytest.mark.parametrize("how", ["garbage", "missing"])
def test_where_the_resume_file_is_spoiled_the_one_before_it_serves(
    tmp_path: Path, finished: RunFolder, how: str
) -> None:
    run = new_run(tmp_path)
    one_step(run)
    one_step(run)
    spoiled = run.path / layout.RESUME
    spoiled.unlink() if how == "missing" else spoiled.write_bytes(b"garbage")
    assert go(run).state == "finished"
    assert same_run(run, finished)


def test_without_any_resume_file_a_run_that_has_begun_is_not_begun_again(copied: RunFolder) -> None:
    for name in layout.RESUMES:
        (copied.path / name).unlink(missing_ok=True)
    assert "resume.safetensors is missing. Its history can still" in go(copied).message
    (copied.path / layout.RESUME).write_bytes(b"garbage")
    assert "it is cut off or not of this kind. Its history can" in go(copied).message


def test_a_run_whose_folder_is_left_over_from_a_crash_is_tidied(copied: RunFolder) -> None:
    torn = copied.path / "checkpoints" / "00000099.safetensors.tmp"
    torn.write_bytes(b"half")
    later = copied.path / "checkpoints" / "00000099.safetensors"
    later.write_bytes(b"from a later step")
    with (copied.path / layout.STEPS).open("ab") as file:
        file.write(b"torn")
    go(copied)
    assert not torn.exists()
    assert not later.exists()
    assert (copied.path / layout.STEPS).stat().st_size == STEPS * 40
    assert copied.evaluation("test") is not None


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


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from cnnviz.cli import run
sys.exit(run(["--run", sys.argv[1], "--checkpoint-seconds", "0.05"]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on a file's size")
def test_a_file_that_may_not_grow_ends_the_run_with_its_history_whole(tmp_path: Path) -> None:
    run = new_run(tmp_path, longer())
    small = [sys.executable, "-c", LIMITED, str(run.path), "40001"]
    ended = subprocess.run(small, env=environment(), capture_output=True, timeout=60, check=False)
    status = run.status()
    assert (ended.returncode, status.state) == (1, "failed"), ended.stderr
    assert "The disk is full: writing stopped after step 1,000" in status.message
    assert len(run.history()) == 1000
    assert run.damage() == []
    go(run, Command(END, "Enough."))
    assert run.status().state == "paused"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can make a small disk"
)
def test_a_full_disk_ends_the_run_with_its_history_whole(
    tmp_path: Path, finished: RunFolder
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this root may not mount")
    try:
        run = new_run(disk, longer(100))
        status = go(run)
        assert (status.state, run.status()) == ("failed", status)
        assert "free some space, then press Resume" in status.message
        assert run.damage() == []
        history = run.history()
        both = min(len(history), STEPS)
        assert both > 0
        assert history["loss"][:both].tolist() == finished.history()["loss"][:both].tolist()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


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


def test_even_a_large_network_loses_at_most_ten_seconds() -> None:
    assert Pace().checkpoint <= worker.SLOWEST < 10


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


def test_a_writer_whose_files_are_gone_can_still_finish(tmp_path: Path) -> None:
    folder = RunFolder(create_run(tmp_path, SETTINGS))
    writer = RunWriter(folder.path)
    (folder.path / layout.STEPS).unlink(missing_ok=True)
    assert writer.finish() == 0
