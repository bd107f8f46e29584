"""Work that takes seconds: asked for with a button, with progress, to be broken off at any time."""

from collections.abc import Callable, Generator, Hashable
from typing import TypeVar, cast

import streamlit as st

from cnnviz.nn.model import Sequential
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.ui.answering import ask, asked
from cnnviz.ui.inside.memory import known, remembered
from cnnviz.ui.inside.moment import hold

BOX = "work-"  # in `frame`: a button that was pressed does not stay there beside Cancel, faded
QUICK = 130_000_000
"""Multiplications that are done without asking: about a tenth of a second."""

T = TypeVar("T")
Task = Generator[float, None, T]
"""Yields the share that is done, from 0 to 1, and returns the result."""


def work(key: Hashable, label: str, task: Task[T], *, name: str, help: str = "") -> T | None:
    """Draw a button; when it is pressed do the work, and return its result from then on.

    Parameters
    ----------
    key : hashable
        Under which the result is kept, see `remembered`: all that determines it.
    label : str
        What the button says.
    task : generator
        It is not started before the button is pressed. Pressing Cancel, or anything else on the
        page, breaks it off; nothing is kept of it then. A run that goes on is looked at from then
        on at the step of the result, which would otherwise be gone with the next checkpoint.
    name : str
        The button's key, the same for all results of this kind.
    """
    if known(key):
        return remembered(key, lambda: finish(task))
    place = st.empty()
    with place.container(key=f"{BOX}{name}", horizontal=True, vertical_alignment="center"):
        if not asked(name):
            st.button(label, key=name, help=help or None, on_click=_begin, args=[name])
            return None
        bar = st.progress(0.0, label)
        st.button("Cancel", key=f"{name}-cancel")
    try:
        return remembered(key, lambda: finish(task, lambda share: bar.progress(share, label)))
    finally:
        place.empty()


def _begin(name: str) -> None:
    hold()
    ask(name)


def measured(
    key: Hashable,
    label: str,
    task: Task[T],
    cost: int,
    *,
    name: str,
    help: str = "",
    most: int = QUICK,
) -> T | None:
    """Return the result of work: at once where it is small, otherwise when its button is pressed.

    Parameters
    ----------
    cost : its multiplications
    most : those that are done without asking
    """
    if cost <= most:
        return remembered(key, lambda: finish(task))
    return work(key, label, task, name=name, help=help)


def macs(model: Sequential, start: int, end: int) -> int:
    """Return the multiplications that the layers from `start` on, before `end`, take an image."""
    shapes = model.input_shapes(INPUT_SHAPE)
    return sum(model.layers[place].macs(shapes[place]) for place in range(start, end))


def finish(task: Task[T], tell: Callable[[float], object] = lambda share: None) -> T:
    """Do the work to its end, telling how far it is."""
    while True:
        try:
            tell(min(next(task), 1.0))
        except StopIteration as done:
            return cast(T, done.value)
