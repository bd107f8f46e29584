"""Freed memory stays: large arrays come without page faults."""

import ctypes
import subprocess
import sys
from typing import Any

import pytest

from cnnviz.training.reuse import keep_freed_memory

GNU = sys.platform == "linux" and hasattr(ctypes.CDLL(None), "gnu_get_libc_version")

FAULTS = """
import resource, sys
import numpy as np
from cnnviz.training.reuse import keep_freed_memory

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def another():
    return np.ones(10_000_000, np.uint8)

for _ in range(int(sys.argv[1])):
    keep_freed_memory()
another()
before = faults()
for _ in range(20):
    another()
print(faults() - before)
"""


def faults(calls: int) -> int:
    """Page faults of twenty arrays of 10 MB, one after the other, in a process of their own."""
    command = [sys.executable, "-c", FAULTS, str(calls)]
    return int(subprocess.check_output(command))


@pytest.mark.skipif(not GNU, reason="only the GNU C library can be told to keep memory")
def test_arrays_come_from_memory_that_was_freed() -> None:
    assert faults(1) < 10
    assert faults(2) < 10


def none_there(name: object) -> None:
    raise TypeError("LoadLibrary() argument 1 must be str, not None")


@pytest.mark.parametrize(
    ("platform", "library"), [("win32", none_there), ("linux", lambda name: object())]
)
def test_elsewhere_nothing_happens(
    platform: str, library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows, and Linux with another C library, which has no mallopt."""
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", library)
    keep_freed_memory()
