"""Numbers and states in the words that pages use."""

import math

STATES: dict[str, tuple[str, str, str]] = {
    "queued": ("⏳", "waiting", "gray"),
    "starting": ("⏳", "starting", "blue"),
    "training": ("▶️", "training", "blue"),
    "paused": ("⏸️", "paused", "orange"),
    "stopped": ("⏹️", "stopped", "gray"),
    "finished": ("✅", "finished", "green"),
    "diverged": ("⚠️", "diverged", "red"),
    "failed": ("⚠️", "failed", "red"),
    "interrupted": ("🔌", "interrupted", "orange"),
    "damaged": ("🩹", "damaged", "red"),
}
"""For each state of a run its sign, its word and its color: never the color alone."""


def duration(seconds: float | None) -> str:
    """Return a span of time: 0.4 s, 12 s, 3 min 05 s, 2 h 07 min; – where it is unknown."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    if seconds < 9.95:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def size(count: float) -> str:
    """Return bytes in the unit that suits them: 512 B, 18 kB, 3.1 MB, 1.2 GB."""
    for unit in ("B", "kB", "MB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if count >= 9.95 or unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def seconds_of(seconds: float) -> str:
    """Return a short time in the unit that suits it: 3.2 s, 48 ms, 7.5 µs."""
    for unit in ("s", "ms"):
        if seconds >= 0.9995:
            return f"{seconds:.3g} {unit}"
        seconds *= 1000
    return f"{seconds:.3g} µs"


def count_of(count: int, thing: str) -> str:
    """Return 1 cell, 1,200 cells."""
    return f"{count:,} {thing}{'s' * (count != 1)}"


def percent(share: float | None) -> str:
    """Return 0.9712 as 97.1 %, never rounded to 0 or 100; – where there is none."""
    if share is None or not math.isfinite(share):
        return "–"
    if 0 < share < 0.0005:
        return "< 0.1 %"
    return "> 99.9 %" if 0.9995 <= share < 1 else f"{100 * share:.1f} %"


def about(share: float) -> str:
    """Return 0.9712 as 97 %, never rounded to 0 or 100, for where there is little room."""
    whole = round(100 * share)
    if 0 < share < 1 and whole in (0, 100):
        return "> 99 %" if whole else "< 1 %"
    return f"{whole} %"


def shape(sizes: tuple[int, ...]) -> str:
    """Return (16, 8, 8) as 16 × 8 × 8."""
    return " × ".join(f"{n:,}" for n in sizes)


def compact(value: float) -> str:
    """Return a number as people write it: 0.05, 1e-08, 12."""
    return f"{value:g}"


def signed(value: float, digits: int = 6) -> str:
    """Return a number with thousands and a real minus: −2,186, 0.25; never a minus zero."""
    return f"{value + 0.0:,.{digits}g}".replace("-", "−")


def badge(state: str) -> str:
    """Return a state as Markdown: its sign and its word on its color."""
    sign, word, color = STATES[state]
    return f":{color}-badge[{sign} {word}]"


def plain(text: str) -> str:
    """Return text that Markdown shows as it stands, whatever signs are in it."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()<>#+!|$~:" else sign for sign in text)
