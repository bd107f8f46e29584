"""The trainer: iterates the training, obeys commands, writes the folder."""

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data import strip_indices
from cnnviz.nn.layers import Conv2d
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import ModelParams
from cnnviz.runs import layout
from cnnviz.runs.clock import Clock
from cnnviz.runs.commands import END, Command, Commands
from cnnviz.runs.create import stored_status, writing
from cnnviz.runs.errors import RunError
from cnnviz.runs.failures import explain
from cnnviz.runs.files import append
from cnnviz.runs.folder import RunFolder
from cnnviz.runs.helpers import HelpedTeam
from cnnviz.runs.prepare import INPUT_SHAPE, Prepared, prepare
from cnnviz.runs.records import LiveView
from cnnviz.runs.resume import Saved, find_saved, rewind, state_bytes
from cnnviz.runs.settings import Origin, RunSettings
from cnnviz.runs.status import RunStatus, State, this_process
from cnnviz.runs.writer import RunWriter
from cnnviz.training import (
    Checkpoint,
    Diverged,
    EpochEnd,
    Evaluating,
    Event,
    Finished,
    StepEnd,
    check_lr,
    initial_state,
    steps_per_epoch,
    timeline,
    train,
)
from cnnviz.training.evaluate import probabilities
from cnnviz.training.team import Team

FIRST_STEPS = 5  # written one by one: the first points should be seen at once
WATCHING = 100  # the strip is looked at for at most this part of the time, but for
SLOWEST_LIVE = 2.0  # every so many seconds
BYTES_A_SECOND = 4e6  # of checkpoints: a large network is saved less often, but always within
SLOWEST = 9.0  # seconds
LOCK_WAIT = 1.0  # seconds in which another process may finish writing
IDLE = "Paused with a checkpoint; its process ended after a while without a command."


@dataclass(frozen=True)
class Pace:
    """How often what is written, in seconds, and how long a paused trainer waits for commands."""

    flush: float = 0.3
    live: float = 0.5
    checkpoint: float = 5.0
    idle: float = 600.0


def work(
    run: Path,
    commands: Commands,
    *,
    paused: bool = False,
    owner: Origin = "terminal",
    pace: Pace = Pace(),
    report: Callable[[RunStatus], None] = lambda status: None,
) -> RunStatus:
    """Train a run from where it stands until it ends or is told to; return its last status.

    Raises
    ------
    RunError
        When another process is writing this run. Everything else that goes wrong ends in the
        state "failed" with a message.
    """
    with writing(run, wait=LOCK_WAIT):
        worker = Worker(run, commands, owner, pace, report)
        try:
            worker.train(paused)
        except Exception as error:  # whatever it is: the folder must tell it
            worker.fail(error)
        finally:
            worker.writer.close()
        return worker.status


