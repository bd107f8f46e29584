"""IDX, the format of the official MNIST and Fashion-MNIST files, plain or gzip.

A file is a header of big-endian 32-bit numbers and then one byte for each value: images have
the magic number 2,051, the count, 28 and 28; labels have 2,049 and the count.
"""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from cnnviz.data.checks import check_count, check_counts_agree, check_labels
from cnnviz.data.dataset import HEIGHT, WIDTH, Bytes, Split
from cnnviz.data.errors import DataError
from cnnviz.data.source import Source, read_up_to

IMAGES, LABELS = "images", "labels"
MAGIC = {IMAGES: 2051, LABELS: 2049}
SHAPE = {IMAGES: (HEIGHT, WIDTH), LABELS: ()}
NAME = re.compile(r"(train|t10k|test)-(images|labels)[-.]idx[13]-ubyte(\.gz)?", re.IGNORECASE)


def mine(sources: Iterable[Source]) -> list[Source]:
    """Return the files with official names, the plain one where it is there twice."""
    return list(_by_role(sources).values())


def read(sources: Sequence[Source]) -> tuple[Split, Split | None]:
    """Return training and test images; without test files the latter is None."""
    roles = _by_role(sources)
    has_test = any(part == "test" for part, _ in roles)
    return _read_part(roles, "train"), _read_part(roles, "test") if has_test else None


def count(sources: Sequence[Source]) -> int:
    """Return the number of training images as the header says, without reading them."""
    roles = _by_role(sources)
    for part in dict.fromkeys(["train", *(part for part, _ in roles)]):
        _check_complete(roles, part)
    source = roles["train", IMAGES]
    with source.open() as stream:
        return _read_header(source.name, stream.read(16), IMAGES)


def read_images(source: Source) -> Bytes:
    """Return the images of a file as uint8 (N, 28, 28)."""
    return _read_values(source, IMAGES).reshape(-1, HEIGHT, WIDTH)


def read_labels(source: Source) -> Bytes:
    """Return the labels of a file as uint8 (N,)."""
    labels = _read_values(source, LABELS)
    check_labels(source.name, labels)
    return labels


def _by_role(sources: Iterable[Source]) -> dict[tuple[str, str], Source]:
    roles: dict[tuple[str, str], Source] = {}
    for source in sorted(sources, key=lambda source: source.name):
        if match := NAME.fullmatch(source.name):
            part = "train" if match[1].lower() == "train" else "test"
            roles.setdefault((part, match[2].lower()), source)
    return roles


def _check_complete(roles: dict[tuple[str, str], Source], part: str) -> None:
    prefix = "train" if part == "train" else "t10k"
    for kind, digit in ((IMAGES, 3), (LABELS, 1)):
        if (part, kind) not in roles:
            there = ", ".join(source.name for source in roles.values())
            raise DataError(
                f"{prefix}-{kind}-idx{digit}-ubyte is missing (plain or .gz) beside {there}."
            )


def _read_part(roles: dict[tuple[str, str], Source], part: str) -> Split:
    _check_complete(roles, part)
    images, labels = roles[part, IMAGES], roles[part, LABELS]
    split = read_images(images), read_labels(labels)
    check_counts_agree(images.name, len(split[0]), labels.name, len(split[1]))
    return Split(*split)


def _read_values(source: Source, kind: str) -> Bytes:
    header = 4 * (2 + len(SHAPE[kind]))
    with source.open() as stream:
        number = _read_header(source.name, stream.read(header), kind)
        promised = number * int(np.prod(SHAPE[kind], dtype=int))
        values, broke_off = read_up_to(stream, promised)
        if len(values) == promised and not stream.read(1):
            return values
    factors = " × ".join(f"{n:,}" for n in (number, *SHAPE[kind]))
    found = f"{header + len(values):,}" if len(values) < promised else "more"
    raise DataError(
        f"{source.name} is {'cut off' if len(values) < promised else 'too long'}: expected "
        f"{header} + {factors} = {header + promised:,} bytes, found {found}"
        f"{' before the compressed data broke off' if broke_off else ''}; fetch it again."
    )


def _read_header(name: str, header: bytes, kind: str) -> int:
    length = 4 * (2 + len(SHAPE[kind]))
    if len(header) < length:
        raise DataError(
            f"{name} is cut off: its header needs {length} bytes, found {len(header)}; "
            "fetch it again."
        )
    magic, number, *shape = (int(n) for n in np.frombuffer(header, ">u4"))
    if magic != MAGIC[kind]:
        raise DataError(
            f"{name} has the magic number {magic:,}, expected {MAGIC[kind]:,} for {kind} of "
            f"unsigned bytes{_guess(magic)}."
        )
    if tuple(shape) != SHAPE[kind]:
        raise DataError(
            f"{name} has images of {' × '.join(f'{n:,}' for n in shape)} pixels, "
            f"expected {HEIGHT} × {WIDTH}."
        )
    check_count(name, number)
    return number


def _guess(magic: int) -> str:
    others = {number: kind for kind, number in MAGIC.items()}
    return f": these are {others[magic]}" if magic in others else ": this is no such IDX file"
