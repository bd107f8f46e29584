"""Start, pause, step, stop, rewind: which button can be pressed, and what it does."""

import time
from dataclasses import dataclass, replace

import streamlit as st

from cnnviz.runs.folder import RunFolder
from cnnviz.runs.manager import Manager
from cnnviz.runs.settings import RunSettings, now
from cnnviz.runs.status import RunStatus
from cnnviz.ui.train.fields import follow
from cnnviz.ui.train.hints import SETTINGS
from cnnviz.ui.train.numbers import NUMBERS
from cnnviz.ui.train.settings import PENDING, Choice

NO_RUN = "There is no run yet: press Train."
TERMINAL = "It was started in a terminal: stop it there with Ctrl+C."
ELSEWHERE = "Another server of this program has started it: use that one's page."
OVER = {
    "finished": "It has finished: rewind it, or train again.",
    "diverged": "It has diverged: rewind it, or train with a smaller learning rate.",
    "damaged": "Its folder is damaged.",
}
PATIENCE = 1.0
AT_REST = ("paused", "stopped", "failed", "interrupted")
ACTIVE = ("starting", "training")


@dataclass(frozen=True)
class Shown:
    """The run that the page shows, as far as the buttons need it."""

    run: RunFolder
    status: RunStatus
    settings: RunSettings | None
    controllable: bool


def reasons(shown: Shown | None) -> dict[str, str]:
    """Return for each button why it cannot be pressed now; "" where it can."""
    names = ("pause", "resume", "step", "stop", "rewind", "again", "lr")
    if shown is None:
        return dict.fromkeys(names, NO_RUN)
    state = shown.status.state
    found = {name: _reason(name, state) for name in names}
    if state in (*ACTIVE, "queued") and not shown.controllable:
        foreign = TERMINAL if shown.status.owner == "terminal" else ELSEWHERE
        found |= dict.fromkeys(("pause", "resume", "step", "stop", "lr"), foreign)
    if shown.settings is None:
        found |= dict.fromkeys(("rewind", "again"), "Its settings cannot be read.")
    return found


def _reason(name: str, state: str) -> str:
    if name in ("rewind", "again"):
        return ""
    if state in OVER:
        return OVER[state]
    if name == "pause":
        return "" if state in ACTIVE else f"It is {_word(state)}, so there is nothing to pause."
    if name == "resume":
        return "" if state in AT_REST else "It is under way already."
    if name == "step":
        return "" if state in AT_REST else "Pause it first: then it can go step by step."
    if name == "stop":
        return "" if state in (*ACTIVE, "queued", "paused") else f"It is {_word(state)} already."
    return "" if state in (*ACTIVE, "paused") else f"It is {_word(state)}: resume it first."


def _word(state: str) -> str:
    return "waiting" if state == "queued" else state


def train_reason(choice: Choice, shown: Shown | None) -> str:
    """Return why these settings cannot be started now, or ""."""
    if choice.settings is None or choice.problem:
        return choice.problem
    under_way = shown is not None and shown.status.state in (*ACTIVE, "queued")
    if under_way and shown and shown.settings and same(choice.settings, shown.settings):
        return (
            "The run below is under way with exactly these settings: change one, or press "
            "New weights."
        )
    return ""


def same(one: RunSettings, other: RunSettings) -> bool:
    """Whether two runs would give the same numbers."""
    return replace(one, origin=other.origin, created=other.created, network=other.network) == other


def transport(manager: Manager, choice: Choice, shown: Shown | None) -> bool:
    """Draw the buttons and do what was pressed; returns whether anything was."""
    why, pressed = reasons(shown), ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if _button("Train", "▶️", train_reason(choice, shown), HELP["train"], primary=True):
            pressed = "train"
        resting = bool(why["pause"]) and not why["resume"]
        if resting and _button("Resume", "⏯️", why["resume"], HELP["resume"]):
            pressed = "resume"
        if not resting and _button("Pause", "⏸️", why["pause"], HELP["pause"]):
            pressed = "pause"
        if _button("One step", "⏭️", why["step"], HELP["step"]):
            pressed = "step"
        if _button("Stop", "⏹️", why["stop"], HELP["stop"]):
            pressed = "stop"
        if _button("Rewind", "⏮️", why["rewind"], HELP["rewind"]):
            pressed = "rewind"
        if _button("New weights", "🎲", why["again"], HELP["again"]):
            pressed = "again"
        wrong = _lr_input(manager, shown, why["lr"])
    if wrong:
        st.error(wrong, icon="⚠️")
    if pressed:
        act(manager, pressed, choice, shown)
    return bool(pressed)


