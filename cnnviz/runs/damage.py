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
    yield from growing_faults(folder, resume_step(folder) or 0)
    yield from array_faults(folder)


def resume_step(folder: Path) -> int | None:
    """Return the step at which the run would resume; None where no resume file can be read."""
    for name in layout.RESUMES:
        try:
            return int(unpack(folder / name)[1]["step"])
        except (RunError, KeyError, ValueError):
            continue
    return None


def resume_faults(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the resume files of a run that has begun."""
    present = [folder / name for name in layout.RESUMES if (folder / name).exists()]
    for path in present or [folder / layout.RESUME]:
        yield from fault_of(unpack, path)
    if resume_step(folder) is None:
        yield "So the run cannot be resumed."


def growing_faults(folder: Path, step: int) -> Iterator[str]:
    """Yield what is wrong with the history and the epochs of a run that has reached `step`."""
    history, history_fault = read_history(folder / layout.STEPS)
    if history_fault:
        yield history_fault
    elif len(history) < step:
        yield (
            f"{layout.STEPS} ends at step {len(history):,}, before the last checkpoint at step "
            f"{step:,}."
        )
    _, epochs_fault = read_epochs(folder / layout.EPOCHS)
    if epochs_fault:
        yield epochs_fault


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
