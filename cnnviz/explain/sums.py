"""Sums that add up as they are printed: every term is a whole number of units of 10^-places."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

DIGITS = 4
MOST_PLACES = 9


@dataclass(frozen=True)
class PrintedSum:
    """Terms that add up, in units of 10^-places."""

    terms: tuple[int, ...]
    total: int
    places: int

    def text(self, units: int) -> str:
        """Return so many units as a decimal number, with a real minus."""
        size = abs(units)
        if self.places < 0:
            text = f"{size}e{-self.places}"
        else:
            text = f"{size / 10**self.places:.{self.places}f}"
        return f"−{text}" if units < 0 else text

    @property
    def texts(self) -> list[str]:
        """The terms, printed."""
        return [self.text(term) for term in self.terms]

    @property
    def result(self) -> str:
        """The total, printed."""
        return self.text(self.total)


def places_for(numbers: Sequence[float], digits: int = DIGITS) -> int:
    """Return the decimals that show so many digits of the largest of these numbers."""
    largest = max(map(abs, numbers), default=0.0)
    if not largest or not math.isfinite(largest):
        return digits - 1
    places = digits - 1 - math.floor(math.log10(largest))
    return places if places < 0 and largest >= 1e9 else min(max(places, 0), MOST_PLACES)


def printed_sum(
    terms: Sequence[float], total: float, places: int | None = None
) -> PrintedSum | None:
    """Return the terms so rounded that they add up to the rounded total.

    All are rounded down, and those that lose most by it get a unit more (the method of the
    largest remainder). None where a number is infinite or none at all.

    Parameters
    ----------
    places : int, optional
        Decimals; by default as many as show `DIGITS` digits of the largest number.
    """
    numbers = [*terms, total]
    if not terms or not all(map(math.isfinite, numbers)):
        return None
    if places is None:
        places = places_for(numbers)
    scale = 10.0**places
    scaled = [term * scale for term in terms]
    whole = [math.floor(term) for term in scaled]
    goal = round(total * scale)
    each, more = divmod(goal - sum(whole), len(whole))
    order = sorted(range(len(whole)), key=lambda i: whole[i] - scaled[i])
    for rank, i in enumerate(order):
        whole[i] += each + (rank < more)
    return PrintedSum(tuple(whole), goal, places)
