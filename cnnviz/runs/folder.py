"""A run as pages see it: its folder, read and never written."""

from dataclasses import dataclass, replace
from pathlib import Path

from cnnviz.nn.model import unflatten_params
from cnnviz.nn.types import ModelParams
from cnnviz.runs import layout
from cnnviz.runs.damage import faults
from cnnviz.runs.errors import RunError
from cnnviz.runs.files import read_json, unpack
from cnnviz.runs.records import (
    EpochRecord,
    History,
    LiveView,
    read_epochs,
    read_evaluation,
    read_history,
    read_live,
)
from cnnviz.runs.settings import RunSettings
from cnnviz.runs.status import ACTIVE, RunStatus, alive
from cnnviz.training.events import Evaluation


@dataclass(frozen=True)
class RunFolder:
    """Everything a run has written; reading never disturbs the trainer.

    What cannot be read is left out, and `damage` says so; only `settings` and `params` raise.
    """

    path: Path

    @property
    def id(self) -> str:
        """The folder's name, by which a run is called everywhere."""
        return self.path.name

    def settings(self) -> RunSettings:
        """Return what the run was asked to do; raises RunError where that cannot be read."""
        return RunSettings.from_dict(read_json(self.path / layout.SETTINGS))

    def status(self) -> RunStatus:
        """Return where it stands; "interrupted" and "damaged" are found out here."""
        try:
            self.settings()
            status = self._stored_status()
            if is_gone(status):  # perhaps in this moment, with last words
                status = self._stored_status()
        except RunError as error:
            message = f"This run is damaged: {error} What can still be read is shown."
            return RunStatus("damaged", message=message)
        if is_gone(status):
            return replace(status, state="interrupted", message=interrupted(status), remaining=None)
        return status

    def history(self) -> History:
        """Return one record a step: step, epoch, loss, correct, images, lr, seconds."""
        return read_history(self.path / layout.STEPS)[0]

    def epochs(self) -> list[EpochRecord]:
        """Return one record for each epoch that has ended."""
        return read_epochs(self.path / layout.EPOCHS)[0]

    def evaluation(self, which: int | str) -> Evaluation | None:
        """Return the validation of an epoch (from 1) or the "test"; None where there is none."""
        try:
            return read_evaluation(self._evaluations / layout.evaluation_name(which))
        except RunError:
            return None

    def live(self) -> LiveView | None:
        """Return the first layer's weights and the strip's probabilities, about as of now."""
        try:
            return read_live(self.path / layout.LIVE)
        except RunError:
            return None

    def checkpoint_steps(self) -> list[int]:
        """Return the steps on the timeline, rising."""
        names = (path.stem for path in self._checkpoints.glob("*.safetensors"))
        return sorted(int(name) for name in names if name.isdecimal())

    def params(self, step: int) -> ModelParams:
        """Return the parameters after `step`, one of `checkpoint_steps`; raises RunError."""
        arrays, _ = unpack(self._checkpoints / layout.checkpoint_name(step))
        return unflatten_params(arrays, len(self.settings().layers))

    def damage(self) -> list[str]:
        """Return a sentence for each file that cannot be read in full; reads all of them."""
        return list(faults(self.path))

    def _stored_status(self) -> RunStatus:
        return RunStatus.from_dict(read_json(self.path / layout.STATUS))

    @property
    def _checkpoints(self) -> Path:
        return self.path / layout.CHECKPOINTS

    @property
    def _evaluations(self) -> Path:
        return self.path / layout.EVALUATIONS


def is_gone(status: RunStatus) -> bool:
    """Whether the process behind an active state is not there any more."""
    return status.state in ACTIVE and not alive(status.pid, status.process_created)


def interrupted(status: RunStatus) -> str:
    """Return why an active run is at rest: the process behind it has gone."""
    if status.state == "queued":
        return "The program in whose queue it waited has ended; press Resume to start it."
    return (
        f"Its process ended without a word after step {status.step:,}; press Resume to go on from "
        "the last checkpoint."
    )


def list_runs(root: Path | None = None) -> list[RunFolder]:
    """Return all runs, newest first; a damaged one is in the list and says so itself."""
    folder = layout.runs_root() if root is None else root
    try:
        names = [path for path in folder.iterdir() if layout.RUN_ID.fullmatch(path.name)]
        return [RunFolder(path) for path in sorted(names, reverse=True) if path.is_dir()]
    except OSError:  # no folder yet: no runs
        return []


def find_run(run_id: str, root: Path | None = None) -> RunFolder:
    """Return the run of this id; raises RunError where there is none. Ids are never made paths."""
    runs = list_runs(root)
    for run in runs:
        if run.id == run_id:
            return run
    latest = f"the latest is {runs[0].id}" if runs else "there are none yet"
    raise RunError(f"There is no run {run_id!r}; {latest}.")
