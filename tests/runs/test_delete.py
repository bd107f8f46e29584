"""Deleting runs: gone at once, refused while they train or wait, nothing left behind."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from run_tools import longer, wait_for, wait_for_state

from cnnviz.runs import Manager, RunError, RunFolder, layout, list_runs
from cnnviz.runs.create import change_status, create_run, locked
from cnnviz.runs.delete import run_bytes


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(tmp_path / "runs", slots=1)
    yield made
    made.close()


def refusal(manager: Manager, run_id: str) -> str:
    """Return why the run is not deleted; it is still there."""
    with pytest.raises(RunError) as caught:
        manager.delete(run_id)
    assert (manager.root / run_id / layout.STATUS).exists()
    return str(caught.value)


def test_a_deleted_run_is_gone_from_list_and_disk(manager: Manager, copied: RunFolder) -> None:
    manager.delete(copied.id)
    assert list_runs(manager.root) == []
    assert [*manager.root.iterdir()] == []
    with pytest.raises(RunError, match=f"There is no run '{copied.id}'; there are none yet"):
        manager.delete(copied.id)


def test_a_run_leaves_every_list_before_its_files_go(
    manager: Manager, copied: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[RunFolder] = []
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: seen.extend(list_runs(manager.root)))
    manager.delete(copied.id)
    (left,) = manager.root.iterdir()
    assert seen == list_runs(manager.root) == []
    monkeypatch.undo()
    again = Manager(manager.root)  # the next start cleans up
    wait_for(lambda: not left.exists())
    again.close()


def test_training_and_waiting_runs_are_refused_with_a_way_out(manager: Manager) -> None:
    first, second = manager.start(longer()), manager.start(longer())
    run = RunFolder(manager.root / first)
    wait_for_state(run, "training")
    assert refusal(manager, first) == (
        f"The run {first} is being trained, so it cannot be deleted: pause or stop it first, on "
        "the Train page."
    )
    assert refusal(manager, second) == (
        f"The run {second} waits for its turn to train, so it cannot be deleted: pause or stop "
        "it first."
    )
    manager.pause(second)
    manager.delete(second)
    manager.pause(first)
    wait_for_state(run, "paused")
    manager.delete(first)  # its process is let go
    assert list_runs(manager.root) == []
    wait_for(lambda: not psutil.Process().children())


def test_a_run_in_other_hands_is_refused(manager: Manager, copied: RunFolder) -> None:
    me = {"pid": os.getpid(), "process_created": psutil.Process().create_time()}
    change_status(copied.path, state="training", owner="terminal", **me)
    assert "is being trained, so it cannot be deleted" in refusal(manager, copied.id)
    assert "in its terminal" in refusal(manager, copied.id)
    change_status(copied.path, state="paused", owner="page", **me)
    assert "in the hands of a page elsewhere on this computer" in refusal(manager, copied.id)
    change_status(copied.path, state="paused", pid=None, process_created=None)
    with locked(copied.path):
        assert "Another process has the run" in refusal(manager, copied.id)
    manager.delete(copied.id)


def test_damaged_runs_are_deleted_too(manager: Manager, copied: RunFolder) -> None:
    (copied.path / layout.SETTINGS).unlink()
    manager.delete(copied.id)
    assert [*manager.root.iterdir()] == []


def test_a_folder_that_cannot_be_moved_is_told(
    manager: Manager, copied: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    told = refusal(manager, copied.id)
    assert "could not be deleted (Permission denied): see who may write in" in told


def test_the_size_is_that_of_all_files(copied: RunFolder) -> None:
    files = [path for path in copied.path.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert run_bytes(copied) == sum(path.stat().st_size for path in files)
    (copied.path / layout.CHECKPOINTS / "more").write_bytes(b"x" * 1000)
    assert run_bytes(copied) == 1000 + sum(path.stat().st_size for path in files)
    assert run_bytes(RunFolder(copied.path / "none")) == 0


def test_a_new_run_has_a_size(tmp_path: Path) -> None:
    settings = replace(longer(), network="x")
    assert run_bytes(RunFolder(create_run(tmp_path / "runs", settings))) > 100
