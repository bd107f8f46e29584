"""How often pages look at a run."""

from collections.abc import Callable

from cnnviz.runs.settings import RunSettings
from cnnviz.runs.status import RunStatus
from cnnviz.training.config import TrainConfig
from cnnviz.ui.service import watchers

STARTING, AT_REST = 0.2, 3.0  # seconds between two looks
LIVELY = 1.5
UNDER_WAY = ((120.0, 8.0), (60.0, 4.0), (0.0, LIVELY))  # after so many seconds of training
MOST_RARELY = 24.0


def pace(now: RunStatus, settings: RunSettings | None) -> float | None:
    """Return how often this session looks at a run, in seconds; None where nothing can change."""
    threads = (settings.config if settings else TrainConfig()).threads
    return poll_seconds(now, lambda: watchers(threads))


def poll_seconds(now: RunStatus, watching: Callable[[], int]) -> float | None:
    """Return how often to look: often before the first step, never at what cannot change.

    A look costs a browser up to a third of a second of a processor. Where browsers take that from
    the training, looks are the rarer the longer it has gone on, as less changes from one to the
    next, and the more browsers there are, so that all together cost hardly more than one.

    Parameters
    ----------
    watching : callable
        Returns how many browsers share the processors that train, 0 for none.
    """
    if now.state in ("finished", "diverged", "damaged"):
        return None
    if not now.active:
        return AT_REST  # another window may resume it
    if now.step == 0 and now.state != "queued":
        return STARTING
    every = next(pace for since, pace in UNDER_WAY if now.elapsed >= since)
    return min(every * sharing, MOST_RARELY) if (sharing := watching()) else LIVELY
