"""What of a run's folder cannot be read, in words."""

from collections.abc import Callable, Iterator
from pathlib import Path

from cnnviz.runs import layout
from cnnviz.runs.errors import RunError
from cnnviz.runs.files import read_json, unpack
from cnnviz.runs.records import read_epochs, read_evaluation, read_history, read_live
from cnnviz.runs.settings import RunSettings
from cnnviz.runs.status import RunStatus


def faults(folder: Path) -> Iterator[str]:
    """Yield a sentence for each file that is missing, cut off or changed."""
    status = None
    try:
        RunSettings.from_dict(read_json(folder / layout.SETTINGS))
        status = RunStatus.from_dict(read_json(folder / layout.STATUS))
    except RunError as error:
        yield str(error)
    if status is not None and status.step:
        yield from resume_faults(folder)
    yield from growing_faults(folder, *(resume_point(folder) or (0, 0)))
    yield from array_faults(folder)


def resume_point(folder: Path) -> tuple[int, int] | None:
    """Return the step and the epochs done where the run would go on; None where it cannot."""
    for name in layout.RESUMES:
        try:
            metadata = unpack(folder / name)[1]
            return int(metadata["step"]), int(metadata["epochs_done"])
        except (RunError, KeyError, ValueError):
            continue
    return None


def resume_faults(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the resume files of a run that has begun."""
    present = [folder / name for name in layout.RESUMES if (folder / name).exists()]
    for path in present or [folder / layout.RESUME]:
        yield from fault_of(unpack, path)
    if resume_point(folder) is None:
        yield "So the run cannot be resumed."


def growing_faults(folder: Path, step: int, done: int) -> Iterator[str]:
    """Yield what is wrong with the history and the list of a run with `step` and `done` epochs."""
    history, history_fault = read_history(folder / layout.STEPS)
    if history_fault:
        yield history_fault
    elif len(history) < step:
        yield (
            f"{layout.STEPS} ends at step {len(history):,}, before the last checkpoint at step "
            f"{step:,}."
        )
    epochs, epochs_fault = read_epochs(folder / layout.EPOCHS)
    if epochs_fault:
        yield epochs_fault
    elif len(epochs) < done:
        yield f"{layout.EPOCHS} ends at epoch {len(epochs)} of {done}."


def array_faults(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the files that hold arrays."""
    if (folder / layout.LIVE).exists():
        yield from fault_of(read_live, folder / layout.LIVE)
    for path in sorted((folder / layout.EVALUATIONS).glob("*.npz")):
        yield from fault_of(read_evaluation, path)
    for path in sorted((folder / layout.CHECKPOINTS).glob("*.safetensors")):
        yield from fault_of(unpack, path)


def fault_of(read: Callable[[Path], object], path: Path) -> Iterator[str]:
    """Yield the sentence of the RunError with which reading ends, if it does."""
    try:
        read(path)
    except RunError as error:
        yield str(error)
