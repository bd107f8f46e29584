"""What outlives a page: run folders, the trainer process and the manager that starts it."""

from cnnviz.runs.errors import RunError
from cnnviz.runs.folder import RunFolder, find_run, list_runs
from cnnviz.runs.layout import runs_root
from cnnviz.runs.manager import Manager
from cnnviz.runs.prepare import check_settings
from cnnviz.runs.records import EpochRecord, LiveView
from cnnviz.runs.settings import RunSettings
from cnnviz.runs.status import ACTIVE, RESUMABLE, STATES, RunStatus

__all__ = [
    "ACTIVE",
    "RESUMABLE",
    "STATES",
    "EpochRecord",
    "LiveView",
    "Manager",
    "RunError",
    "RunFolder",
    "RunSettings",
    "RunStatus",
    "check_settings",
    "find_run",
    "list_runs",
    "runs_root",
]
