"""CSV: a label and 784 pixels from 0 to 255 a row, with or without a header line.

One file is divided into training and test images; of two, the one with "test" in its name is the
test. The label stands first, or last where the header says so.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.checks import check_count, check_labels
from cnnviz.data.dataset import HEIGHT, PIXELS, WIDTH, Bytes, Split
from cnnviz.data.errors import DataError
from cnnviz.data.source import MOST_IMAGES, Source

COLUMNS = 1 + PIXELS
CHUNK_LINES = 1_000
LONGEST_LINE = 1 << 16  # bytes
TEST_WORDS = ("test", "t10k")
LABEL_NAMES = ("label", "class", "target", "y")

Line = tuple[int, str]  # its number in the file, from 1, and its text


def mine(sources: Iterable[Source]) -> list[Source]:
    """Return the files that end with .csv, plain or gzip."""
    return [one for one in sources if one.name.lower().endswith((".csv", ".csv.gz"))]


def read(sources: Sequence[Source]) -> tuple[Split, Split | None]:
    """Return training and test images; from a single file the latter is None."""
    train, test = _roles(sources)
    return read_table(train), None if test is None else read_table(test)


def count(sources: Sequence[Source]) -> None:
    """Return None: the rows of a table are only known when all are read."""
    train, test = _roles(sources)
    for source in (train,) if test is None else (train, test):
        with source.open():
            pass


def read_table(source: Source) -> Split:
    """Return the images and labels of one file."""
    with source.open() as stream:
        lines = _lines(source.name, stream)
        first = next(lines, (1, ""))
        names = _header(first[1])
        rows = lines if names else _again(first, lines)
        label = -1 if names and names[-1] in LABEL_NAMES and names[0] not in LABEL_NAMES else 0
        parts = [_split_columns(_parse(source.name, chunk), label) for chunk in _chunks(rows)]
    check_count(source.name, sum(len(labels) for _, labels in parts))
    images, labels = (np.concatenate(column) for column in zip(*parts, strict=True))
    check_labels(source.name, labels, "row")
    return Split(images.reshape(-1, HEIGHT, WIDTH), labels)


def _roles(sources: Sequence[Source]) -> tuple[Source, Source | None]:
    """Tell the training file from the test file."""
    if len(sources) == 1:
        return sources[0], None
    tests = [one for one in sources if any(word in one.name.lower() for word in TEST_WORDS)]
    if len(sources) > 2 or len(tests) != 1:
        raise DataError(
            f"Of the {len(sources)} files {', '.join(one.name for one in sources)} it is not clear "
            "which is for training and which for the test: give one, or two with “test” in the "
            "name of one."
        )
    return next(one for one in sources if one is not tests[0]), tests[0]


def _lines(name: str, stream: BinaryIO) -> Iterator[Line]:
    """Yield the lines that are not blank; none is read beyond the longest allowed."""
    number = 0
    while raw := stream.readline(LONGEST_LINE):
        number += 1
        if len(raw) == LONGEST_LINE:
            raise DataError(
                f"{name}, line {number:,} is longer than {LONGEST_LINE:,} bytes: expected "
                f"1 label + {PIXELS} pixels a line."
            )
        if number > MOST_IMAGES + 1:
            raise DataError(f"{name} has more than {MOST_IMAGES:,} rows, the most that are read.")
        text = raw.removeprefix(b"\xef\xbb\xbf").decode("latin-1").strip()
        if text:
            yield number, text


def _chunks(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while chunk := list(islice(lines, CHUNK_LINES)):
        yield chunk


def _again(first: Line, rest: Iterator[Line]) -> Iterator[Line]:
    if first[1]:
        yield first
    yield from rest


def _header(line: str) -> list[str]:
    """Return the column names in a first line, nothing where it is a row already."""
    names = [name.lower() for name in _fields(line)]
    named = names[0] in LABEL_NAMES or names[-1] in LABEL_NAMES
    all_words = len(names) > 1 and not any(_is_number(name) for name in names)
    return names if named or all_words else []


def _split_columns(table: Bytes, label: int) -> tuple[Bytes, Bytes]:
    pixels = table[:, 1:] if label == 0 else table[:, :-1]
    return np.ascontiguousarray(pixels), table[:, label].copy()


def _parse(name: str, lines: Sequence[Line]) -> Bytes:
    """Return rows as bytes (n, 785); where a chunk is not in order, its lines are looked at."""
    table = _parse_fast([text for _, text in lines])
    return table if table is not None else np.array([_parse_line(name, *line) for line in lines])


def _parse_fast(rows: list[str]) -> Bytes | None:
    try:
        table = np.loadtxt(
            rows, np.float32, delimiter=",", comments=None, quotechar='"', ndmin=2
        )  # as float, because "255.0" is in order too
    except ValueError:
        return None
    with np.errstate(invalid="ignore"):
        whole = table.astype(np.uint8)
    return whole if table.shape[1] == COLUMNS and np.array_equal(whole, table) else None


def _parse_line(name: str, number: int, text: str) -> NDArray[np.uint8]:
    fields = _fields(text)
    if len(fields) != COLUMNS:
        raise DataError(
            f"{name}, line {number:,} has {len(fields):,} column{'s' * (len(fields) > 1)}, "
            f"expected 1 label + {PIXELS} pixels = {COLUMNS}, with commas between them."
        )
    for place, field in enumerate(fields, start=1):
        if not _is_number(field) or float(field) not in range(256):
            raise DataError(
                f"{name}, line {number:,}, column {place} holds “{field[:20]}”: expected a whole "
                "number from 0 to 255."
            )
    return np.array([float(field) for field in fields]).astype(np.uint8)


def _fields(text: str) -> list[str]:
    return [field.strip().strip('"') for field in text.split(",")]


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True
