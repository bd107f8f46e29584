"""The door: every number a user can write is checked here, once, with a sentence."""

import math
import sys
from collections.abc import Collection


def integer(value: object, name: str, *, minimum: int) -> int:
    """Return `value` if it is an integer of at least `minimum`; ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be an integer, received {value!r}.")
    if value < minimum:
        raise ValueError(f"{name} must be at least {minimum}, received {value}.")
    return value


def number(
    value: object, name: str, *, least: float, below: float = math.inf, open_start: bool = False
) -> float:
    """Return `value` if it is a finite number in [least, below), or (least, below)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number, received {value!r}.")
    inside = least < value < below if open_start else least <= value < below
    if not (inside and abs(value) <= sys.float_info.max):
        start = f"above {least:g}" if open_start else f"at least {least:g}"
        end = "finite" if below == math.inf else f"below {below:g}"
        raise ValueError(f"{name} must be {start} and {end}, received {value}.")
    return float(value)


def flag(value: object, name: str) -> bool:
    """Return `value` if it is True or False; ValueError otherwise."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, received {value!r}.")
    return value


def choice(value: object, name: str, options: Collection[str]) -> str:
    """Return `value` if it is one of `options`; ValueError otherwise."""
    if not isinstance(value, str) or value not in options:
        known = ", ".join(f'"{option}"' for option in options)
        raise ValueError(f"{name} must be one of {known}; received {value!r}.")
    return value
