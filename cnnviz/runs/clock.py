"""How long a training has computed, how fast it is now, and how long it will take."""

from collections import deque
from time import perf_counter

WINDOW = 3.0  # seconds of training


class Clock:
    """Counts only while it runs, so pauses do not count; goes on from earlier seconds.

    Parameters
    ----------
    earlier
        Seconds before this process, from the resume file.
    """

    def __init__(self, earlier: float = 0.0) -> None:
        self._before = earlier
        self._since: float | None = None
        self._marks: deque[tuple[float, int, int]] = deque()

    def go(self) -> None:
        """Start or go on; the speed is measured anew."""
        self._marks.clear()
        self._since = perf_counter()

    def halt(self) -> None:
        """Stop counting."""
        self._before, self._since = self.elapsed, None

    @property
    def elapsed(self) -> float:
        """Return the seconds of training so far."""
        return self._before + (perf_counter() - self._since if self._since is not None else 0.0)

    def mark(self, step: int, images: int) -> None:
        """Take note of how far the training is now: steps and images since the process began."""
        now = self.elapsed
        self._marks.append((now, step, images))
        while len(self._marks) > 2 and now - self._marks[1][0] > WINDOW:
            self._marks.popleft()

    def images_per_second(self) -> float:
        """Return the speed over the last seconds; 0 where nothing is known yet."""
        seconds, _, images = self._span()
        return images / seconds if seconds > 0 else 0.0

    def remaining(self, steps: int) -> float | None:
        """Return about how many seconds so many steps will take; None where nothing is known."""
        seconds, done, _ = self._span()
        return seconds / done * steps if done else None

    def _span(self) -> tuple[float, int, int]:
        if len(self._marks) < 2:
            return 0.0, 0, 0
        first, last = self._marks[0], self._marks[-1]
        return last[0] - first[0], last[1] - first[1], last[2] - first[2]
