"""Making a run's folder, whole at once, and changing the status of one that nobody trains."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from cnnviz.runs import layout
from cnnviz.runs.errors import LockedError, RunError
from cnnviz.runs.files import read_json, write_json
from cnnviz.runs.settings import RunSettings
from cnnviz.runs.status import RunStatus, this_process


def create_run(root: Path, settings: RunSettings) -> Path:
    """Make a new run's folder, only for its owner to read; return its path."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    run_id = layout.new_id(settings.network)
    while (root / run_id).exists():
        run_id = layout.new_id(settings.network)
    unfinished = root / f".{run_id}"  # no page lists a folder of such a name
    unfinished.mkdir(mode=0o700)
    for name in (layout.CHECKPOINTS, layout.EVALUATIONS):
        (unfinished / name).mkdir()
    for name in (layout.STEPS, layout.EPOCHS):
        (unfinished / name).touch()
    write_json(unfinished / layout.SETTINGS, settings.to_dict())
    status = RunStatus("starting", owner=settings.origin, lr=settings.config.lr, **this_process())
    write_json(unfinished / layout.STATUS, status.to_dict())
    return unfinished.rename(root / run_id)


@contextlib.contextmanager
def writing(run: Path, wait: float = 0.0) -> Iterator[None]:
    """Be the only one who writes this run; raises RunError when another does or it is no run."""
    if not (run / layout.SETTINGS).exists():
        raise RunError(f"{run} is not the folder of a run: it has no {layout.SETTINGS}.")
    with locked(run, wait):
        yield


@contextlib.contextmanager
def locked(run: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock of a folder, whatever is in it; raises LockedError when another does."""
    lock = FileLock(run / layout.LOCK, timeout=wait)
    try:
        lock.acquire()
    except Timeout as error:
        raise LockedError(
            f"Another process has the run {run.name} in hand; stop it there first."
        ) from error
    try:
        yield
    finally:
        lock.release()


def stored_status(run: Path) -> RunStatus:
    """Return the status as it is written; raises RunError."""
    return RunStatus.from_dict(read_json(run / layout.STATUS))


def change_status(run: Path, **changes: Any) -> bool:
    """Change the status of a run without a trainer; False where somebody else writes it."""
    with contextlib.suppress(RunError), writing(run):
        status = replace(stored_status(run), **changes)
        write_json(run / layout.STATUS, status.to_dict())
        return True
    return False
