"""Tests of data sets see none but their own; those of the real ones say so."""

import pytest


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the folder that CNNVIZ_DATA_DIR names."""
    monkeypatch.delenv("CNNVIZ_DATA_DIR", raising=False)
