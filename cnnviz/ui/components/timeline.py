"""The timeline of a run: a slider over its checkpoints on the curve of its loss, and a player."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.ui.components.sent import sent

if TYPE_CHECKING:
    from cnnviz.ui.inside.marks import Marks

HERE = Path(__file__).parent


def timeline(
    marks: "Marks",
    *,
    run: str,
    step: int,
    total: int,
    active: bool,
    key: str,
    on_step: Callable[[int | None, bool], None],
) -> None:
    """Draw the timeline, with the cursor at a checkpoint.

    The browser moves the cursor at once and asks for one checkpoint at a time: the next when the
    page has answered, so that a quick hand or the player never runs ahead of what is shown.

    Parameters
    ----------
    marks : Marks
        The checkpoints, at least one.
    run : str
        The run's id.
    step : int
        The checkpoint that is shown.
    total : int
        The steps of the whole training.
    active : bool
        Whether there are more to come.
    on_step : callable
        Called before the page runs with the chosen step, None for the latest, and with whether
        the cursor is still moving: played or dragged.
    """

    def told() -> None:
        state = st.session_state.get(key) or {}
        chosen = chosen_place(state, run, len(marks.step))
        if chosen is not None:
            last = chosen == len(marks.step) - 1
            on_step(None if last else marks.step[chosen], state["at"].get("moving") is True)

    asked = (st.session_state.get(key) or {}).get("at") or {}
    heard = asked.get("number") if isinstance(asked, dict) else 0
    data = {
        **asdict(marks),
        "run": run,
        "at": marks.step.index(step),
        "total": total,
        "active": active,
        "heard": heard if isinstance(heard, int) else 0,
    }
    _TIMELINE(key=key, data=sent(data), default={"at": None}, on_at_change=told)


def chosen_place(state: Any, run: str, count: int) -> int | None:
    """Return the place of a checkpoint that came from a browser, or None if it is not one."""
    asked = state.get("at") if hasattr(state, "get") else None
    if not isinstance(asked, dict) or asked.get("run") != run:
        return None
    place = asked.get("place")
    return place if type(place) is int and 0 <= place < count else None


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


_TIMELINE = st.components.v2.component(
    "cnnviz_timeline",
    html="<div class='part timeline'></div>\n",
    css=_read("part.css") + _read("timeline.css"),
    js="\n".join(map(_read, ("shared.js", "timeline.js"))),
)
