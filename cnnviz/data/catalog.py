"""Which data sets there are, and loading one by its name."""

from dataclasses import dataclass
from pathlib import Path

from cnnviz.data import digits
from cnnviz.data.dataset import Dataset
from cnnviz.data.errors import DataError
from cnnviz.data.folders import data_folder, files_in, note_in, set_folders
from cnnviz.data.reading import describe, read_sources, recognized

BUILT_IN = "built in"


@dataclass(frozen=True)
class Known:
    """A data set that has a name of its own in the world."""

    title: str
    class_names: tuple[str, ...]
    note: str


CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

KNOWN: dict[str, Known] = {
    "mnist": Known(
        "MNIST",
        digits.DIGIT_NAMES,
        "Handwritten digits (LeCun, Cortes, Burges; CC BY-SA 3.0).",
    ),
    "fashion-mnist": Known(
        "Fashion-MNIST", CLOTHES, "Photographs of clothes (Zalando Research; MIT)."
    ),
}


@dataclass(frozen=True)
class Available:
    """A data set that can be chosen.

    Parameters
    ----------
    name, title : for programs and for people
    where : its folder, or "built in"
    train_images : as far as that can be told without reading them, otherwise None
    note : where it comes from
    problem : why it cannot be loaded, in a sentence; empty where nothing is known against it
    """

    name: str
    title: str
    where: str
    train_images: int | None
    note: str
    problem: str = ""


def available() -> list[Available]:
    """Return the data sets that are there, looking only at the first bytes of their files.

    First the digits, then MNIST and Fashion-MNIST, then the user's own by name. A damaged one
    stands in the list with its problem.
    """
    found: dict[str, Available] = {"digits": _digits()}
    for folder in set_folders():
        if folder.name not in found and (entry := _look_into(folder)):
            found[folder.name] = entry
    first = ["digits", *KNOWN]
    rank = {name: place for place, name in enumerate(first)}
    return sorted(found.values(), key=lambda one: (rank.get(one.name, len(first)), one.name))


def find(name: str) -> Available:
    """Return the entry of a data set; raises DataError as `load`, without reading all of it."""
    entry = next((one for one in available() if one.name == name), None)
    if entry is None:
        raise DataError(_missing(name))
    if entry.problem:
        raise DataError(entry.problem)
    return entry


def load(name: str) -> Dataset:
    """Return a data set, from CNNVIZ_DATA_DIR, the cache folder or the program itself.

    Raises
    ------
    DataError
        Where there is no such data set, or a file of it is damaged.
    """
    if name == "digits":
        return digits.load_digits()
    folder = find_folder(name)
    if folder is None:
        raise DataError(_missing(name))
    contents = read_sources(files_in(folder))
    known = KNOWN.get(name)
    note = known.note if known else note_in(folder) or contents.note
    return Dataset(
        name=name,
        title=known.title if known else name,
        class_names=known.class_names if known else digits.DIGIT_NAMES,
        train=contents.train,
        test=contents.test,
        note=note,
    )


def find_folder(name: str) -> Path | None:
    """Return the first folder of this name that holds data files; names are never made paths."""
    folders = (folder for folder in set_folders() if folder.name == name)
    return next((folder for folder in folders if recognized(files_in(folder))), None)


def _digits() -> Available:
    return Available("digits", digits.TITLE, BUILT_IN, 1497, digits.NOTE)


def _look_into(folder: Path) -> Available | None:
    """Return what a folder offers, with its problem if it has one; None without data files."""
    known = KNOWN.get(folder.name)
    title, note = (known.title, known.note) if known else (folder.name, note_in(folder))
    try:
        found = recognized(files_in(folder))
        if found is None:
            return None
        form, files = found
        note = note or describe(form, files)
        return Available(folder.name, title, str(folder), form.count(files), note)
    except DataError as error:
        return Available(folder.name, title, str(folder), None, note, str(error))


def _missing(name: str) -> str:
    names = ", ".join(one.name for one in available())
    way_out = "download it, " if name in KNOWN else ""
    return (
        f"There is no data set “{name}” here, only {names}{_wrong_folder()}: {way_out}drop its "
        "files on the page, or put them in a folder of that name and point CNNVIZ_DATA_DIR at "
        "its parent."
    )


def _wrong_folder() -> str:
    folder = data_folder()
    wrong = folder is not None and not folder.is_dir()
    return f" (CNNVIZ_DATA_DIR is {folder}, which is no folder)" if wrong else ""
