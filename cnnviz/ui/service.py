"""The one manager of this server: it starts trainers, and pauses them when nobody watches."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic

import streamlit as st
from streamlit.runtime import Runtime, RuntimeState, exists

from cnnviz.runs.layout import runs_root
from cnnviz.runs.manager import Manager
from cnnviz.training.team import blas

IDLE_MINUTES = 5.0
HERE = (None, "127.0.0.1", "::1")  # addresses of browsers on this machine
LEAST_IDLE, MOST_IDLE = 0.1, 1440.0
GONE_AFTER = 30.0  # seconds after which a tab that looked at a training no longer does


def manager() -> Manager:
    """Return the manager of the folder where runs are kept; the same for every session."""
    return _manager(runs_root())


@st.cache_resource(show_spinner=False)
def _manager(root: Path) -> Manager:
    return Manager(root, watched=watched, idle_seconds=60 * idle_from_environment())


def watched() -> bool:
    """Whether a browser is connected; outside a server nobody can be, so the answer is yes."""
    return not exists() or Runtime.instance().state is not RuntimeState.NO_SESSIONS_CONNECTED


@dataclass(frozen=True)
class Watcher:
    """A browser's tab that looks at trainings: its name, "" where it has none yet; its address."""

    name: str
    address: str | None

    def share(self, threads: int) -> int:
        """Count it among those that look at a training; return how many share its processors.

        The answer is 0 where the machine has more processors than the training uses. A browser on
        another machine draws with processors of its own: for it the answer is 1, so that what the
        server does for the looks of many stays small.
        """
        if self.address not in HERE:
            return 1
        return 0 if (os.cpu_count() or 1) > threads else _counted(self.name)


def this_watcher() -> Watcher:
    """Return the browser for which the page runs: its tab has said nothing yet."""
    return Watcher("", st.context.ip_address)


def _counted(name: str) -> int:
    """Note that a tab looks; return how many have looked lately, at least one."""
    looks, now = _looks(), monotonic()
    if name:
        looks[name] = now
    for other, last in list(looks.items()):
        if now - last > GONE_AFTER:
            looks.pop(other, None)
    return max(len(looks), 1)


@st.cache_resource(show_spinner=False)
def _looks() -> dict[str, float]:
    """Return when each tab looked last."""
    return {}


@cache
def one_blas_thread() -> None:
    """Let all pages compute with one BLAS thread, for good.

    Beside a training several are slower, and leave it less. The number is the process's: limits of
    single computations would overlap, and the last one to end would decide.
    """
    blas().limit(limits=1)


def idle_from_environment() -> float:
    """Return the minutes that CNNVIZ_IDLE_MINUTES names, 5 where it names none that make sense."""
    try:
        minutes = float(os.environ.get("CNNVIZ_IDLE_MINUTES", ""))
    except ValueError:
        return IDLE_MINUTES
    return minutes if LEAST_IDLE <= minutes <= MOST_IDLE else IDLE_MINUTES
