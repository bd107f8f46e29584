"""Runs in which there is nothing to look at: why is said, and others can be chosen."""

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.runs import RunFolder, layout
from cnnviz.runs.status import RunStatus
from cnnviz.ui.inside.moment import no_weights
from tests.browser import ROOT
from tests.runs.run_tools import whole_run

PAGES = ("6_Filters", "7_Activations", "8_Draw", "9_Mistakes")


@pytest.fixture
def run(own_manager: object) -> RunFolder:
    return whole_run(layout.runs_root())


def page_of(name: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    page.session_state["_runs"] = True
    page.switch_page(f"pages/{name}.py").run()
    assert not page.exception
    return page


@pytest.mark.parametrize("name", PAGES)
def test_a_run_with_damaged_settings_is_named_and_another_can_be_chosen(
    run: RunFolder, name: str
) -> None:
    other = run.path.with_name("20261120-233000-tiny-3f2a")
    shutil.copytree(run.path, other)
    (run.path / layout.SETTINGS).write_text("garbage")
    page = page_of(name)
    (error,) = (one.value for one in page.error)
    assert error == (
        f"What network the run {run.id} trained cannot be read any more (settings.json is not "
        "valid JSON): choose another one under Runs, at the right."
    )
    page.button(key=f"_pick-{other.name}").click().run()
    assert not page.error and page.session_state["run"] == other.name


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("starting", "in a moment"),
        ("queued", "waits for its turn"),
        ("paused", "press Resume on the Train page, or choose another one under Runs"),
        ("damaged", "make any: choose another one under Runs"),
    ],
)
def test_what_is_said_of_a_run_without_weights_fits_its_state(state: str, said: str) -> None:
    text = no_weights(RunStatus(state))
    assert said in text
    assert ("moment" in text) == (state == "starting")


def test_a_run_whose_checkpoints_are_gone_promises_nothing(run: RunFolder) -> None:
    shutil.rmtree(run.path / "checkpoints")
    page = page_of("6_Filters")
    assert [one.value for one in page.info] == [no_weights(run.status())]
    assert not page.error and page.button(key=f"_delete-{run.id}")


def test_a_checkpoint_that_cannot_be_read_leaves_the_others(run: RunFolder) -> None:
    last = run.checkpoint_steps()[-1]
    (run.path / layout.CHECKPOINTS / layout.checkpoint_name(last)).write_bytes(b"x")
    page = page_of("9_Mistakes")
    (error,) = (one.value for one in page.error)
    assert error == (
        f"The weights after step {last} cannot be read any more ({last:08d}.safetensors cannot be "
        "read: it is cut off or not of this kind): move the timeline to another step."
    )
    page.session_state["look_step"] = 1
    assert not page.run().error
