"""The resume file: everything that a training knows, and going back to it."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from cnnviz.nn.model import flatten_params, unflatten_params
from cnnviz.nn.types import ModelParams
from cnnviz.runs import layout
from cnnviz.runs.errors import RunError
from cnnviz.runs.files import Arrays, pack, replace, unpack, write_atomic
from cnnviz.runs.records import read_epochs, read_history
from cnnviz.training import TrainState

NUMBERS = ("step", "epochs_done", "lr", "loss_sum", "correct", "images")


@dataclass(frozen=True, eq=False)
class Saved:
    """A training at rest, and its training time so far in seconds."""

    state: TrainState
    elapsed: float


def copy_state(state: TrainState) -> Arrays:
    """Return copies of all arrays of a state, by names that tell where they belong."""
    arrays = {f"params/{name}": a for name, a in flatten_params(state.params).items()}
    for key, layers in state.optimizer_state.items():
        arrays |= {f"optimizer/{key}/{name}": a for name, a in flatten_params(layers).items()}
    return {name: array.copy() for name, array in arrays.items()}


def state_bytes(state: TrainState) -> int:
    """Return about the size of a state's resume file."""
    memories = [state.params, *state.optimizer_state.values()]
    return sum(array.nbytes for layers in memories for layer in layers for array in layer.values())


def numbers_of(state: TrainState, elapsed: float) -> dict[str, str]:
    """Return the numbers of a state as texts that lose nothing."""
    return {name: json.dumps(getattr(state, name)) for name in NUMBERS} | {
        "elapsed": json.dumps(elapsed)
    }


def write_resume(run: Path, arrays: Arrays, numbers: dict[str, str]) -> None:
    """Replace the resume file; the one before it is kept, for the case that this one is damaged."""
    path, coming = run / layout.RESUME, run / layout.COMING
    write_atomic(coming, pack(arrays, numbers))
    if path.exists():
        replace(path, run / layout.PREVIOUS)
    replace(coming, path)


def read_resume(path: Path, layers: int) -> Saved:
    """Return what `write_resume` wrote; raises RunError."""
    arrays, metadata = unpack(path)
    try:
        numbers = {name: json.loads(metadata[name]) for name in NUMBERS}
        params = unflatten_params(under(arrays, "params/"), layers)
        memory = optimizer_memory(under(arrays, "optimizer/"), layers)
        elapsed = float(metadata["elapsed"])
        return Saved(TrainState(params, memory, **numbers), elapsed)
    except (KeyError, ValueError, IndexError) as error:
        raise RunError(f"{path.name} is not a resume file of this run.") from error


def under(arrays: Arrays, prefix: str) -> Arrays:
    """Return the arrays whose names begin with `prefix`, without it."""
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}


def optimizer_memory(arrays: Arrays, layers: int) -> dict[str, ModelParams]:
    """Return an optimizer's state from names like "velocity/0.weight"."""
    keys = dict.fromkeys(name.partition("/")[0] for name in arrays)
    return {key: unflatten_params(under(arrays, f"{key}/"), layers) for key in keys}


def find_saved(run: Path, layers: int) -> Saved | None:
    """Return where to go on; None where the run has not begun.

    Raises
    ------
    RunError
        When the run has begun but nothing can be resumed.
    """
    present = [run / name for name in layout.RESUMES if (run / name).exists()]
    errors = []
    for path in present:
        try:
            return read_resume(path, layers)
        except RunError as error:
            errors.append(str(error))
    if not present and not len(read_history(run / layout.STEPS)[0]):
        return None
    reason = " ".join(errors) or f"{layout.RESUME} is missing."
    raise RunError(
        f"This run cannot be resumed: {reason} Its history can still be read; start a new run."
    )


def rewind(run: Path, step: int, epochs_done: int) -> None:
    """Cut everything that came after `step`: it will come again, the same to the last bit.

    Raises
    ------
    RunError
        When the history before `step` is not whole, so that a hole would remain.
    """
    history, _ = read_history(run / layout.STEPS)
    epochs, _ = read_epochs(run / layout.EPOCHS)
    if len(history) < step or len(epochs) < epochs_done:
        raise RunError(
            f"This run cannot be resumed at step {step:,}: its history can be read only up to step "
            f"{len(history):,} and epoch {len(epochs)} of {epochs_done}; start a new run."
        )
    os.truncate(run / layout.STEPS, step * layout.STEP_DTYPE.itemsize)
    kept = b"".join(record.line() for record in epochs[:epochs_done])
    write_atomic(run / layout.EPOCHS, kept)
    for path in later_files(run, step, epochs_done):
        path.unlink()


def later_files(run: Path, step: int, epochs_done: int) -> list[Path]:
    """Return checkpoints and evaluations from after `step`, and what a crash left half written."""
    checkpoints = [
        path
        for path in (run / layout.CHECKPOINTS).glob("*.safetensors")
        if path.stem.isdecimal() and int(path.stem) > step
    ]
    evaluations = [
        path
        for path in (run / layout.EVALUATIONS).glob("*.npz")
        if path.name > layout.evaluation_name(epochs_done)
    ]
    return [*checkpoints, *evaluations, *run.rglob("*.tmp")]
