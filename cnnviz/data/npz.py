"""NPZ with the key names of Keras: x_train, y_train, x_test, y_test.

Images are bytes, or numbers from 0 to 1 or from 0 to 255, of shape (N, 28, 28), (N, 28, 28, 1)
or (N, 784). Arrays are read piece by piece, so that a float64 array needs no more memory than its
bytes; an array of pickled objects is refused from its header.
"""

import struct
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from tokenize import TokenError
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from cnnviz.data.checks import check_count, check_counts_agree, check_labels
from cnnviz.data.dataset import HEIGHT, PIXELS, WIDTH, Bytes, Split
from cnnviz.data.errors import DataError
from cnnviz.data.source import Source

KEYS = ("x_train", "y_train", "x_test", "y_test")
PIECE = 1 << 18  # values
DAMAGED = (zipfile.BadZipFile, RuntimeError, ValueError, OverflowError, struct.error)
IMAGE_SHAPES = ((HEIGHT, WIDTH), (HEIGHT, WIDTH, 1), (1, HEIGHT, WIDTH), (PIXELS,))

Numbers = NDArray[Any]


@dataclass(frozen=True)
class Member:
    """An array in the archive: `title` names it in messages, the rest is its header."""

    archive: zipfile.ZipFile
    title: str
    key: str
    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]

    def pieces(self) -> Iterator[Numbers]:
        """Yield the values in the order of the file, flat, piece by piece."""
        left = prod(self.shape)
        with self.archive.open(f"{self.key}.npy") as stream:
            _read_header(cast(BinaryIO, stream))
            while left:
                wanted = min(left, PIECE) * self.dtype.itemsize
                piece = stream.read(wanted)
                if len(piece) < wanted:
                    raise DataError(self._cut_off(left * self.dtype.itemsize - len(piece)))
                yield np.frombuffer(piece, self.dtype)
                left -= min(left, PIECE)

    def _cut_off(self, missing: int) -> str:
        factors = " × ".join(f"{n:,}" for n in (*self.shape, self.dtype.itemsize))
        expected = prod(self.shape) * self.dtype.itemsize
        return (
            f"{self.title} is cut off: expected {factors} = {expected:,} bytes, "
            f"found {expected - missing:,}."
        )


def mine(sources: Iterable[Source]) -> list[Source]:
    """Return the files that end with .npz."""
    return [source for source in sources if source.name.lower().endswith(".npz")]


def read(sources: Sequence[Source]) -> tuple[Split, Split | None]:
    """Return training and test images; without x_test and y_test the latter is None."""
    with _open(sources) as (name, archive):
        train = _read_split(name, archive, "train")
        has_test = any(f"{key}.npy" in archive.namelist() for key in KEYS[2:])
        return train, _read_split(name, archive, "test") if has_test else None


def count(sources: Sequence[Source]) -> int:
    """Return the number of training images as the header says, without reading them."""
    with _open(sources) as (name, archive):
        return _images_member(name, archive, "x_train").shape[0]


@contextmanager
def _open(sources: Sequence[Source]) -> Iterator[tuple[str, zipfile.ZipFile]]:
    if len(sources) > 1:
        raise DataError(
            f"A data set is one NPZ file, received {', '.join(one.name for one in sources)}."
        )
    name = sources[0].name
    with sources[0].open() as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                yield name, archive
        except DataError:
            raise
        except DAMAGED as error:
            raise DataError(
                f"{name} is no whole NPZ file ({error}): save it again with np.savez."
            ) from error


def _read_split(name: str, archive: zipfile.ZipFile, part: str) -> Split:
    member = _images_member(name, archive, f"x_{part}")
    labels = _read_labels(_member(name, archive, f"y_{part}"))
    check_counts_agree(f"{name}: x_{part}", member.shape[0], f"y_{part}", len(labels))
    return Split(_read_images(member), labels)


def _read_images(member: Member) -> Bytes:
    low, high = _limits(member)
    if not (low >= 0 and high <= 255):
        raise DataError(
            f"{member.title} has values from {low:g} to {high:g}, expected 0 to 255 or 0 to 1: "
            "save the pixels before they are normalized."
        )
    scale = 255 if high <= 1 else 1
    images = np.empty(prod(member.shape), np.uint8)
    filled = 0
    for piece in member.pieces():
        scaled = piece if piece.dtype == np.uint8 and scale == 1 else np.rint(piece * float(scale))
        images[filled : filled + len(piece)] = scaled
        filled += len(piece)
    ordered = images.reshape(member.shape, order="F" if member.fortran else "C")
    return np.ascontiguousarray(ordered).reshape(-1, HEIGHT, WIDTH)


def _limits(member: Member) -> tuple[float, float]:
    """Return the smallest and largest value; both are NaN where one is."""
    limits = [(piece.min(), piece.max()) for piece in member.pieces()]
    lows, highs = zip(*limits, strict=True)
    return float(np.min(lows)), float(np.max(highs))


def _read_labels(member: Member) -> Bytes:
    is_column = len(member.shape) == 1 or (len(member.shape) == 2 and member.shape[1] == 1)
    if member.dtype.kind not in "iu" or not is_column:
        raise DataError(
            f"{member.title} is {member.dtype} of shape {member.shape}, expected one whole "
            "number for each image: shape (N,)."
        )
    check_count(member.title, member.shape[0])
    labels = np.concatenate(list(member.pieces()))
    check_labels(member.title, labels)
    return labels.astype(np.uint8)


def _images_member(name: str, archive: zipfile.ZipFile, key: str) -> Member:
    member = _member(name, archive, key)
    if member.dtype.kind not in "buif" or member.shape[1:] not in IMAGE_SHAPES:
        raise DataError(
            f"{member.title} is {member.dtype} of shape {member.shape}, expected numbers of "
            f"shape (N, {HEIGHT}, {WIDTH}) or (N, {PIXELS})."
        )
    check_count(member.title, member.shape[0])
    return member


def _member(name: str, archive: zipfile.ZipFile, key: str) -> Member:
    names = archive.namelist()
    if f"{key}.npy" not in names:
        there = ", ".join(one.removesuffix(".npy") for one in names[:8]) or "nothing"
        raise DataError(
            f"{name} has no array {key}, only {there}: the names of Keras are {', '.join(KEYS)}."
        )
    title = f"{name}: {key}"
    try:
        with archive.open(f"{key}.npy") as stream:
            shape, fortran, dtype = _read_header(cast(BinaryIO, stream))
    except (*DAMAGED, SyntaxError, TypeError, TokenError) as error:  # the header is Python text
        raise DataError(f"{title} is no NumPy array ({error}): save it with np.savez.") from error
    if dtype.hasobject:
        raise DataError(
            f"{title} holds pickled Python objects, which could run any program while they are "
            "read, so it is refused: save it as an array of numbers."
        )
    return Member(archive, title, key, shape, fortran, dtype)


def _read_header(stream: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Read the header of an array; only version 1.0, whose length is bounded, is in order."""
    version = npy.read_magic(stream)
    if version != (1, 0):
        raise ValueError(f"version {version[0]}.{version[1]} of the format, expected 1.0")
    return npy.read_array_header_1_0(stream)
