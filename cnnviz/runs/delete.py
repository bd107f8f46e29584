"""Deleting runs: out of every list at once, then off the disk."""

import contextlib
import secrets
import shutil
from functools import lru_cache
from pathlib import Path

from cnnviz.runs import layout
from cnnviz.runs.create import locked
from cnnviz.runs.errors import RunError
from cnnviz.runs.folder import RunFolder
from cnnviz.runs.status import alive

MARK = ".deleted-"  # no page lists a folder of such a name


def check_at_rest(run: RunFolder, *, waiting: bool) -> None:
    """Raise RunError with a way out where a run waits, or where a process trains it."""
    status = run.status()
    if waiting or status.state == "queued":
        raise RunError(
            f"The run {run.id} waits for its turn to train, so it cannot be deleted: pause or "
            "stop it first."
        )
    if status.active:
        raise RunError(
            f"The run {run.id} is being trained, so it cannot be deleted: pause or stop it first, "
            f"{'in its terminal' if status.owner == 'terminal' else 'on the Train page'}."
        )


def set_aside(run: RunFolder) -> Path:
    """Take a run at rest out of every list; return where it lies until it is removed.

    Raises
    ------
    RunError
        Where a process has it in hand.
    """
    status = run.status()
    if alive(status.pid, status.process_created):
        raise RunError(
            f"The run {run.id} is in the hands of a {status.owner} elsewhere on this computer, so "
            "it cannot be deleted: stop it there first."
        )
    with locked(run.path):
        pass  # on Windows an open file would hold its folder
    aside = run.path.with_name(f"{MARK}{run.id}-{secrets.token_hex(2)}")
    try:
        return run.path.rename(aside)
    except OSError as error:
        raise RunError(
            f"The run {run.id} could not be deleted ({error.strerror}): see who may write in "
            f"{run.path.parent}, and try again."
        ) from error


def remove(aside: Path) -> None:
    """Remove what was set aside from the disk; what resists is tried again at the next start."""
    shutil.rmtree(aside, ignore_errors=True)


def remove_leftovers(root: Path) -> None:
    """Remove what deletions have left behind that were cut short."""
    for aside in root.glob(f"{MARK}*"):
        remove(aside)


def run_bytes(run: RunFolder) -> int:
    """Return how much room a run takes on the disk; counted again when its files have changed."""
    folders = (run.path, run.path / layout.CHECKPOINTS, run.path / layout.EVALUATIONS)
    stamps = []
    for folder in folders:
        with contextlib.suppress(OSError):
            stamps.append((folder, folder.stat().st_mtime_ns))
    return _bytes_in(tuple(stamps))


@lru_cache(maxsize=4096)
def _bytes_in(stamps: tuple[tuple[Path, int], ...]) -> int:
    """Return the bytes of all files that lie in these folders."""
    total = 0
    for folder, _ in stamps:
        for path in folder.iterdir():
            with contextlib.suppress(OSError):  # replaced in this moment
                total += path.stat().st_size * path.is_file()
    return total
