"""A process that helps to compute a training: `python -m cnnviz.training.helper N`.

N is the number of an open file, the memory that it shares with the process that started it. From
standard input it reads pickles of that process: first what is to be put on its desk, then lists
of tasks. It writes a pickle of their results, or of what went wrong, for each list, and one more
when it is ready. It ends with its input, that is, with the process that started it.
"""

import mmap
import os
import pickle
import sys
from collections.abc import Sequence
from typing import IO, Any

from cnnviz.training.manners import stand_back
from cnnviz.training.reuse import keep_freed_memory
from cnnviz.training.team import SharedDesk, Task, Team

READY = "ready"


def send(file: IO[bytes], message: object) -> None:
    """Write one message."""
    pickle.dump(message, file, protocol=pickle.HIGHEST_PROTOCOL)
    file.flush()


def help_with(shared_file: int, orders: IO[bytes], results: IO[bytes]) -> None:
    """Do what is ordered until there are no more orders."""
    keep_freed_memory()
    stand_back(0)  # as far as who started it
    team = Team()
    send(results, READY)
    while True:
        try:
            order = pickle.load(orders)
        except EOFError:
            return
        if isinstance(order, SharedDesk):
            team.desk = order.over(mmap.mmap(shared_file, order.size, offset=order.start))
        else:
            send(results, _outcome(team, order))


def _outcome(team: Team, tasks: Sequence[Task]) -> list[Any] | Exception:
    try:
        return team.run(tasks)
    except Exception as error:
        return error


if __name__ == "__main__":
    try:
        help_with(int(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
    except (BrokenPipeError, pickle.UnpicklingError):  # nobody is there in the middle of a message
        os._exit(0)  # without trying to write the rest