def act(manager: Manager, pressed: str, choice: Choice, shown: Shown | None) -> None:
    """Do what a button says, and wait a moment for it to show."""
    if pressed == "train" and choice.settings and not choice.problem:
        held = shown and shown.status.state == "paused" and shown.status.step == 0
        if held and shown and shown.settings and same(choice.settings, shown.settings):
            pressed = "resume"  # it stands ready with these very settings
        else:
            st.session_state["run"] = _start(manager, choice.settings)
    if shown is None:
        return
    commands = {"pause": manager.pause, "resume": manager.resume}
    commands |= {"step": manager.step, "stop": manager.stop}
    if pressed in commands:
        commands[pressed](shown.run.id)
        wait_for_change(shown, rests=pressed != "resume")
    elif pressed in ("rewind", "again") and shown.settings:
        settings = shown.settings if pressed == "rewind" else next_seed(shown.settings)
        if not reasons(shown)["pause"]:
            manager.pause(shown.run.id)  # its place is needed; it can be resumed at any time
        st.session_state["run"] = _start(manager, settings, paused=True)
        st.session_state[PENDING] = {"seed": settings.config.seed}


def wait_for_change(shown: Shown, *, rests: bool) -> None:
    """Wait until a command has been obeyed, at most a second: mostly it is much less.

    `rests`: whether nothing is under way then, as after one step.
    """
    give_up = time.monotonic() + PATIENCE
    before = (shown.status.state, shown.status.step)
    while time.monotonic() < give_up:
        time.sleep(0.05)
        now = shown.run.status()
        if (now.state, now.step) != before and not (rests and now.active):
            return


HELP = {
    "train": "Start a new run with the settings above.",
    "pause": "Hold it after the step it is at; everything is kept.",
    "resume": "Go on from where it stands, with the very numbers it would have had.",
    "step": "Learn one batch and hold again.",
    "stop": "End it, with everything kept; it can be resumed later.",
    "rewind": "A new run with the same settings and the same first weights, held at step 0. "
    "The old run is kept.",
    "again": "A new run with the same settings and other first weights, from the next seed, held "
    "at step 0. The old run is kept.",
}


def next_seed(settings: RunSettings) -> RunSettings:
    """Return the settings with the seed that follows."""
    return replace(settings, config=replace(settings.config, seed=settings.config.seed + 1))


def _start(manager: Manager, settings: RunSettings, *, paused: bool = False) -> str:
    return manager.start(replace(settings, origin="page", created=now()), paused=paused)


def _button(label: str, icon: str, reason: str, help: str, *, primary: bool = False) -> bool:
    return st.button(
        label,
        key=f"_{label.lower().replace(' ', '_')}",
        icon=icon,
        disabled=bool(reason),
        help=reason or help,
        type="primary" if primary else "secondary",
    )


LR_NOW = replace(NUMBERS["lr"], label="Learning rate now")


def _lr_input(manager: Manager, shown: Shown | None, reason: str) -> str:
    """Draw the learning rate of the run under way, to be changed; return what is wrong with it."""
    lr = (shown and shown.status.lr) or None
    key = f"_run_lr-{shown.run.id}" if shown else "_run_lr"
    if lr:
        _follow_rate(key, lr, over=bool(reason))
    st.number_input(
        LR_NOW.label,
        value=lr,
        step=10.0**-3,
        format="%g",
        key=key,
        width=170,
        disabled=bool(reason),
        help=reason or SETTINGS["change_lr"],
        on_change=_change_lr,
        args=(manager, shown.run.id if shown else "", key),
    )
    value = st.session_state.get(key)
    return "" if reason or value is None else lr_problem(value, lr)


def _follow_rate(key: str, lr: float, *, over: bool) -> None:
    """Set the field to the run's rate, unless another one is on its way to it."""
    asked = st.session_state.get(f"{key}-asked")
    if asked not in (None, lr):
        if not over:
            return
        st.session_state.pop(f"{key}-known", None)  # the run never heard of it
    st.session_state.pop(f"{key}-asked", None)
    follow(key, lr)


def lr_problem(value: float, lr: float | None) -> str:
    """Return why a run cannot learn at this rate, and at which it goes on, or ""."""
    try:
        LR_NOW.check(value, f"the run goes on with {lr:g}" if lr else "")
    except ValueError as error:
        return str(error)
    return ""


def _change_lr(manager: Manager, run: str, key: str) -> None:
    value = st.session_state.get(key)
    if value is not None and LR_NOW.allow(value):
        st.session_state[f"{key}-asked"] = float(value)
        manager.set_lr(run, float(value))
