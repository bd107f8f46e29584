"""Keeping a user's own files: checked first, then written to the cache folder in one step."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from cnnviz.data.catalog import KNOWN, find_folder, load
from cnnviz.data.dataset import Dataset
from cnnviz.data.errors import DataError
from cnnviz.data.folders import ABOUT, cache_folder
from cnnviz.data.reading import Contents, read_dropped
from cnnviz.data.source import Source

LONGEST_NAME = 40
RESERVED = ("digits",)


def add(
    name: str, files: Mapping[str, bytes | Path | BinaryIO], *, replace: bool = False
) -> Dataset:
    """Check dropped files and keep them as a data set of this name.

    Parameters
    ----------
    name : what the user calls it; what does not belong in a folder's name becomes "-"
    files : file name and content: bytes, a path or a seekable binary file object
    replace : whether a set of this name in the cache folder may be replaced

    Raises
    ------
    DataError
        With one sentence; nothing has been written then.
    """
    folder = cache_folder() / clean_name(name)
    _check_free(folder, replace)
    contents = read_dropped([Source(Path(file).name, what) for file, what in files.items()])
    try:
        _write(folder, contents, replace)
    except OSError as error:
        raise DataError(
            f"“{folder.name}” cannot be written to {folder.parent}: {error.strerror or error}."
        ) from error
    return load(folder.name)


def remove(name: str) -> None:
    """Delete one of the user's own sets from the cache folder.

    Raises
    ------
    DataError
        Where the set is not the user's own or lies elsewhere.
    """
    folder = find_folder(name)
    if name in RESERVED or name in KNOWN or folder is None:
        raise DataError(f"“{name}” is not one of your own data sets: only these can be removed.")
    if folder.parent != cache_folder():
        raise DataError(
            f"“{name}” lies in {folder.parent}, not in the cache folder: delete it there."
        )
    shutil.rmtree(_put_aside(folder).parent, ignore_errors=True)


def clean_name(name: str) -> str:
    """Return a name that is safe as a folder's: letters, digits, and "-" for all else.

    Raises
    ------
    DataError
        Where nothing is left, or the name belongs to the program.
    """
    cleaned = re.sub(r"[\W_]+", "-", name.lower()).strip("-")[:LONGEST_NAME].strip("-")
    if not cleaned:
        raise DataError(f"The name {name!r} has no letter and no digit: give it at least one.")
    if cleaned in RESERVED:
        raise DataError(f"“{cleaned}” is the name of the built-in data set: choose another one.")
    return cleaned


def _check_free(folder: Path, replace: bool) -> None:
    there = find_folder(folder.name)
    if there is not None and there != folder:
        raise DataError(
            f"There is a data set “{folder.name}” in {there.parent} already, which comes first: "
            "choose another name."
        )
    if folder.exists() and not replace:
        raise DataError(
            f"There is a data set “{folder.name}” already: choose another name, or replace it."
        )


def _write(folder: Path, contents: Contents, replace: bool) -> None:
    """Write everything beside the place where it belongs, then rename it there."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".adding-", dir=folder.parent))  # mode 0700
    try:
        _write_private(draft / ABOUT, json.dumps({"note": contents.note}).encode())
        _write_arrays(draft / f"{folder.name}.npz", contents)
        _swap(draft, folder, replace)
    finally:
        shutil.rmtree(draft, ignore_errors=True)  # gone already where all went well


def _swap(draft: Path, folder: Path, replace: bool) -> None:
    """Rename the draft to its place; what stood there is deleted only after that."""
    old = _put_aside(folder) if replace and folder.exists() else None
    try:
        draft.rename(folder)
    except OSError:
        if old is not None:
            old.rename(folder)
        raise
    if old is not None:
        shutil.rmtree(old.parent, ignore_errors=True)


def _put_aside(folder: Path) -> Path:
    aside = Path(tempfile.mkdtemp(prefix=".removing-", dir=folder.parent)) / folder.name
    folder.rename(aside)
    return aside


def _write_private(path: Path, content: bytes) -> None:
    with _create(path) as file:
        file.write(content)


def _write_arrays(path: Path, contents: Contents) -> None:
    train, test = contents.train, contents.test
    with _create(path) as file:
        np.savez(
            file,
            x_train=train.images,
            y_train=train.labels,
            x_test=test.images,
            y_test=test.labels,
        )
        file.flush()
        os.fsync(file.fileno())


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
