"""The browser's history: what Back and Forward undo, and what leaves no entry in it."""

import importlib
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.runs.layout import runs_root
from cnnviz.ui import state
from cnnviz.ui.answering import WORK_ASKED
from cnnviz.ui.convolution import state as convolution
from cnnviz.ui.filters.page import TABLE, in_use
from cnnviz.ui.shapes import params as shapes
from cnnviz.ui.state import CHOSEN, MOVING, PAGE, adopt_url, publish_url
from tests.browser import ROOT
from tests.runs.run_tools import whole_run

INSIDE = ("6_Filters", "7_Activations", "8_Draw", "9_Mistakes")


class Address(dict[str, str]):
    """Query parameters that are no browser's."""

    def to_dict(self) -> dict[str, str]:
        return dict(self)

    def from_dict(self, params: Mapping[str, str]) -> None:
        self.clear()
        self.update(params)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A session whose reader has gone back."""
    made = SimpleNamespace(session_state={}, query_params=Address())
    monkeypatch.setattr(state, "st", made)
    context = SimpleNamespace(is_history_navigation=True)
    monkeypatch.setattr(state, "get_script_run_ctx", lambda: context)
    return made


def test_back_undoes_a_choice_that_the_address_does_not_have(session: Any) -> None:
    session.session_state.update({PAGE: "Filters", "look_step": 120, "look_layer": 3})
    session.query_params.from_dict({"look_layer": "2"})
    adopt_url("Filters", TABLE)
    assert session.session_state["look_layer"] == 2
    assert "look_step" not in session.session_state


def test_what_the_open_view_does_not_publish_is_kept(session: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(
        importlib.import_module("cnnviz.ui.filters.state"), "st", session
    )  # in_use looks at the view that the address has just brought
    session.session_state.update({"filters_part": "off", "filters_off": "1,2"})
    session.query_params.from_dict({"filters_part": "one"})
    adopt_url("Filters", TABLE, in_use)
    assert session.session_state["filters_off"] == "1,2"
    session.query_params.from_dict({"filters_part": "off"})
    adopt_url("Filters", TABLE, in_use)
    assert "filters_off" not in session.session_state


def test_nothing_is_published_while_the_timeline_moves(session: Any) -> None:
    session.session_state.update({MOVING: "a-run", "look_step": 7})
    publish_url(TABLE)
    assert session.query_params == {}
    session.session_state[MOVING] = None
    publish_url(TABLE)
    assert session.query_params == {"look_step": "7"}


def test_a_choice_that_is_made_again_at_once_comes_back_into_the_address(session: Any) -> None:
    session.session_state["look_step"] = 7
    publish_url(TABLE)
    session.session_state["look_step"] = None
    publish_url(TABLE)
    assert session.query_params == {}
    session.query_params["look_step"] = "7"  # sent along before the browser heard of it
    session.session_state["look_step"] = 7
    sent = []
    session.query_params.from_dict = sent.append
    publish_url(TABLE)
    publish_url(TABLE)
    assert sent == [{"look_step": "7"}]


def test_another_page_is_published_again(session: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(state, "get_script_run_ctx", lambda: None)
    session.session_state.update({PAGE: "Filters", MOVING: "a-run", "look_step": 7})
    adopt_url("Activations", TABLE)
    publish_url(TABLE)
    assert session.query_params == {"look_step": "7"}


def test_work_that_was_asked_for_is_not_done_on_another_page(session: Any) -> None:
    session.session_state.update({PAGE: "Filters", WORK_ASKED: "_filters_off"})
    adopt_url("Home")
    assert WORK_ASKED not in session.session_state


def test_every_choice_stands_in_the_table_of_a_page() -> None:
    packages = ("filters", "activations", "draw", "mistakes", "dataset", "columns", "backward")
    pages = [importlib.import_module(f"cnnviz.ui.{name}.page") for name in packages]
    tables = [*(page.TABLE for page in pages), shapes.TABLE, convolution.TABLE]
    assert set(CHOSEN) <= {key for table in tables for key in table}


@pytest.mark.usefixtures("own_manager")
@pytest.mark.parametrize("name", INSIDE)
def test_each_page_is_silent_while_its_timeline_moves_and_no_longer(name: str) -> None:
    run = whole_run(runs_root())
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60).run()
    page.switch_page(f"pages/{name}.py").run()
    page.session_state[MOVING] = run.id
    page.session_state["look_step"] = 7
    page.run()
    assert "look_step" not in page.query_params
    page.session_state[MOVING] = "another-run"
    page.run()
    assert page.query_params["look_step"] == "7"
    assert not page.exception
