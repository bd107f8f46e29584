"""Where data sets lie: the folder the user named, then the cache folder."""

import json
import os
from pathlib import Path

from platformdirs import user_cache_dir

from cnnviz.data.errors import DataError
from cnnviz.data.source import Source

ABOUT = "about.json"  # written beside a user's data: where it came from


def data_folder() -> Path | None:
    """Return the folder that CNNVIZ_DATA_DIR names, None where it names none."""
    named = os.environ.get("CNNVIZ_DATA_DIR")
    return Path(named).expanduser() if named else None


def cache_folder() -> Path:
    """Return the user's cache folder; CNNVIZ_CACHE_DIR names another one."""
    named = os.environ.get("CNNVIZ_CACHE_DIR")
    return Path(named).expanduser() if named else Path(user_cache_dir("cnnviz")) / "data"


def set_folders() -> list[Path]:
    """Return the folders that may hold a data set, in the order in which they are searched."""
    roots = [root for root in (data_folder(), cache_folder()) if root is not None]
    return [folder for root in roots for folder in _visible_folders(root)]


def files_in(folder: Path) -> list[Source]:
    """Return the files of a folder by name; hidden ones are left out.

    Raises
    ------
    DataError
        Where the folder cannot be read.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file() and _is_visible(path))
    except OSError as error:
        raise DataError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    return [Source(path.name, path) for path in paths]


def note_in(folder: Path) -> str:
    """Return what was noted when the data was added, nothing where that cannot be read."""
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(about.get("note", "")) if isinstance(about, dict) else ""


def _visible_folders(root: Path) -> list[Path]:
    try:
        return sorted(path for path in root.iterdir() if path.is_dir() and _is_visible(path))
    except OSError:  # not there, or not for this user: nothing to be found in it
        return []


def _is_visible(path: Path) -> bool:
    return not path.name.startswith(".")
