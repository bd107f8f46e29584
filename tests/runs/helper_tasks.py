"""Tasks for helpers, in a module that they can import."""

import os
import signal
from dataclasses import dataclass
from typing import Any, ClassVar

from cnnviz.training.team import Desk, Task


@dataclass(frozen=True)
class Who:
    """The task to say which process does it."""

    repeatable: ClassVar[bool] = True

    def do(self, desk: Desk) -> int:
        return os.getpid()


@dataclass(frozen=True)
class Fails:
    """A task that fails in some processes."""

    repeatable: ClassVar[bool] = False

    where: tuple[int, ...]

    def do(self, desk: Desk) -> None:
        if os.getpid() in self.where:
            raise KeyError("a task that fails")


@dataclass(frozen=True)
class Doomed:
    """A task that kills every helper that does it: at once, or late, when it is done."""

    task: Task
    owner: int
    late: bool

    @property
    def repeatable(self) -> bool:
        return self.task.repeatable

    def do(self, desk: Desk) -> Any:
        here = os.getpid() == self.owner
        result = self.task.do(desk) if here or self.late else None
        if not here:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
