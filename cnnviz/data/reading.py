"""From a handful of files to training and test images: which format, which file is which."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cnnviz.data import csv_file, idx, npz
from cnnviz.data.dataset import Split
from cnnviz.data.errors import DataError
from cnnviz.data.source import Source
from cnnviz.data.splits import hold_out_test

ACCEPTED = (
    "IDX files with their official names (train-images-idx3-ubyte and so on, plain or .gz), "
    "one .npz, or one or two .csv files"
)


@dataclass(frozen=True)
class Format:
    """A file format: the files that are its own, the reader, and a cheap look at the count."""

    title: str
    mine: Callable[[Iterable[Source]], list[Source]]
    read: Callable[[Sequence[Source]], tuple[Split, Split | None]]
    count: Callable[[Sequence[Source]], int | None]


FORMATS = (
    Format("IDX", idx.mine, idx.read, idx.count),
    Format("NPZ", npz.mine, npz.read, npz.count),
    Format("CSV", csv_file.mine, csv_file.read, csv_file.count),
)


@dataclass(frozen=True, eq=False)
class Contents:
    """What files gave: `note` says in words how."""

    train: Split
    test: Split
    note: str


def recognized(sources: Iterable[Source]) -> tuple[Format, list[Source]] | None:
    """Return the first format that some of the files belong to, and these files."""
    listed = list(sources)
    return next(((form, mine) for form in FORMATS if (mine := form.mine(listed))), None)


def describe(form: Format, files: Iterable[Source]) -> str:
    """Return a sentence about where images come from."""
    return f"Your own images, read from {', '.join(file.name for file in files)} ({form.title})."


def read_sources(sources: Sequence[Source]) -> Contents:
    """Read and check the files of one data set.

    Raises
    ------
    DataError
        With one sentence that names the file and the fault.
    """
    found = recognized(sources)
    if found is None:
        names = ", ".join(source.name for source in sources) or "no file"
        raise DataError(f"A data set is {ACCEPTED}; received {names}.")
    form, mine = found
    train, test = form.read(mine)
    note = describe(form, mine)
    if test is not None:
        return Contents(train, test, note)
    train, test = hold_out_test(", ".join(one.name for one in mine), train)
    return Contents(train, test, f"{note} {len(test):,} of its images are held out for the test.")


def read_dropped(sources: Sequence[Source]) -> Contents:
    """Read files that a user gave on purpose: none of them may be left over.

    Raises
    ------
    DataError
        With one sentence that names the file and the fault.
    """
    found = recognized(sources)
    used = {source.name for source in found[1]} if found else set()
    extra = [source.name for source in sources if source.name not in used]
    if used and extra:
        raise DataError(
            f"{', '.join(extra)} does not belong to {', '.join(sorted(used))}: a data set is "
            f"{ACCEPTED}."
        )
    return read_sources(sources)
