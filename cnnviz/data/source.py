"""A file to read data from: on the disk or dropped on a page, plain or gzip.

Every reader opens its files here, so what is wrong with a file as such (empty, too large, a web
page, a pickle, cut off) is found, and said, in one place. Nothing is read before its size is
known, and nothing is decompressed beyond what was promised.
"""

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from cnnviz.data.dataset import Bytes
from cnnviz.data.errors import DataError

LARGEST_FILE = 1_000_000_000  # bytes
MOST_IMAGES = 300_000  # 235 MB of pixels
GZIP_MAGIC = b"\x1f\x8b"
HEAD = 512
CHUNK = 1 << 20


@dataclass(frozen=True)
class Source:
    """A named file: its bytes, its path or a seekable binary file object."""

    name: str
    content: bytes | Path | BinaryIO

    def size(self) -> int:
        """Return the number of bytes, compressed if the file is, without reading it."""
        if isinstance(self.content, Path):
            return self.content.stat().st_size
        if isinstance(self.content, bytes):
            return len(self.content)
        return self.content.seek(0, os.SEEK_END)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the checked file for reading, decompressed where it is gzip.

        Raises
        ------
        DataError
            Also for gzip and disk errors that appear only while the caller reads.
        """
        try:
            _check_size(self.name, self.size())
            with self._raw() as raw, _plain(raw) as stream:
                _check_head(self.name, stream.read(HEAD))
                stream.seek(0)
                yield stream
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataError(
                f"{self.name} is damaged: it cannot be decompressed ({error}); fetch it again."
            ) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise DataError(f"{self.name} cannot be read: {reason}.") from error

    def _raw(self) -> AbstractContextManager[BinaryIO]:
        if isinstance(self.content, Path):
            return self.content.open("rb")
        if isinstance(self.content, bytes):
            return BytesIO(self.content)
        self.content.seek(0)
        return nullcontext(self.content)  # the caller's own: not closed here


def read_up_to(stream: BinaryIO, count: int) -> tuple[Bytes, bool]:
    """Return the next bytes, at most `count`, and whether a compressed stream broke off."""
    found = np.empty(count, np.uint8)
    view, filled = found.data, 0
    try:
        while filled < count:
            got = cast(BytesIO, stream).readinto1(view[filled : filled + CHUNK])
            if not got:
                break
            filled += got
    except EOFError:
        return found[:filled], True
    return found[:filled], False


def _plain(raw: BinaryIO) -> AbstractContextManager[BinaryIO]:
    is_gzip = raw.read(2) == GZIP_MAGIC
    raw.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if is_gzip else nullcontext(raw)


def _check_size(name: str, size: int) -> None:
    if size == 0:
        raise DataError(f"{name} is empty: 0 bytes; fetch or save it again.")
    if size > LARGEST_FILE:
        raise DataError(
            f"{name} is too large: {size:,} bytes, and at most {LARGEST_FILE:,} are read; "
            "use fewer images or save them as NPZ with unsigned bytes."
        )


def _check_head(name: str, head: bytes) -> None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"<"):
        raise DataError(
            f"{name} is a web page saved under a data file's name (it starts with "
            f"{_excerpt(start)}): download the file itself again."
        )
    if len(head) > 1 and head[0] == 0x80 and 2 <= head[1] <= 5:
        raise DataError(
            f"{name} is a Python pickle, which could run any program while it is read, so it is "
            "refused: save the arrays with np.savez."
        )


def _excerpt(start: bytes) -> str:
    return f"“{start[:15].decode('ascii', 'replace')}”"
