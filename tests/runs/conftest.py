"""One whole run that the tests of reading share; it is copied before anything is spoiled."""

import os
import shutil
from pathlib import Path

import pytest
from run_tools import whole_run

from cnnviz.runs import RunFolder


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished run; only to be read."""
    return whole_run(tmp_path_factory.mktemp("finished"))


@pytest.fixture
def copied(finished: RunFolder, tmp_path: Path) -> RunFolder:
    """A copy of the finished run, to be spoiled."""
    return RunFolder(shutil.copytree(finished.path, tmp_path / "runs" / finished.id))


@pytest.fixture
def three_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine for teams of three, whose helpers find the tasks of these tests."""
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
