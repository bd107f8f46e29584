"""Numbers in words."""

import math

import pytest

from cnnviz.runs.status import STATES as ALL_STATES
from cnnviz.ui.words import (
    STATES,
    about,
    badge,
    count_of,
    duration,
    percent,
    plain,
    seconds_of,
    shape,
    signed,
    size,
)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (math.inf, "–"),
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 min 00 s"),
        (3599, "59 min 59 s"),
        (7620, "2 h 07 min"),
    ],
)
def test_duration(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (17_900, "18 kB"), (3.14e6, "3.1 MB")],
)
def test_size(count: float, words: str) -> None:
    assert size(count) == words
    assert size(2.5e9) == "2.5 GB"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(2.5e-6, "2.5 µs"), (0.04821, "48.2 ms"), (0.9999, "1 s"), (12.3, "12.3 s")],
)
def test_short_times(seconds: float, words: str) -> None:
    assert seconds_of(seconds) == words


def test_counts_and_signs() -> None:
    assert count_of(1, "cell") == "1 cell"
    assert count_of(1200, "cell") == "1,200 cells"
    assert signed(-2186) == "−2,186"
    assert signed(-0.0) == "0"
    assert signed(-8.28e-6, 3) == "−8.28e−06"


def test_shares_and_shapes() -> None:
    assert percent(0.9712) == "97.1 %"
    assert [percent(share) for share in (0, 1, 0.0005)] == ["0.0 %", "100.0 %", "0.1 %"]
    assert percent(0.99996) == "> 99.9 %" and percent(1e-9) == "< 0.1 %"
    assert percent(None) == percent(math.nan) == "–"
    assert shape((16, 8, 8)) == "16 × 8 × 8"


def test_shares_where_there_is_little_room() -> None:
    assert [about(share) for share in (0, 0.004, 0.5, 0.996, 1)] == [
        *("0 %", "< 1 %", "50 %", "> 99 %", "100 %")
    ]


def test_every_state_has_a_sign_and_a_word() -> None:
    assert set(STATES) == set(ALL_STATES)
    assert len({word for _, word, _ in STATES.values()}) == len(STATES)
    assert badge("paused") == ":orange-badge[⏸️ paused]"


def test_text_from_outside_is_no_markdown() -> None:
    assert plain("a*b [x](y) $z$") == r"a\*b \[x\]\(y\) \$z\$"
