"""Writing a run's folder while it is trained."""

import contextlib
import struct
from pathlib import Path

from cnnviz.nn.model import flatten_params
from cnnviz.nn.types import ModelParams
from cnnviz.runs import layout
from cnnviz.runs.files import append, pack, sync, write_atomic, write_json
from cnnviz.runs.records import EpochRecord, LiveView, evaluation_bytes
from cnnviz.runs.resume import copy_state, numbers_of, write_resume
from cnnviz.runs.scribe import Scribe
from cnnviz.runs.status import RunStatus
from cnnviz.training import EpochEnd, Evaluation, StepEnd, TrainState

SPARE_BYTES = 16_384
RECORD = struct.Struct(layout.STEP_FORMAT)


class RunWriter:
    """The only writer of a run; whoever makes one holds the run's lock.

    Steps are gathered in memory and appended by `flush`; all file work is done in order by a
    thread of its own. Every method raises the OSError with which earlier work ended.
    """

    def __init__(self, run: Path) -> None:
        self.run = run
        self._steps = bytearray()
        self._scribe = Scribe()

    def reserve(self) -> None:
        """Keep room for the last words on a full disk."""
        (self.run / layout.SPARE).write_bytes(bytes(SPARE_BYTES))

    def step(self, event: StepEnd, seconds: float) -> None:
        """Take note of a step; `flush` writes it."""
        self._steps += RECORD.pack(
            event.step, event.epoch, event.loss, event.correct, event.images, event.lr, seconds
        )

    def flush(self) -> None:
        """Append the steps since the last time to the history."""
        if self._steps:
            data, self._steps = bytes(self._steps), bytearray()
            self._scribe.do(lambda: append(self.run / layout.STEPS, data))

    def epoch(self, event: EpochEnd, seconds: float) -> None:
        """Write an epoch's evaluation, then its line."""
        record = EpochRecord(
            event.epoch,
            event.step,
            event.train_loss,
            event.train_accuracy,
            event.validation.loss,
            event.validation.accuracy,
            seconds,
        )
        self.flush()
        self.evaluation(event.epoch, event.validation)
        self._scribe.do(lambda: append(self.run / layout.EPOCHS, record.line()))

    def evaluation(self, which: int | str, evaluation: Evaluation) -> None:
        """Write the evaluation after an epoch, or the "test"."""
        path = self.run / layout.EVALUATIONS / layout.evaluation_name(which)
        self._scribe.do(lambda: write_atomic(path, evaluation_bytes(evaluation), durable=False))

    def keep(self, step: int, params: ModelParams) -> None:
        """Put the parameters on the timeline, behind the history up to them."""
        self.flush()
        path = self.run / layout.CHECKPOINTS / layout.checkpoint_name(step)
        arrays = {name: array.copy() for name, array in flatten_params(params).items()}
        numbers = {"step": str(step)}
        self._scribe.do(lambda: write_atomic(path, pack(arrays, numbers), durable=False))

    def live(self, view: LiveView) -> None:
        """Replace the live view; its arrays must not change any more."""
        arrays = {"weight": view.weight, "probs": view.probs}
        data = pack(arrays, {"step": str(view.step)})
        self._scribe.do(lambda: write_atomic(self.run / layout.LIVE, data, durable=False))

    def checkpoint(self, state: TrainState, elapsed: float, *, wait: bool = False) -> None:
        """Put history and epochs on the disk, then replace the resume file; perhaps wait for it."""
        self.flush()
        arrays, numbers = copy_state(state), numbers_of(state, elapsed)

        def write() -> None:
            sync(self.run / layout.STEPS)
            sync(self.run / layout.EPOCHS)
            write_resume(self.run, arrays, numbers)

        self._scribe.do(write)
        if wait:
            self._scribe.wait()

    def status(self, status: RunStatus, *, wait: bool = False) -> None:
        """Replace the status file, after everything that was handed in before."""
        plain = status.to_dict()
        self._scribe.do(lambda: write_json(self.run / layout.STATUS, plain, durable=wait))
        if wait:
            self._scribe.wait()

    def last_words(self, status: RunStatus) -> None:
        """Write a status after `finish`, on the room that was kept for it."""
        (self.run / layout.SPARE).unlink(missing_ok=True)
        write_json(self.run / layout.STATUS, status.to_dict())

    def finish(self) -> int:
        """Write what can still be written; return the steps that the history holds then."""
        with contextlib.suppress(Exception):  # what ended the training is the error to tell
            self.flush()
        self._scribe.close()
        steps = self.run / layout.STEPS
        return steps.stat().st_size // RECORD.size if steps.exists() else 0

    def close(self) -> None:
        """Finish what was handed in."""
        self._scribe.close()
        (self.run / layout.SPARE).unlink(missing_ok=True)
