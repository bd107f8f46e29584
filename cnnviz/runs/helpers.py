"""A team of several processes: one of them trains, the others help with parts of each batch.

Python runs one thread at a time, and a small network's NumPy calls are so short that threads
mostly wait for each other; processes do not. Parameters, optimizer state and gradients lie in
memory that all see. A helper that is not ready yet, or has died, is done without: the numbers
are the same.
"""

import mmap
import os
import pickle
import select
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import IO, Any, cast

from cnnviz.nn.model import Sequential
from cnnviz.runs.child import environment
from cnnviz.training import TrainConfig, TrainState
from cnnviz.training.helper import send
from cnnviz.training.reuse import keep_freed_memory
from cnnviz.training.shared import move
from cnnviz.training.team import SharedDesk, Task, Team, blas

if sys.platform == "linux":
    import fcntl

# Memory without a file, given on by its number, and pipes that are made larger: Linux.
POSSIBLE = sys.platform == "linux" and hasattr(os, "memfd_create")
PIPE = 1 << 20  # bytes that an order may have to be on its way at once
GONE = (OSError, EOFError, pickle.UnpicklingError)  # what its answer is where it has ended


class HelperGoneError(RuntimeError):
    """A helper died while it changed parameters."""


class Helper:
    """One process that helps."""

    def __init__(self, shared_file: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cnnviz.training.helper", str(shared_file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(shared_file,),
            env=environment(),
            start_new_session=True,  # Ctrl-C is for the process that trains
        )
        self._orders = cast(IO[bytes], self._process.stdin)
        self._results = cast(IO[bytes], self._process.stdout)
        with suppress(OSError):  # where so much is not allowed, it waits until the helper reads
            fcntl.fcntl(self._orders, fcntl.F_SETPIPE_SZ, PIPE)

    def speaks(self) -> bool:
        """Whether there is an answer: unasked, once, that it is ready, or else that it is gone."""
        return bool(select.select([self._results], [], [], 0)[0])

    def order(self, message: object) -> None:
        """Tell it something; where it is gone, its answer will say so."""
        with suppress(OSError):
            send(self._orders, message)

    def result(self) -> Any:
        """Wait for its answer; one of GONE where it is gone."""
        return pickle.load(self._results)

    def close(self) -> None:
        """End it at once: it has nothing of its own to lose."""
        self._process.kill()
        self._process.wait()
        with suppress(OSError):  # what it has not read is lost
            self._orders.close()
        self._results.close()


class HelpedTeam(Team):
    """A process with helpers.

    Parameters
    ----------
    size
        How many compute at the same time, at most as many as the machine has processors.
    """

    def __init__(self, size: int) -> None:
        keep_freed_memory()
        count = min(size, os.cpu_count() or 1) - 1 if POSSIBLE else 0
        self._file = -1
        self._shared: SharedDesk | None = None  # until a training begins
        self._coming: list[Helper] = []
        self._helpers: list[Helper] = []
        with suppress(OSError):  # too many files or processes: fewer do it, too
            for _ in range(count):
                self._file = os.memfd_create("cnnviz") if self._file < 0 else self._file
                self._coming.append(Helper(self._file))

    def __enter__(self) -> "HelpedTeam":
        self._limit = blas().limit(limits=1)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for helper in (*self._coming, *self._helpers):
            helper.close()
        self._coming, self._helpers = [], []
        self._limit.restore_original_limits()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    @property
    def size(self) -> int:
        """How many compute at the same time."""
        return 1 + len(self._helpers)

    def begin(self, model: Sequential, config: TrainConfig, state: TrainState) -> None:
        """Put a training on all desks; the arrays of the state move to the shared memory.

        They lie behind those of trainings before, which stay where they are.
        """
        if self._file < 0:
            return super().begin(model, config, state)
        unit = mmap.ALLOCATIONGRANULARITY
        start = -(-os.fstat(self._file).st_size // unit) * unit
        self._shared = SharedDesk.of(model, config, state, start)
        os.ftruncate(self._file, start + self._shared.size)
        block = mmap.mmap(self._file, self._shared.size, offset=start)
        self.desk = self._shared.over(block)
        move(state.params, self.desk.params)
        for name, memory in state.optimizer_state.items():
            move(memory, self.desk.optimizer_state[name])
        for helper in self._helpers:
            helper.order(self._shared)

    def run(self, tasks: Sequence[Task]) -> list[Any]:
        """Return the results in the order of the tasks; each in turn goes to the next process."""
        self.welcome()
        turns = self.size
        asked = [
            (turn, helper)
            for turn, helper in enumerate(self._helpers, start=1)
            if turn < len(tasks)
        ]
        for turn, helper in asked:
            helper.order(tasks[turn::turns])
        results: list[Any] = [None] * len(tasks)
        try:
            results[::turns] = self.do(tasks[::turns])
        finally:
            answers = [(turn, self._answer(helper, tasks[turn::turns])) for turn, helper in asked]
        for turn, answer in answers:
            if isinstance(answer, Exception):
                raise answer
            results[turn::turns] = answer
        return results

    def welcome(self) -> None:
        """Let those begin who have become ready, and part with those who are gone."""
        for helper in [one for one in (*self._coming, *self._helpers) if one.speaks()]:
            try:
                helper.result()
            except GONE:
                self._part_with(helper)
                continue
            self._coming.remove(helper)
            if self._shared:
                helper.order(self._shared)
            self._helpers.append(helper)

    def _part_with(self, helper: Helper) -> None:
        """Do without a helper from now on."""
        helper.close()
        (self._coming if helper in self._coming else self._helpers).remove(helper)

    def _answer(self, helper: Helper, tasks: Sequence[Task]) -> Any:
        """Return a helper's answer; where it is gone or cannot be understood, do its tasks."""
        try:
            return helper.result()
        except Exception:  # an error that cannot be read comes again here, in words
            self._part_with(helper)
        if all(task.repeatable for task in tasks):
            return self.do(tasks)
        return HelperGoneError(
            "A process that helped with this training ended in the middle of a step; resume from "
            "the last checkpoint."
        )
