"""The one error of this package."""


class DataError(ValueError):
    """A data set, a file or a choice cannot be used; the message is one sentence for the user."""
