"""Which buttons can be pressed, and why the others cannot."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

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


def lr_app(run: dict) -> None:  # its source alone runs: it imports what it needs
    from dataclasses import replace
    from types import SimpleNamespace

    from cnnviz.ui.train.transport import _lr_input
    from tests.ui.test_transport import shown

    now = shown("training")
    manager = SimpleNamespace(set_lr=lambda _, lr: run["asked"].append(lr))
    _lr_input(manager, replace(now, status=replace(now.status, lr=run["lr"])), run["reason"])


def test_a_second_rate_is_not_overwritten_by_the_first_on_its_way() -> None:
    run = {"lr": 0.1, "asked": [], "reason": ""}
    page = AppTest.from_function(lr_app, kwargs={"run": run}).run()
    page.number_input[0].set_value(0.2).run()
    page.number_input[0].set_value(0.3).run()
    assert run["asked"] == [0.2, 0.3]
    for lr, field in ((0.2, 0.3), (0.3, 0.3), (0.4, 0.4)):  # the last one from elsewhere
        run["lr"] = lr
        assert page.run().number_input[0].value == field
    page.number_input[0].set_value(0.5).run()
    run["reason"] = "It has finished."  # and never heard of it
    assert page.run().number_input[0].value == 0.4
