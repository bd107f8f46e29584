"""Work of one piece that can be left."""

import time
from threading import Event

import pytest

from cnnviz.explain.aside import aside
from tests.explain.looked import result_of


def test_it_returns_what_the_call_returns_and_tells_the_share_meanwhile() -> None:
    go = Event()
    task = aside(lambda: go.wait(10) and "done", 0.4)
    assert [next(task), next(task)] == [0.4, 0.4]
    go.set()
    assert result_of(task) == "done"


def test_who_leaves_does_not_wait() -> None:
    go = Event()
    task = aside(lambda: go.wait(10))
    next(task)
    start = time.monotonic()
    task.close()
    assert time.monotonic() - start < 1
    go.set()


def test_its_errors_come_to_who_waits() -> None:
    with pytest.raises(ZeroDivisionError):
        result_of(aside(lambda: 1 / 0))
