"""Files that are whole at every moment: replaced atomically, appended in whole records."""

import contextlib
import json
import os
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from cnnviz.runs.errors import RunError

Arrays = dict[str, NDArray[Any]]
REPLACE_TRIES = 20


def write_atomic(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Replace the file in one move: a reader sees the old content or the new, never a mixture.

    `durable` waits until the content is on the disk, so that it also survives a power cut.
    """
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):  # the first error is the one to tell
            temporary.unlink()
        raise
    if durable:
        sync_folder(path.parent)


def replace(source: Path, target: Path) -> None:
    """Move a file over another; where a reader can block that (Windows), try for a second."""
    for _ in range(REPLACE_TRIES):
        try:
            source.replace(target)
            return
        except PermissionError:
            time.sleep(0.05)
    source.replace(target)


def sync_folder(folder: Path) -> None:
    """Put a folder's entries on the disk, where the system can do that."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def append(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Add bytes at the end; raises OSError when not all of them fit."""
    with path.open("ab", buffering=0) as file:
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]
        if durable:
            os.fsync(file.fileno())


def write_json(path: Path, plain: object, *, durable: bool = True) -> None:
    """Replace a file by `plain` as JSON."""
    write_atomic(path, json.dumps(plain, indent=1).encode(), durable=durable)


def read_json(path: Path) -> Any:
    """Return the file's content; raises RunError with a sentence that names the file."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise RunError(f"{path.name} is missing.") from error
    except OSError as error:
        raise RunError(f"{path.name} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # also text that is no UTF-8
        raise RunError(f"{path.name} is not valid JSON.") from error


def checksum(arrays: Arrays, texts: dict[str, str]) -> str:
    """Return a CRC-32 over all texts and all bytes, in the order of the names."""
    crc = zlib.crc32(json.dumps(texts, sort_keys=True).encode())
    for name in sorted(arrays):
        crc = zlib.crc32(np.ascontiguousarray(arrays[name]).data, crc)
    return f"{crc:08x}"


def pack(arrays: Arrays, metadata: dict[str, str]) -> bytes:
    """Return arrays and texts in safetensors form, with their order and a checksum among the texts.

    The form itself does not keep the order.
    """
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    texts = metadata | {"order": json.dumps(list(whole))}
    return save(whole, metadata=texts | {"checksum": checksum(whole, texts)})


def unpack(path: Path) -> tuple[Arrays, dict[str, str]]:
    """Return what `pack` wrote; raises RunError when the file is missing or was changed."""
    try:
        data = path.read_bytes()
        arrays = load(data)
        size = int.from_bytes(data[:8], "little")
        metadata = json.loads(data[8 : 8 + size]).get("__metadata__", {})
        arrays = {name: arrays[name] for name in json.loads(metadata["order"])}
        expected = metadata.pop("checksum")
    except FileNotFoundError as error:
        raise RunError(f"{path.name} is missing.") from error
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise RunError(f"{path.name} cannot be read: it is cut off or not of this kind.") from error
    if expected != checksum(arrays, metadata):
        raise RunError(f"{path.name} was changed after it was written: its checksum is wrong.")
    return arrays, metadata


def sync(path: Path) -> None:
    """Put a file's content on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
