"""How often pages look at a run."""

from collections.abc import Callable

from cnnviz.runs.settings import RunSettings
from cnnviz.runs.status import RunStatus
from cnnviz.training.config import TrainConfig
from cnnviz.ui.service import Watcher

STARTING, AT_REST = 0.2, 3.0  # seconds between two looks
FREE, LIVELY, CALM = 0.75, 1.5, 3.0
CALM_AFTER = 60.0  # seconds of training
MOST_RARELY = 24.0


def pace(now: RunStatus, settings: RunSettings | None, watcher: Watcher) -> float | None:
    """Return how often a browser looks at a run, in seconds; None where nothing can change."""
    threads = (settings.config if settings else TrainConfig()).threads
    return poll_seconds(now, lambda: watcher.share(threads))


def poll_seconds(now: RunStatus, watching: Callable[[], int]) -> float | None:
    """Return how often to look: often before the first step, never at what cannot change.

    A look costs a browser and the server about a tenth of a second of a processor. Where browsers
    take that from the training, looks are rarer when it has gone on for a while, as less changes
    from one to the next, and the rarer the more browsers there are: a look of one of five costs
    nearly twice as much as one of a browser that looks often, and all together are to cost hardly
    more than one.

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
    every = LIVELY if now.elapsed < CALM_AFTER else CALM
    return min(every * sharing**1.5, MOST_RARELY) if (sharing := watching()) else FREE
