"""Where a run stands: the small file that its trainer replaces about twice a second."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

import psutil

from cnnviz.runs.errors import RunError

State = Literal[
    "queued",
    "starting",
    "training",
    "paused",
    "stopped",
    "finished",
    "diverged",
    "failed",
    "interrupted",
    "damaged",
]
STATES: tuple[str, ...] = get_args(State)
ACTIVE = ("queued", "starting", "training")
RESUMABLE = ("paused", "stopped", "failed", "interrupted")
CLOCK_TOLERANCE = 5.0  # seconds by which a process's creation time may drift with the clock


@dataclass(frozen=True)
class RunStatus:
    """A run at a glance.

    Parameters
    ----------
    step, total_steps, epoch, epochs
        Steps done and to do; the epoch under way, from 1 (0 before the first step).
    message
        A sentence for people: why it waits, why it stopped, what to try; may be empty.
    images_per_second
        Over the last few seconds of training.
    elapsed, remaining
        Seconds of training so far, over all resumes and without pauses, and an estimate of those
        to come.
    lr
        Base learning rate now.
    pid, process_created
        The process behind an active state; None when nobody has to be alive.
    """

    state: State
    step: int = 0
    total_steps: int = 0
    epoch: int = 0
    epochs: int = 0
    message: str = ""
    images_per_second: float = 0.0
    elapsed: float = 0.0
    remaining: float | None = None
    lr: float | None = None
    pid: int | None = None
    process_created: float | None = None
    owner: str = "page"

    @property
    def active(self) -> bool:
        """Whether it waits or trains, so that looking again will show something new."""
        return self.state in ACTIVE

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: object) -> "RunStatus":
        """Rebuild from `to_dict`; raises RunError when something is missing or of another kind."""
        if not isinstance(plain, dict) or set(plain) != {f.name for f in fields(cls)}:
            raise RunError("The status does not have the values of a status.")
        if not all(is_of_kind(plain[f.name], f.type) for f in fields(cls)):
            raise RunError("The status holds a value that no status has.")
        return cls(**plain)


def is_of_kind(value: object, kind: Any) -> bool:
    """Whether a value from JSON fits a field of this type; whole numbers are floats as well."""
    if kind == State:
        return value in STATES
    return isinstance(value, kind | int if kind in (float, float | None) else kind)


def alive(pid: int | None, created: float | None) -> bool:
    """Whether the process is running and is not another one that got the same number."""
    if pid is None or created is None:
        return False
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - created) < CLOCK_TOLERANCE
        return same and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, ValueError, OverflowError):  # the latter: a number that no process has
        return False


def this_process() -> dict[str, Any]:
    """Return the fields by which others can tell whether this process is alive."""
    process = psutil.Process()
    return {"pid": process.pid, "process_created": process.create_time()}
