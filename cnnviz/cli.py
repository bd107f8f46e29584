"""Training from a terminal: the same engine and the same run folders as on the page."""

import argparse
import shlex
import shutil
import sys
from argparse import BooleanOptionalAction
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnnviz.data import DataChoice
from cnnviz.nn.architectures import ARCHITECTURES, Architecture
from cnnviz.nn.losses import LOSSES
from cnnviz.nn.optim import OPTIMIZERS
from cnnviz.nn.schedules import SCHEDULES
from cnnviz.nn.spec import Spec, from_spec
from cnnviz.runs import RunError, RunFolder, RunSettings, RunStatus, find_run, list_runs, runs_root
from cnnviz.runs.commands import Commands
from cnnviz.runs.create import create_run
from cnnviz.runs.errors import LockedError
from cnnviz.runs.prepare import check_settings
from cnnviz.runs.worker import Pace, work
from cnnviz.training import TrainConfig

OK, FAILED, REFUSED, LOCKED_OUT = 0, 1, 2, 3
EPILOG = """examples:
  python -m cnnviz                                       the digits, about a second
  python -m cnnviz --dataset mnist --network im2col-lenet --epochs 4
  python -m cnnviz --list
  python -m cnnviz --resume 20261120-233000-im2col-lenet-3f2a
"""


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say.

    Returns
    -------
    int
        The exit code: 0, 1 (training failed), 2 (refused), 3 (another process writes the run).
    """
    options = parser().parse_args(arguments)
    try:
        if options.run:
            return serve(options)
        if options.list:
            return show_list(options.runs_dir)
        return train_here(options)
    except (ValueError, OSError) as error:
        print(f"cnnviz: {error}", file=sys.stderr)
        return LOCKED_OUT if isinstance(error, LockedError) else REFUSED


def parser() -> argparse.ArgumentParser:
    """Return the table of options."""
    made = argparse.ArgumentParser(
        prog="python -m cnnviz",
        description="Train a convolutional network written in NumPy.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    names = ", ".join(ARCHITECTURES)
    add("--dataset", default="digits", help="digits (default), mnist, fashion-mnist or your own")
    add("--network", default="im2col-lenet", help=f"{names} (default: im2col-lenet)")
    add("--epochs", type=int, help="passes over the images (default: the network's)")
    add("--batch-size", type=int, help="images in a step (default: the network's)")
    add("--lr", type=float, help="learning rate (default: the network's)")
    add("--optimizer", help=f"{', '.join(OPTIMIZERS)} (default: the network's)")
    add("--schedule", help=f"{', '.join(SCHEDULES)} (default: the network's)")
    add("--loss", help=f"{', '.join(LOSSES)} (default: the network's)")
    add("--label-smoothing", type=float, help="share of each label spread over all classes")
    add("--shift", type=int, help="move training images by up to so many pixels")
    add("--rotate", type=float, help="turn training images by up to so many degrees")
    add("--flip", action=BooleanOptionalAction, help="mirror half of the training images")
    add("--seed", type=int, default=0, help="start of every random draw (default: 0)")
    add("--images", type=int, help="training images to use (default: all)")
    add(
        "--threads",
        type=int,
        default=2,
        help="parts of each batch, computed side by side (default: 2)",
    )
    add("--runs-dir", type=Path, default=None, help="folder of the runs")
    add("--list", action="store_true", help="list the runs, newest first")
    add("--resume", metavar="ID", help="go on with a run, with the settings that it was made with")
    for hidden in ("--commands", "--paused"):
        add(hidden, action="store_true", help=argparse.SUPPRESS)
    add("--run", type=Path, help=argparse.SUPPRESS)
    add("--checkpoint-seconds", type=float, default=Pace.checkpoint, help=argparse.SUPPRESS)
    add("--idle-seconds", type=float, default=Pace.idle, help=argparse.SUPPRESS)
    return made


def serve(options: argparse.Namespace) -> int:
    """Train a run for a manager, which sends commands."""
    commands = Commands()
    commands.on_signals("Paused with a checkpoint because the system asked its process to end.")
    if options.commands:
        commands.listen()
    pace = Pace(checkpoint=options.checkpoint_seconds, idle=options.idle_seconds)
    status = work(options.run, commands, paused=options.paused, owner="page", pace=pace)
    return exit_code(status, commands)


def train_here(options: argparse.Namespace) -> int:
    """Train in this terminal, from the start or from where a run stands."""
    folder = resumed(options) if options.resume else created(options)
    print(f"Run {folder.id}")
    commands = Commands()
    commands.on_signals(
        f"Paused with a checkpoint; {resume_command(folder, options.runs_dir)} goes on."
    )
    bar = Bar(sys.stdout.isatty())
    pace = Pace(checkpoint=options.checkpoint_seconds)
    status = work(folder.path, commands, owner="terminal", pace=pace, report=bar.show)
    bar.end()
    print(table(folder))
    code = exit_code(status, commands)
    print(status.message, file=sys.stderr if code == FAILED else sys.stdout)
    return code


def resume_command(folder: RunFolder, root: Path | None) -> str:
    """Return what to type to go on with a run."""
    where = f" --runs-dir {shlex.quote(str(root))}" if root else ""
    return f"python -m cnnviz --resume {folder.id}{where}"


def resumed(options: argparse.Namespace) -> RunFolder:
    """Return the run to go on with; raises RunError where that makes no sense."""
    folder = find_run(options.resume, options.runs_dir)
    status = folder.status()
    if status.state in ("finished", "diverged"):
        raise RunError(f"The run {folder.id} is {status.state} and cannot go on; start a new one.")
    return folder


def created(options: argparse.Namespace) -> RunFolder:
    """Make a new run from the options."""
    settings = settings_from(options)
    check_settings(settings)
    return RunFolder(create_run(options.runs_dir or runs_root(), settings))


def settings_from(options: argparse.Namespace) -> RunSettings:
    """Return the settings: the network's own, changed by what was asked for."""
    network = choose_network(options.network)
    config = TrainConfig.of(network)
    asked = given(options, "epochs", "batch_size", "lr", "seed", "threads")
    if options.optimizer and options.optimizer != network.optimizer["type"]:
        asked["optimizer"] = from_spec(OPTIMIZERS, {"type": options.optimizer}, what="optimizer")
        asked.setdefault("lr", asked["optimizer"].usual_lr)
    if options.schedule:
        asked["schedule"] = from_spec(SCHEDULES, {"type": options.schedule}, what="schedule")
    asked["loss"] = from_spec(LOSSES, chosen_loss(options, network), what="loss")
    asked["augment"] = replace(config.augment, **given(options, "shift", "rotate", "flip"))
    data = DataChoice(options.dataset, train_images=options.images)
    return RunSettings(data, network.name, network.layers, replace(config, **asked), "terminal")


