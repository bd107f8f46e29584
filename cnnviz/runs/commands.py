"""Commands to a trainer: lines of JSON on its standard input, or a signal."""

import json
import os
import signal
import threading
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import FrameType

from cnnviz.training import ConfigError, check_lr

NAMES = ("pause", "resume", "step", "stop", "lr", "queue")
END = "end"  # nobody can send commands any more: checkpoint and go


@dataclass(frozen=True)
class Command:
    """What to do; `value` is a learning rate for "lr" and otherwise a sentence for people."""

    name: str
    value: float | str | None = None

    def line(self) -> bytes:
        """Return it as it travels."""
        return json.dumps({"command": self.name, "value": self.value}).encode() + b"\n"


def parse_command(line: bytes) -> Command | None:
    """Return the command on a line; None where there is none that a trainer knows."""
    try:
        plain = json.loads(line)
    except ValueError:
        return None
    if not isinstance(plain, dict) or plain.get("command") not in NAMES:
        return None
    value = plain.get("value")
    right = is_rate(value) if plain["command"] == "lr" else is_text(value)
    return Command(plain["command"], value) if right else None


def is_rate(value: object) -> bool:
    """Whether the value can be a learning rate."""
    try:
        return check_lr(value) > 0
    except ConfigError:
        return False


def is_text(value: object) -> bool:
    """Whether `value` is a text or nothing."""
    return value is None or isinstance(value, str)


class Commands:
    """The commands that have come and were not obeyed yet."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Command] = SimpleQueue()
        self.signal: int | None = None  # that has come, if any

    def put(self, command: Command) -> None:
        """Add a command."""
        self._queue.put(command)

    def take(self, timeout: float = 0.0) -> Command | None:
        """Return the next command, waiting for it so many seconds; None where none has come."""
        try:
            return self._queue.get(timeout > 0, timeout)
        except Empty:
            return None

    def listen(self, descriptor: int = 0) -> None:
        """Read commands from a file descriptor in a thread, until its end."""
        threading.Thread(
            target=self._read, args=(descriptor,), name="cnnviz-commands", daemon=True
        ).start()

    def _read(self, descriptor: int) -> None:
        rest = b""
        while data := read_some(descriptor):  # not sys.stdin: its lock would outlive the thread
            *lines, rest = (rest + data).split(b"\n")
            for command in filter(None, map(parse_command, lines)):
                self.put(command)
        self.put(
            Command(END, "Paused with a checkpoint because the program that started it ended.")
        )

    def on_signals(self, message: str) -> None:
        """Take Ctrl-C, termination and a closed terminal as the end.

        A second Ctrl-C ends the program at once. A terminal that closes may say so twice, and
        under nohup it says nothing.
        """
        hang_up = getattr(signal, "SIGHUP", signal.SIGTERM)  # Windows has none

        def end(number: int, frame: FrameType | None) -> None:
            self.signal = number
            self.put(Command(END, message))
            signal.signal(number, signal.SIG_IGN if number == hang_up else signal.SIG_DFL)

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, end)
        if signal.getsignal(hang_up) is not signal.SIG_IGN:
            signal.signal(hang_up, end)


def read_some(descriptor: int) -> bytes:
    """Return what has come; nothing at the end, or where the other end is gone."""
    try:
        return os.read(descriptor, 65_536)
    except OSError:
        return b""
