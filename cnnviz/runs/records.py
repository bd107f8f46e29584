"""Reading what grows: the history of steps, the list of epochs, the evaluations, the live view."""

import io
import json
import struct
import zipfile
import zlib
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.runs.errors import RunError
from cnnviz.runs.files import unpack
from cnnviz.runs.layout import STEP_DTYPE
from cnnviz.training.events import Evaluation

History = NDArray[np.void]
NO_HISTORY: History = np.empty(0, STEP_DTYPE)
UNREADABLE = (  # what NumPy and zipfile raise for a changed byte
    *(OSError, ValueError, KeyError, EOFError, TypeError, RuntimeError, MemoryError),
    *(zipfile.BadZipFile, zlib.error, struct.error),
)


@dataclass(frozen=True)
class EpochRecord:
    """What is told at the end of an epoch; `seconds` is the training time so far."""

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float

    def line(self) -> bytes:
        """Return it as a line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"


@dataclass(frozen=True, eq=False)
class LiveView:
    """What changes before the eyes: the first layer's weights, and the strip's probabilities.

    `weight` (F, C, KH, KW), or (out, in) where the first layer with weights is Linear;
    `probs` (images of the strip, classes); both float32.
    """

    step: int
    weight: NDArray[np.float32]
    probs: NDArray[np.float32]


def read_history(path: Path) -> tuple[History, str]:
    """Return the records up to the first that does not fit, and what is wrong, or "".

    A torn last record is no fault: its step is repeated from the resume file.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return NO_HISTORY, f"{path.name} is missing."
    except OSError as error:
        return NO_HISTORY, f"{path.name} cannot be read: {error.strerror}."
    records = np.frombuffer(data, STEP_DTYPE, count=len(data) // STEP_DTYPE.itemsize)
    fits = (records["step"] == np.arange(1, len(records) + 1)) & np.isfinite(records["loss"])
    whole = len(records) if fits.all() else int(fits.argmin())
    if whole == len(records):
        return records, ""
    return records[:whole], (
        f"{path.name} can be read up to step {whole:,}; record {whole + 1:,} of {len(records):,} "
        "makes no sense."
    )


def read_epochs(path: Path) -> tuple[list[EpochRecord], str]:
    """Return the epochs up to the first line that does not fit, and what is wrong, or "".

    A torn last line (no line end) is no fault.
    """
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return [], f"{path.name} is missing."
    except OSError as error:
        return [], f"{path.name} cannot be read: {error.strerror}."
    epochs: list[EpochRecord] = []
    for number, line in enumerate(lines, 1):
        record = parse_epoch(line)
        if record is None or record.epoch != number:
            return epochs, f"{path.name} can be read up to epoch {number - 1} of {len(lines)}."
        epochs.append(record)
    return epochs, ""


def parse_epoch(line: bytes) -> EpochRecord | None:
    """Return the record of one line, or None when it is not one."""
    try:
        plain = json.loads(line)
    except ValueError:
        return None
    names = {f.name for f in fields(EpochRecord)}
    if not isinstance(plain, dict) or set(plain) != names:
        return None
    if not all(isinstance(value, int | float) for value in plain.values()):
        return None
    return EpochRecord(**plain)


def evaluation_bytes(evaluation: Evaluation) -> bytes:
    """Return an evaluation in NPZ form."""
    buffer = io.BytesIO()
    np.savez(
        buffer,
        loss=evaluation.loss,
        accuracy=evaluation.accuracy,
        predictions=evaluation.predictions,
        confidences=evaluation.confidences,
    )
    return buffer.getvalue()


def read_evaluation(path: Path) -> Evaluation:
    """Return what `evaluation_bytes` wrote; raises RunError."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            evaluation = Evaluation(
                float(arrays["loss"]),
                float(arrays["accuracy"]),
                arrays["predictions"].astype(np.uint8, copy=False),
                arrays["confidences"].astype(np.float32, copy=False),
            )
    except FileNotFoundError as error:
        raise RunError(f"{path.parent.name}/{path.name} is missing.") from error
    except UNREADABLE as error:
        raise RunError(f"{path.parent.name}/{path.name} cannot be read.") from error
    if evaluation.predictions.shape != evaluation.confidences.shape:
        raise RunError(f"{path.parent.name}/{path.name} does not have one confidence a prediction.")
    return evaluation


def read_live(path: Path) -> LiveView:
    """Return the live view; raises RunError."""
    arrays, metadata = unpack(path)
    try:
        return LiveView(int(metadata["step"]), arrays["weight"], arrays["probs"])
    except (KeyError, ValueError) as error:
        raise RunError(f"{path.name} is not a live view.") from error
