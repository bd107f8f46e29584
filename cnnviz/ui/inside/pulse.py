"""News of a run for a page that looks inside it: GET looks/<run>/news says where it stands.

The page runs again when there is a new checkpoint, and not each time somebody asks for one; where
nobody sees it, not at all.
"""

import time
from dataclasses import dataclass

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse

from cnnviz.runs.folder import RunFolder, list_runs
from cnnviz.runs.status import RunStatus
from cnnviz.ui.components.board import Looks, board
from cnnviz.ui.guard import guard
from cnnviz.ui.pace import pace
from cnnviz.ui.routes import address, answered, run_asked, watcher_asking
from cnnviz.ui.service import Watcher, this_watcher
from cnnviz.ui.train.picker import chosen_run, settings_of

FOLLOWED = "_look-followed"  # the run that the page waits for news of


@dataclass(frozen=True)
class Seen:
    """A run as a page has found it: `latest` is the step of its last checkpoint."""

    run: RunFolder
    status: RunStatus
    latest: int | None

    @property
    def state(self) -> str:
        """What has changed when there are news."""
        return f"{self.status.state} {self.latest}"


def look() -> Seen | None:
    """Return the run that is shown as it is now, before the page is drawn."""
    run = chosen_run(list_runs())
    return None if run is None else look_at(run)


def look_at(run: RunFolder) -> Seen:
    """Return a run as it is now."""
    return Seen(run, run.status(), max(run.checkpoint_steps(), default=None))


def follow(seen: Seen | None) -> None:
    """Draw the page again when the run has a new checkpoint or another state; once, at its end."""
    st.session_state[FOLLOWED] = seen and seen.run.id
    if seen is not None and looks(seen, this_watcher()).every is not None:
        _listen(seen)


@st.fragment
def _listen(seen: Seen) -> None:
    now = look_at(seen.run)
    with guard():
        board([], key="_look-news", looks=looks(now, this_watcher()))
    if now.state != seen.state:
        st.rerun()


def looks(seen: Seen, watcher: Watcher) -> Looks:
    """Return where a page hears of a run, how often it asks, and what it knows."""
    every = pace(seen.status, settings_of(seen.run), watcher)
    return Looks(address(f"looks/{seen.run.id}/news"), time.monotonic(), every, seen.state)


def answer(request: Request) -> JSONResponse:
    """Answer with where a run stands; raises HTTPException where there is none."""
    return answered(looks(look_at(run_asked(request)), watcher_asking(request)))


ANSWERS = {"looks/{run}/news": answer}
