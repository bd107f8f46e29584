"""What lies where in a run's folder, and the form of a history record."""

import os
import re
import secrets
import time
from pathlib import Path

import numpy as np
import platformdirs

SETTINGS = "settings.json"
STATUS = "status.json"
STEPS = "steps.bin"
EPOCHS = "epochs.jsonl"
RESUME = "resume.safetensors"
COMING = "resume.new.safetensors"
PREVIOUS = "resume.previous.safetensors"
RESUMES = (RESUME, COMING, PREVIOUS)  # in the order in which they are tried
LIVE = "live.safetensors"
CHECKPOINTS = "checkpoints"
EVALUATIONS = "evaluations"
LOG = "trainer.log"
LOCK = "writer.lock"
SPARE = "spare.bin"

# One record a step, 40 bytes; `seconds` is the training time so far.
STEP_DTYPE = np.dtype(
    [
        ("step", "<u4"),
        ("epoch", "<u4"),
        ("loss", "<f8"),
        ("correct", "<u4"),
        ("images", "<u4"),
        ("lr", "<f8"),
        ("seconds", "<f8"),
    ]
)
STEP_FORMAT = "<IIdIIdd"
RUN_ID = re.compile(r"\d{8}-\d{6}-[a-z0-9-]+")


def runs_root() -> Path:
    """Return the folder of all runs: CNNVIZ_RUNS_DIR or the user's data folder."""
    named = os.environ.get("CNNVIZ_RUNS_DIR")
    if named:
        return Path(named).expanduser()
    return Path(platformdirs.user_data_dir("cnnviz", False)) / "runs"


def new_id(network: str) -> str:
    """Return a name that sorts by time (UTC) and tells the network.

    For example 20261120-233000-im2col-lenet-3f2a.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", network.lower()).strip("-")[:40] or "network"
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{slug}-{secrets.token_hex(2)}"


def checkpoint_name(step: int) -> str:
    """Return the file name of a timeline checkpoint."""
    return f"{step:08d}.safetensors"


def evaluation_name(which: int | str) -> str:
    """Return the file name of an epoch's evaluation, or of the test's ("test")."""
    return f"epoch-{which:04d}.npz" if isinstance(which, int) else f"{which}.npz"
