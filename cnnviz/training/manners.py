"""Trainings stand back: pages and everything else on the machine go first.

A training takes all processors for minutes, a click needs one for a tenth of a second. At a lower
priority the training loses no more than that tenth, and the click does not wait for its turns.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

BACK = 10  # of 19: a tenth of the share of what runs at the usual priority
SESSION = Path("/proc/self/autogroup")  # where Linux shares processors between sessions first


def stand_back(steps: int = BACK) -> None:
    """Lower this process's priority, and that of its session where it has one of its own.

    Parameters
    ----------
    steps : int
        By so many; 0 only gives the session the priority that the process has inherited.
    """
    if sys.platform == "win32":
        return
    priority = os.nice(steps)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # not on this system
            SESSION.write_text(str(priority))
