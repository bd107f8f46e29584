"""A trainer process, seen from the manager that started it."""

import os
import subprocess
import sys
from pathlib import Path

from cnnviz.runs import layout
from cnnviz.runs.commands import Command

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}


def environment() -> dict[str, str]:
    """Return the environment of a trainer or a helper: it computes with one BLAS thread."""
    package_root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, (package_root, os.environ.get("PYTHONPATH"))))
    return os.environ | ONE_THREAD | {"PYTHONPATH": path}


class Child:
    """A trainer that obeys commands on its standard input.

    Parameters
    ----------
    active
        Whether it trains or is about to, and so has a slot.
    leaving
        Whether it was told to stop: it takes no further commands.
    """

    def __init__(self, run: Path, options: list[str]) -> None:
        self.active = False
        self.leaving = False
        with (run / layout.LOG).open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cnnviz", "--run", str(run), "--commands", *options],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=environment(),
                start_new_session=True,  # Ctrl-C at the server is not for the trainers
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )

    @property
    def pid(self) -> int:
        """Return the process's number."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """Return how it ended; None while it runs."""
        return self._process.poll()

    def send(self, command: Command) -> None:
        """Write a command; one to a trainer that has just ended is lost."""
        if self._process.stdin is None or self._process.stdin.closed:
            return
        try:
            self._process.stdin.write(command.line())
            self._process.stdin.flush()
        except OSError:
            self.leaving = True

    def let_go(self) -> None:
        """Close its standard input: it writes a checkpoint and ends."""
        self.leaving = True
        if self._process.stdin is not None:
            try:
                self._process.stdin.close()
            except OSError:  # it has ended already, with something still unread
                return

    def wait(self, seconds: float) -> None:
        """Wait for its end, and end it where that takes too long."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
