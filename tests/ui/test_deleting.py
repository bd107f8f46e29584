"""The list of runs: sizes, and deleting with a question first."""

import os
import shutil

import psutil
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.runs import RunFolder, layout, list_runs
from cnnviz.runs.create import change_status
from cnnviz.runs.delete import run_bytes
from cnnviz.ui.train import picker
from cnnviz.ui.words import size
from tests.browser import ROOT
from tests.runs.run_tools import whole_run

pytestmark = pytest.mark.usefixtures("own_manager")


@pytest.fixture
def runs() -> list[RunFolder]:
    """Two runs, the newer one first."""
    run = whole_run(layout.runs_root())
    older = run.path.with_name("20261120-233000-tiny-3f2a")
    shutil.copytree(run.path, older)
    run.path.rename(run.path.with_name("20261121-090000-tiny-0001"))
    return list_runs()


def page_of(path: str = "pages/1_Train.py", *, opened: bool = True, **params: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    for key, value in params.items():
        page.query_params[key] = value
    page.session_state["_runs"] = opened
    return page.switch_page(path).run()


def told(page: AppTest) -> str:
    assert not page.exception
    return "\n".join(one.value for one in (*page.markdown, *page.caption, *page.info, *page.error))


@pytest.mark.parametrize("path", ["pages/1_Train.py", "pages/9_Mistakes.py"])
def test_a_run_is_deleted_after_a_question(runs: list[RunFolder], path: str) -> None:
    newer, older = runs
    page = page_of(path)
    assert f"2 runs, together {size(run_bytes(newer) + run_bytes(older))}" in told(page)
    assert size(run_bytes(older)) in page.button(f"_pick-{older.id}").label
    page.button(f"_delete-{older.id}").click().run()
    question = f"Delete tiny of 20 Nov, 23:30 ({size(run_bytes(older))})? This cannot be undone."
    assert question in told(page)
    page.button("_delete-no").click().run()
    assert "cannot be undone" not in told(page)
    page.button(f"_delete-{older.id}").click().run()
    page.button("_delete-yes").click().run()
    assert list_runs() == [newer]
    assert older.id not in told(page) and "cannot be undone" not in told(page)


def test_deleting_the_shown_run_shows_the_newest(runs: list[RunFolder]) -> None:
    newer, older = runs
    page = page_of(run=older.id)
    page.button(f"_delete-{older.id}").click().run()
    page.button("_delete-yes").click().run()
    assert page.session_state["run"] == newer.id
    assert "is not here" not in told(page)
    page.button(f"_delete-{newer.id}").click().run()
    page.button("_delete-yes").click().run()
    assert "Nothing has been trained here yet" in told(page)


def test_another_window_is_told_calmly(runs: list[RunFolder]) -> None:
    newer, older = runs
    page = page_of(run=older.id, opened=False)
    shutil.rmtree(older.path)
    page.run()
    assert "is not here (it may have been deleted); the newest one is shown." in told(page)
    assert page.session_state["run"] == newer.id


def test_what_trains_cannot_be_deleted(runs: list[RunFolder]) -> None:
    newer, _ = runs
    page = page_of()
    page.button(f"_delete-{newer.id}").click().run()
    me = {"pid": os.getpid(), "process_created": psutil.Process().create_time()}
    change_status(newer.path, state="training", owner="terminal", **me)
    page.button("_delete-yes").click().run()
    assert "is being trained, so it cannot be deleted" in told(page)
    assert page.button(f"_delete-{newer.id}").disabled
    assert newer in list_runs()


def test_a_closed_list_reads_no_sizes(
    runs: list[RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picker, "run_bytes", lambda run: pytest.fail("read"))
    assert "together" not in told(page_of(opened=False))
