"""The manager: starts trainers, keeps the queue, passes commands on."""

import logging
import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

from cnnviz.runs import layout
from cnnviz.runs.child import Child
from cnnviz.runs.commands import Command
from cnnviz.runs.create import change_status, create_run
from cnnviz.runs.delete import check_at_rest, remove, remove_leftovers, set_aside
from cnnviz.runs.errors import RunError
from cnnviz.runs.failures import explain_exit
from cnnviz.runs.folder import RunFolder, find_run
from cnnviz.runs.prepare import check_settings
from cnnviz.runs.settings import RunSettings
from cnnviz.runs.status import RESUMABLE, RunStatus, alive, this_process
from cnnviz.training import check_lr

log = logging.getLogger(__name__)

TICK = 0.1
LEAVE_SECONDS = 5.0  # for a last checkpoint
LOCKED_OUT = 3  # a trainer's exit code where another process writes the run


class Manager:
    """Starts at most as many trainings as the machine has use for; the others wait in a queue.

    All methods may be called from any thread and at any moment; what does not fit the moment
    (a second press, a run that has just ended) changes nothing.

    Parameters
    ----------
    root
        Folder of all runs; None: `runs_root()`.
    slots
        Trainings at a time; None: half the processors, as each training uses two.
    watched
        Whether anybody looks. When nobody has for `idle_seconds`, all trainings are paused with
        a checkpoint and the queue stands still until somebody does.
    checkpoint_seconds
        Time between checkpoints: what a crash can cost at most.
    """

    def __init__(
        self,
        root: Path | None = None,
        *,
        slots: int | None = None,
        watched: Callable[[], bool] = lambda: True,
        idle_seconds: float = 600.0,
        checkpoint_seconds: float = 5.0,
    ) -> None:
        self.root = layout.runs_root() if root is None else root
        self.slots = max(1, (os.cpu_count() or 1) // 2) if slots is None else slots
        self.idle_seconds = idle_seconds
        self._watched, self._last_watched, self._unwatched = watched, monotonic(), False
        self._options = ["--checkpoint-seconds", str(checkpoint_seconds)]
        self._lock = threading.RLock()
        self._children: dict[str, Child] = {}
        self._queue: list[str] = []
        self._shown: dict[str, str] = {}  # what the waiting ones were told last
        self._finalizer = weakref.finalize(self, let_all_go, self._children)
        threading.Thread(
            target=keep_house, args=(weakref.ref(self),), name="cnnviz-manager", daemon=True
        ).start()

    def start(self, settings: RunSettings, *, paused: bool = False) -> str:
        """Make a run and start it, or let it wait for a slot; return its id.

        `paused`: only show its initial weights. Raises ValueError with a sentence where such a
        training cannot start.
        """
        check_settings(settings)
        run_id = create_run(self.root, settings).name
        with self._lock:
            if paused:
                self._spawn(run_id, paused=True)
            else:
                self._enqueue(run_id)
        return run_id

    def resume(self, run_id: str) -> None:
        """Go on with a run, as soon as there is a slot; raises RunError where it is over."""
        with self._lock:
            child = self._child(run_id)
            if run_id in self._queue:
                return
            if child and child.active:
                if find_run(run_id, self.root).status().state != "interrupted":
                    child.send(Command("resume"))
                    return
                child.leaving = True  # killed, but not gone yet: another one goes on
            self._check_resumable(run_id)
            self._enqueue(run_id)

    def pause(self, run_id: str) -> None:
        """Pause with a checkpoint; a waiting run leaves the queue."""
        self._quiet(run_id, Command("pause"), "paused", "Paused before its turn came.")

    def stop(self, run_id: str) -> None:
        """End with a checkpoint."""
        self._quiet(run_id, Command("stop"), "stopped", "Stopped.")

    def step(self, run_id: str) -> None:
        """Take exactly one training step, then pause."""
        self._nudge(run_id, Command("step"))

    def set_lr(self, run_id: str, lr: float) -> None:
        """Change the base learning rate from the next step on."""
        value = check_lr(lr)
        with self._lock:
            waiting = run_id in self._queue
            child = self._child(run_id)
            if child and child.active:
                child.send(Command("lr", value))
                return
            self._nudge(run_id, Command("lr", value))
            if waiting:
                self._enqueue(run_id)

    def delete(self, run_id: str) -> None:
        """Delete a run for good; raises RunError while it trains or waits, here or elsewhere."""
        with self._lock:
            run, child = find_run(run_id, self.root), self._children.get(run_id)
            check_at_rest(run, waiting=run_id in self._queue)
            if child:
                child.let_go()
                child.wait(LEAVE_SECONDS)
                del self._children[run_id]
            self._shown.pop(run_id, None)
            aside = set_aside(run)
        remove(aside)

    def controls(self, run_id: str) -> bool:
        """Whether this manager can command the run: no process of somebody else trains it."""
        with self._lock:
            if self._child(run_id) or run_id in self._queue:
                return True
        status = RunFolder(self.root / run_id).status()
        return not alive(status.pid, status.process_created)

    def queue(self) -> list[str]:
        """Return the runs that wait, the next one first."""
        with self._lock:
            return list(self._queue)

    def close(self, seconds: float = LEAVE_SECONDS) -> None:
        """Let all trainers write a checkpoint and end; return when they have."""
        with self._lock:
            self._queue.clear()
            children = list(self._children.values())
            for child in children:
                child.let_go()
            for child in children:
                child.wait(seconds)
            self._children.clear()
        self._finalizer.detach()

    def tick(self) -> None:
        """Do the housework once: bury ended trainers, pause the unwatched, start the next."""
        with self._lock:
            for run_id, child in list(self._children.items()):
                code = child.exit_code()
                if code is not None:
                    del self._children[run_id]
                    child.let_go()
                    self._ended(run_id, child, code)
            self._look_around()
            self._dispatch()

    def _child(self, run_id: str) -> Child | None:
        """Return the run's trainer, if it runs and takes commands."""
        child = self._children.get(run_id)
        return child if child and child.exit_code() is None and not child.leaving else None

    def _check_resumable(self, run_id: str) -> RunStatus:
        """Return the run's status; raises RunError where it cannot go on from here."""
        status = find_run(run_id, self.root).status()
        if run_id in self._children or run_id in self._queue:
            return status
        if alive(status.pid, status.process_created):
            raise RunError(
                f"The run {run_id} is trained by a {status.owner} elsewhere on this computer: "
                "pause or stop it there."
            )
        if status.state not in RESUMABLE:
            raise RunError(f"The run {run_id} is {status.state} and cannot go on; start a new one.")
        return status

    def _quiet(self, run_id: str, command: Command, state: str, message: str) -> None:
        """Take a run out of training or out of the queue."""
        with self._lock:
            waiting = run_id in self._queue
            if waiting:
                self._queue.remove(run_id)
                self._shown.pop(run_id, None)
            child = self._child(run_id)
            if child:
                child.active = False
                child.leaving = command.name == "stop"
                child.send(command)
            elif run_id not in self._children:
                self._quiet_without_child(run_id, waiting, state, message)
            self._dispatch()

    def _quiet_without_child(self, run_id: str, waiting: bool, state: str, message: str) -> None:
        """Write the state of a run that nobody trains; raises RunError where somebody does."""
        run = find_run(run_id, self.root)
        status = run.status()
        if not waiting and alive(status.pid, status.process_created):
            self._check_resumable(run_id)
        if waiting or (state == "stopped" and status.state in RESUMABLE):
            change_status(run.path, state=state, message=message, pid=None, process_created=None)

    def _nudge(self, run_id: str, command: Command) -> None:
        """Send a command that leaves the run at rest, to a new trainer where there is none."""
        with self._lock:
            child = self._child(run_id)
            if child is None:
                self._check_resumable(run_id)
                if run_id in self._children:  # it is ending: too late for this command
                    return
                child = self._spawn(run_id, paused=True)
            if run_id in self._queue:
                self._queue.remove(run_id)
                self._shown.pop(run_id, None)
            child.active = False
            child.send(command)
            self._dispatch()

    def _spawn(self, run_id: str, *, paused: bool) -> Child:
        run = self.root / run_id
        change_status(run, state="starting", message="", owner="page", **this_process())
        child = Child(run, [*self._options, *(["--paused"] if paused else [])])
        self._children[run_id] = child
        return child

    def _enqueue(self, run_id: str) -> None:
        if run_id not in self._queue:
            self._queue.append(run_id)
        self._dispatch()

    def _dispatch(self) -> None:
        """Give free slots to those who wait, and tell the others their place."""
        while (run_id := self._next()) is not None:
            self._queue.remove(run_id)
            self._shown.pop(run_id, None)
            child = self._child(run_id) or self._spawn(run_id, paused=False)
            child.active = True
            child.send(Command("resume"))
        for place, run_id in enumerate(self._queue, 1):
            self._tell_place(run_id, place)

    def _next(self) -> str | None:
        """Return whom a free slot is for; one whose last trainer is still ending waits for that."""
        if self._unwatched or self._busy() >= self.slots:
            return None
        ready = (r for r in self._queue if r not in self._children or self._child(r))
        return next(ready, None)

    def _busy(self) -> int:
        return sum(child.active for child in self._children.values())

    def _tell_place(self, run_id: str, place: int) -> None:
        message = (
            f"Waiting for a free slot: number {place} of {len(self._queue)} in the queue "
            f"({self.slots} at a time)."
        )
        if self._shown.get(run_id) == message:
            return
        child = self._child(run_id)
        if child:
            child.send(Command("queue", message))
        elif run_id in self._children or not change_status(
            self.root / run_id, state="queued", message=message, **this_process()
        ):
            return  # its last trainer is still ending: next time
        self._shown[run_id] = message

    def _ended(self, run_id: str, child: Child, code: int) -> None:
        """Write what became of a run whose trainer has ended, if it could not say so itself."""
        self._shown.pop(run_id, None)
        if code == LOCKED_OUT:
            return
        run = RunFolder(self.root / run_id)
        status = run.status()
        if status.state == "interrupted" or (status.active and status.pid == os.getpid()):
            message = explain_exit(code, run.settings().config.batch_size)
            changes = {"pid": None, "process_created": None, "remaining": None}
            change_status(run.path, state="interrupted", message=message, **changes)
        elif status.state == "paused" and child.active and code == 0:
            self._enqueue(run_id)  # told to go on in the moment in which it left

    def _look_around(self) -> None:
        """Pause everything when nobody has looked for a while."""
        if self._watched():
            self._last_watched, self._unwatched = monotonic(), False
        elif monotonic() - self._last_watched > self.idle_seconds and not self._unwatched:
            self._unwatched = True
            for child in self._children.values():
                if child.active:
                    child.active = False
                    child.send(Command("pause", self._why_unwatched()))

    def _why_unwatched(self) -> str:
        seconds = self.idle_seconds
        span = f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
        return f"Paused because no window has been open for {span}; press Resume to go on."


def keep_house(reference: "weakref.ref[Manager]") -> None:
    """Call `tick` for as long as the manager is there; its trainers end with it."""
    if (manager := reference()) is not None:
        remove_leftovers(manager.root)
        del manager
    while (manager := reference()) is not None:
        try:
            manager.tick()
        except Exception:  # one spoiled run must not end the care for the others
            log.exception("The manager of the trainings met an error.")
        del manager
        sleep(TICK)


def let_all_go(children: dict[str, Child]) -> None:
    """Close the inputs of all trainers."""
    for child in children.values():
        child.let_go()
