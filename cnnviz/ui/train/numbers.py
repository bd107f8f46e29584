"""The numbers that a reader types: what each may be, and the sentence where one is not."""

import math
from dataclasses import dataclass

from cnnviz.training.config import LIMITS

MOST_IMAGES = 10_000_000


@dataclass(frozen=True)
class Numbers:
    """The numbers that may stand in a field of this label."""

    label: str
    least: float
    most: float
    whole: bool = True

    def check(self, value: object, way_out: str = "") -> float:
        """Return `value` in its kind, an int where it is to be whole.

        Raises
        ------
        ValueError
            With the range, what was received, and the way out.
        """
        if isinstance(value, int | float) and self.allow(value):
            return int(value) if self.whole else float(value)
        kind = "a whole number" if self.whole else "a number"
        raise ValueError(
            f"{self.label} must be {kind} from {written(self.least)} to {written(self.most)}, "
            f"not {written(value)}{way_out and f': {way_out}'}."
        )

    def read(self, text: str) -> float:
        """Return the number that a text is; raises ValueError as `check`."""
        return self.check(int(text) if self.whole else float(text))

    def allow(self, value: object) -> bool:
        """Whether `value` is one of them; NaN is in no range."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        inside = self.least <= value <= self.most
        return inside and (not self.whole or value == math.floor(value))


def written(value: object) -> str:
    """Return a number as people write it: 1,497, 0.05, 1e-08; what is none as Python does."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return repr(value)
    whole = abs(value) < 1e16 and value == int(value)
    return (f"{int(value):,}" if whole else f"{value:g}").replace("-", "−", value < 0)


NUMBERS: dict[str, Numbers] = {
    "images": Numbers("Images", 1, MOST_IMAGES),
    "lr": Numbers("Learning rate", 1e-8, 1000, whole=False),
    "batch": Numbers("Batch", 1, LIMITS["batch_size"]),
    "epochs": Numbers("Epochs", 1, LIMITS["epochs"]),
    "seed": Numbers("Seed", 0, 2**53 - 1),
    "validation": Numbers("Validation", 1, MOST_IMAGES),
    "test": Numbers("Test", 1, MOST_IMAGES),
    "threads": Numbers("Parts", 1, LIMITS["threads"]),
    "smoothing": Numbers("Smoothing", 0, 0.99, whole=False),
}
"""Under their shared names, those of the data without regard to how many images there are."""
