"""One kind of error for everything that can be wrong with a run."""


class RunError(ValueError):
    """A run cannot be read, started or commanded; the text is one sentence for the user."""


class LockedError(RunError):
    """Another process is writing the run."""