def given(options: argparse.Namespace, *names: str) -> dict[str, Any]:
    """Return those options that were given."""
    return {name: value for name in names if (value := getattr(options, name)) is not None}


def chosen_loss(options: argparse.Namespace, network: Architecture) -> Spec:
    """Return the network's loss or the one that was asked for, with what was said about it."""
    own = options.loss in (None, network.loss["type"])
    return (network.loss if own else {"type": options.loss}) | given(options, "label_smoothing")


def choose_network(name: str) -> Architecture:
    """Return the network of this name; raises RunError naming those there are."""
    if name not in ARCHITECTURES:
        raise RunError(f"There is no network {name!r}; there are {', '.join(ARCHITECTURES)}.")
    return ARCHITECTURES[name]


def exit_code(status: RunStatus, commands: Commands) -> int:
    """Return the exit code for how a training ended; as shells have it after a signal."""
    if commands.signal is not None:
        return 128 + commands.signal
    return FAILED if status.state in ("failed", "diverged") else OK


def show_list(root: Path | None) -> int:
    """Print all runs."""
    runs = list_runs(root)
    if not runs:
        print("There are no runs yet; python -m cnnviz makes one.")
    for folder in runs:
        status = folder.status()
        print(f"{folder.id}  {status.state:11}  step {status.step:,}/{status.total_steps:,}")
    return OK


def table(folder: RunFolder) -> str:
    """Return a line for each epoch, and one for the test images."""
    lines = [
        f"{'epoch':>5} {'loss':>9} {'accuracy':>9} {'val. loss':>10} {'val. acc.':>9} {'s':>7}"
    ]
    lines += [
        f"{e.epoch:>5} {e.train_loss:>9.4f} {e.train_accuracy:>9.2%} {e.validation_loss:>10.4f} "
        f"{e.validation_accuracy:>9.2%} {e.seconds:>7.1f}"
        for e in folder.epochs()
    ]
    test = folder.evaluation("test")
    if test:
        lines.append(f"{'test':>5} {test.loss:>9.4f} {test.accuracy:>9.2%}")
    return "\n".join(lines)


class Bar:
    """A progress bar on a terminal; elsewhere a line for each tenth of the way."""

    def __init__(self, terminal: bool) -> None:
        self.terminal = terminal
        self.tenth = -1

    def show(self, status: RunStatus) -> None:
        """Show how far the training is; that nobody reads it any more does not end a training."""
        if status.total_steps:
            with suppress(OSError):
                self._draw(status)

    def _draw(self, status: RunStatus) -> None:
        part = status.step / status.total_steps
        if self.terminal:
            width = max(10, min(40, shutil.get_terminal_size().columns - 50))
            done = int(width * part)
            print(f"\r[{'#' * done}{'-' * (width - done)}] {facts(status)} ", end="", flush=True)
        elif int(part * 10) > self.tenth:
            self.tenth = int(part * 10)
            print(facts(status), flush=True)

    def end(self) -> None:
        """Leave the line of the bar."""
        if self.terminal:
            print()


def facts(status: RunStatus) -> str:
    """Return progress in a few words."""
    left = "" if status.remaining is None else f", {status.remaining:.0f} s left"
    share, speed = status.step / status.total_steps, status.images_per_second
    return f"{share:4.0%} epoch {status.epoch}/{status.epochs}, {speed:,.0f} images/s{left}"