class Worker:
    """One training under way: what `work` needs to remember between two events."""

    def __init__(
        self,
        run: Path,
        commands: Commands,
        owner: Origin,
        pace: Pace,
        report: Callable[[RunStatus], None],
    ) -> None:
        self.run, self.commands, self.pace, self.report = run, commands, pace, report
        self.writer = RunWriter(run)
        self.clock = Clock()
        self.status = replace(earlier_status(run), owner=owner, message="", **this_process())
        self.batch_size = 1
        self.begun = self.resting = self.over = False
        self.last_step: int | None = None  # after which to pause
        self.steps = self.images = 0  # in this process
        self.next_flush = self.next_live = self.next_status = self.next_checkpoint = 0.0

    def train(self, paused: bool) -> None:
        """Do the whole of it."""
        self.writer.reserve()
        self.tell("starting")
        settings = RunFolder(self.run).settings()
        self.batch_size = settings.config.batch_size
        with HelpedTeam(settings.config.threads) as team:  # ready when the images are
            self.take_up(settings, prepare(settings))
            self.go()
            if paused:
                self.rest("Ready at its initial weights." if self.state.step == 0 else "Paused.")
            for event in self.events(settings, team):
                self.note(event)
                if self.last_step == self.state.step and not self.to_be_kept(event):
                    self.rest("Paused after one step.")

    def take_up(self, settings: RunSettings, ready: Prepared) -> None:
        """Load or make the state, and cut the folder back to it."""
        self.ready, config = ready, settings.config
        self.strip = strip_indices(ready.splits.test.labels)
        saved = find_saved(self.run, len(ready.model.layers))
        saved = saved or Saved(initial_state(ready.model, INPUT_SHAPE, config), 0.0)
        self.state = saved.state
        rewind(self.run, self.state.step, self.state.epochs_done)
        self.clock = Clock(saved.elapsed)
        self.per_epoch = steps_per_epoch(len(ready.splits.train), config)
        self.marks = timeline(self.state, len(ready.splits.train), config)
        total = self.per_epoch * config.epochs
        self.status = replace(self.status, total_steps=total, epochs=config.epochs)
        size = state_bytes(self.state)
        self.between_checkpoints = max(self.pace.checkpoint, min(SLOWEST, size / BYTES_A_SECOND))
        self.begun = True
        self.save()

    def events(self, settings: RunSettings, team: Team) -> Iterator[Event]:
        """Yield the events of the training, obeying commands before each."""
        ready = self.ready
        events = train(ready.model, ready.splits, settings.config, self.state, team)
        while True:
            self.obey()
            event = None if self.over else next(events, None)
            if event is None:
                return
            yield event

    def to_be_kept(self, event: Event) -> bool:
        """Whether the next event is the step's checkpoint."""
        return isinstance(event, StepEnd) and event.step in self.marks

    def note(self, event: Event) -> None:
        """Write down what happened."""
        match event:
            case StepEnd():
                self.writer.step(event, self.clock.elapsed)
                self.steps, self.images = self.steps + 1, self.images + event.images
                self.pulse()
            case Evaluating():
                if monotonic() >= self.next_checkpoint:
                    self.save()
            case Checkpoint(step):
                self.writer.keep(step, self.state.params)
            case EpochEnd():
                self.writer.epoch(event, self.clock.elapsed)
            case Finished(_, test):
                self.writer.evaluation("test", test)
                self.finish("finished", f"Test accuracy {100 * test.accuracy:.2f} %.")
            case Diverged():
                self.finish("diverged", event.message)

    def pulse(self) -> None:
        """Write what is due; the first steps at once."""
        now = monotonic()
        if now >= self.next_flush or self.steps <= FIRST_STEPS:
            self.next_flush = now + self.pace.flush
            self.clock.mark(self.steps, self.images)
            self.writer.flush()
        if now >= self.next_live:
            self.show()
            took = monotonic() - now
            self.next_live = now + max(self.pace.live, min(SLOWEST_LIVE, WATCHING * took))
        if now >= self.next_status:
            self.next_status = now + self.pace.live
            self.tell("training")
        if now >= self.next_checkpoint:
            self.save()

    def obey(self) -> None:
        """Follow the commands that have come; at rest, wait for them."""
        while not self.over:
            command = self.commands.take(self.pace.idle if self.resting else 0.0)
            if command is not None:
                self.follow(command)
            elif self.resting:
                self.finish("paused", IDLE)
            else:
                return

    def follow(self, command: Command) -> None:
        """Do what a command says; one that does not fit the moment changes nothing."""
        match command:
            case Command("pause", why) if not self.resting:
                self.rest(str(why or "Paused."))
            case Command("resume") if self.resting:
                self.go()
            case Command("resume"):
                self.last_step = None  # on after the step that is under way
            case Command("step"):
                if self.resting:
                    self.go()
                self.last_step = self.state.step + 1
            case Command("stop", why):
                self.finish("stopped", str(why or "Stopped."))
            case Command("lr", value):
                self.state.lr = check_lr(value)
                self.save()
                self.tell(self.status.state, self.status.message)
            case Command("queue", why) if self.resting:
                self.tell("queued", str(why or "Waiting."))
            case Command(name, why) if name == END:
                self.finish("paused", str(why))

    def go(self) -> None:
        """Train on."""
        self.resting, self.last_step = False, None
        self.clock.go()
        self.next_live = self.next_status = 0.0
        self.next_checkpoint = monotonic() + self.between_checkpoints

    def rest(self, message: str) -> None:
        """Pause, with everything written."""
        self.settle()
        self.tell("paused", message, wait=True)

    def settle(self) -> None:
        """Write everything that has not been written yet."""
        self.clock.halt()
        self.resting, self.last_step = True, None
        self.show()
        self.save(wait=True)

    def finish(self, state: State, message: str) -> None:
        """End, with everything written."""
        if not self.resting:
            self.settle()
        self.over = True
        self.status = replace(self.status, pid=None, process_created=None)
        self.tell(state, message, wait=True)

    def save(self, *, wait: bool = False) -> None:
        """Write the resume file."""
        self.next_checkpoint = monotonic() + self.between_checkpoints
        self.writer.checkpoint(self.state, self.clock.elapsed, wait=wait)

    def show(self) -> None:
        """Replace the live view."""
        ready = self.ready
        probs = probabilities(ready.model, self.state.params, ready.splits.test, self.strip)
        filters = first_filters(ready.model, self.state.params)
        self.writer.live(LiveView(self.state.step, filters, probs))

    def tell(self, state: State, message: str = "", *, wait: bool = False) -> None:
        """Replace the status."""
        self.status = replace(self.status, state=state, message=message, **self.progress())
        self.writer.status(self.status, wait=wait)
        self.report(self.status)

    def progress(self) -> dict[str, Any]:
        """Return the numbers of the status that change."""
        if not self.begun:
            return {}
        step = self.state.step
        return {
            "step": step,
            "epoch": -(-step // self.per_epoch),
            "lr": self.state.lr,
            "elapsed": self.clock.elapsed,
            "images_per_second": self.clock.images_per_second(),
            "remaining": self.clock.remaining(self.status.total_steps - step),
        }

    def fail(self, error: Exception) -> None:
        """Tell what went wrong; the last resume file stays: the state may be half changed."""
        message = explain(error, self.writer.finish(), self.batch_size)
        if not isinstance(error, OSError | ValueError | MemoryError):
            append(self.run / layout.LOG, traceback.format_exc().encode())
        changes: dict[str, Any] = {"pid": None, "process_created": None, **self.progress()}
        self.status = replace(self.status, state="failed", message=message, **changes)
        self.writer.last_words(self.status)
        self.report(self.status)


def earlier_status(run: Path) -> RunStatus:
    """Return the status that the folder has; a damaged one begins anew."""
    try:
        return stored_status(run)
    except RunError:
        return RunStatus("starting")


def first_filters(model: Sequential, params: ModelParams) -> NDArray[np.float32]:
    """Return a copy of the first convolution's filters (F, C, KH, KW); nothing without one."""
    pairs = zip(model.layers, params, strict=True)
    found = (weights["weight"] for layer, weights in pairs if isinstance(layer, Conv2d))
    first: NDArray[np.float32] = next(found, np.empty((0, 0), np.float32))
    return first.copy()
