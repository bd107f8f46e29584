"""Keras on PyTorch for the module that runs its code; skipped without it, unless required."""

import os

import pytest

os.environ.setdefault("KERAS_BACKEND", "torch")

if os.environ.get("CNNVIZ_PARITY_TESTS") == "required":
    import keras
else:
    keras = pytest.importorskip(
        "keras", reason="Needs Keras: pip install -r requirements-parity.txt"
    )

__all__ = ["keras"]
