"""What is possible around a setting: how far each number may go, and ways out of a dead end."""

from dataclasses import dataclass

from cnnviz.explain.setting import Make, Setting, made
from cnnviz.nn.geometry import Pair

LIMITS: dict[str, Pair] = {
    "kernel": (1, 64),
    "size": (1, 512),
    "dilation": (1, 64),
    "padding": (0, 64),
    "output_padding": (0, 63),
    "stride": (1, 64),
}
"""The numbers that each field may have at all, those that help most often first."""

FIELDS = {"size": "image", "output_padding": "output padding"}
"""What a field is called where that is not its name."""


@dataclass(frozen=True)
class Way:
    """A setting that works, and what was changed."""

    words: str
    setting: Setting


def room(make: Make, value: int, least: int, most: int) -> Pair:
    """Return the smallest and the largest number around `value` up to which all are possible.

    Where `value` itself is not, that is (least, most).
    """
    if make(value).problem():
        return least, most
    low = high = value
    while low > least and not make(low - 1).problem():
        low -= 1
    while high < most and not make(high + 1).problem():
        high += 1
    return low, high


def ways_out(setting: Setting) -> list[Way]:
    """Return the nearest settings that work, each with one field changed; none if it works."""
    if not setting.problem():
        return []
    found = [_nearest(setting, field, step) for field in LIMITS for step in (-1, 1)]
    ways = [way for way in found if way]
    if setting.words:
        same = made(setting, "padding", "same")
        ways += [] if same.problem() else [Way('padding "same"', same)]
    return ways


def _nearest(setting: Setting, field: str, step: int) -> Way | None:
    """Return the setting with the smallest change of a field up or down, None if there is none."""
    now = _flat(setting, field)
    if now is None:
        return None
    least, most = LIMITS[field]
    down, up = (min(max(now) - 1, most), least), (max(min(now) + 1, least), most)
    first, last = down if step < 0 else up
    limit = min if step < 0 else max
    for value in range(first, last + step, step):
        values = [limit(one, value) for one in now]
        if not _with(setting, field, values).problem():
            values = _put_back(setting, field, values, now)
            return Way(_words(field, values), _with(setting, field, values))
    return None


def _flat(setting: Setting, field: str) -> list[int] | None:
    """Return a field's numbers, None where it has none."""
    if field == "padding":
        return None if setting.pads is None else [cells for side in setting.pads for cells in side]
    return list(getattr(setting, field))


def _with(setting: Setting, field: str, values: list[int]) -> Setting:
    if field == "padding":
        top, bottom, left, right = values
        return made(setting, field, ((top, bottom), (left, right)))
    return made(setting, field, tuple(values))


def _put_back(setting: Setting, field: str, values: list[int], now: list[int]) -> list[int]:
    """Return the values without the changes that were not needed; equal ones stay equal."""
    if len(set(now)) == 1:
        return values
    for place, old in enumerate(now):
        kept = [*values[:place], old, *values[place + 1 :]]
        if not _with(setting, field, kept).problem():
            values = kept
    return values


def _words(field: str, values: list[int]) -> str:
    """Return what to change to: kernel 4, kernel 4 × 3, or padding 1, 0 · 2, 2."""
    name = FIELDS.get(field, field)
    if len(set(values)) == 1:
        return f"{name} {values[0]}"
    if field == "padding":
        top, bottom, left, right = values
        return f"{name} {top}, {bottom} · {left}, {right}"
    return f"{name} {' × '.join(map(str, values))}"
