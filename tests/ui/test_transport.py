"""Which buttons can be pressed, and why the others cannot."""

from dataclasses import replace
from pathlib import Path

import pytest

from cnnviz.runs import STATES, RunFolder, RunStatus
from cnnviz.ui.train.settings import Choice
from cnnviz.ui.train.transport import (
    ELSEWHERE,
    NO_RUN,
    OVER,
    TERMINAL,
    Shown,
    next_seed,
    reasons,
    same,
    train_reason,
)
from tests.runs.run_tools import SETTINGS


def shown(state: str, *, controllable: bool = True, owner: str = "page", step: int = 5) -> Shown:
    status = RunStatus(state, step=step, owner=owner)
    return Shown(RunFolder(Path("20261120-233000-tiny-3f2a")), status, SETTINGS, controllable)


POSSIBLE = {
    "queued": {"stop", "rewind", "again"},
    "starting": {"pause", "stop", "lr", "rewind", "again"},
    "training": {"pause", "stop", "lr", "rewind", "again"},
    "paused": {"resume", "step", "stop", "lr", "rewind", "again"},
    "stopped": {"resume", "step", "rewind", "again"},
    "failed": {"resume", "step", "rewind", "again"},
    "interrupted": {"resume", "step", "rewind", "again"},
    "finished": {"rewind", "again"},
    "diverged": {"rewind", "again"},
    "damaged": {"rewind", "again"},
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_its_buttons(state: str) -> None:
    why = reasons(shown(state))
    assert {name for name, reason in why.items() if not reason} == POSSIBLE[state]
    assert all(reason.endswith(".") for reason in why.values() if reason)


def test_without_a_run_only_train_is_left() -> None:
    assert set(reasons(None).values()) == {NO_RUN}


def test_a_run_of_the_terminal_is_only_watched() -> None:
    why = reasons(shown("training", controllable=False, owner="terminal"))
    assert why["pause"] == why["stop"] == why["lr"] == TERMINAL
    assert why["rewind"] == ""
    assert reasons(shown("training", controllable=False))["pause"] == ELSEWHERE


def test_a_damaged_run_without_settings_cannot_be_rewound() -> None:
    why = reasons(replace(shown("damaged"), settings=None))
    assert why["rewind"] == "Its settings cannot be read."


def test_train_says_why_not() -> None:
    assert train_reason(Choice(SETTINGS), None) == ""
    assert train_reason(Choice(None, "No."), None) == "No."
    assert train_reason(Choice(SETTINGS, "Too large."), None) == "Too large."
    assert "exactly these settings" in train_reason(Choice(SETTINGS), shown("training"))
    assert train_reason(Choice(next_seed(SETTINGS)), shown("training")) == ""
    assert train_reason(Choice(SETTINGS), shown("paused")) == ""


def test_same_means_the_same_numbers() -> None:
    assert same(SETTINGS, replace(SETTINGS, created="later", origin="terminal"))
    assert not same(SETTINGS, next_seed(SETTINGS))
    assert next_seed(SETTINGS).config.seed == SETTINGS.config.seed + 1


@pytest.mark.parametrize("state", OVER)
def test_what_is_over_says_so_on_every_button(state: str) -> None:
    why = reasons(shown(state))
    assert {why[name] for name in ("pause", "resume", "step", "stop", "lr")} == {OVER[state]}
