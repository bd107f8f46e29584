"""How often pages look at a run."""

from collections.abc import Callable

from cnnviz.runs.status import RunStatus

STARTING, AT_REST = 0.2, 3.0  # seconds between two looks
UNDER_WAY = ((120.0, 6.0), (60.0, 3.0), (0.0, 1.5))  # after so many seconds of training
MOST_RARELY = 15.0


def poll_seconds(now: RunStatus, watching: Callable[[], int]) -> float | None:
    """Return how often to look: often before the first step, never at what cannot change.

    A look costs a browser about a third of a second of a processor. So the longer a training has
    gone on, and the less changes from one look to the next, the rarer they are; and the more
    browsers share its machine, so that all together cost it hardly more than one.
    """
    if now.state in ("finished", "diverged", "damaged"):
        return None
    if not now.active:
        return AT_REST  # another window may resume it
    if now.step == 0 and now.state != "queued":
        return STARTING
    every = next(pace for since, pace in UNDER_WAY if now.elapsed >= since)
    return min(every * watching(), MOST_RARELY)
