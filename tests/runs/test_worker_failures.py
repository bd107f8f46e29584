"""The trainer: what goes wrong is said, and the history stays whole."""

import itertools
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from run_tools import (
    CONFIG,
    SETTINGS,
    STEPS,
    go,
    longer,
    new_run,
    one_step,
    same_run,
)

from cnnviz.runs import RunFolder, layout, worker
from cnnviz.runs.child import environment
from cnnviz.runs.commands import END, Command
from cnnviz.runs.create import create_run
from cnnviz.runs.worker import Pace
from cnnviz.runs.writer import RunWriter


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


def test_even_a_large_network_loses_at_most_ten_seconds() -> None:
    assert Pace().checkpoint <= worker.SLOWEST < 10


def test_a_writer_whose_files_are_gone_can_still_finish(tmp_path: Path) -> None:
    folder = RunFolder(create_run(tmp_path, SETTINGS))
    writer = RunWriter(folder.path)
    (folder.path / layout.STEPS).unlink(missing_ok=True)
    assert writer.finish() == 0
