"""A thread that does file work in the order in which it is handed in."""

import threading
from collections.abc import Callable
from queue import Queue

Work = Callable[[], None]
MOST_WAITING = 32


class Scribe:
    """Writes while the training goes on; after the first error it writes nothing any more.

    So whatever is on the disk is a beginning of what was handed in: a resume file is never newer
    than the history before it.
    """

    def __init__(self) -> None:
        self._queue: Queue[Work | None] = Queue(MOST_WAITING)
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="cnnviz-scribe", daemon=True)
        self._thread.start()

    def do(self, work: Work) -> None:
        """Hand in work; raises the error that earlier work ended with."""
        self.check()
        self._queue.put(work)

    def wait(self) -> None:
        """Return when everything is written; raises the error that it ended with."""
        self._queue.join()
        self.check()

    def check(self) -> None:
        """Raise the error that earlier work ended with, if any."""
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        """End the thread when everything is written; raises nothing."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (work := self._queue.get()) is not None:
            if self.error is None:
                try:
                    work()
                except Exception as error:  # handed to whoever hands in the next work
                    self.error = error
            self._queue.task_done()
        self._queue.task_done()
