"""The images that pages show, kept for all viewers: a data set is read once."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.data import DataChoice, Dataset, Split, available, load, split
from cnnviz.data.catalog import find_folder


@dataclass(frozen=True, eq=False)
class Pictures:
    """What a run is judged by, and how many images it learns from."""

    title: str
    note: str
    class_names: tuple[str, ...]
    train_images: int
    validation: Split
    test: Split


def dataset(name: str) -> Dataset:
    """Return a data set; raises DataError with a sentence. Read again when its files change."""
    return _dataset(name, stamp(name))


def pictures(choice: DataChoice) -> Pictures:
    """Return the images of a choice that are not trained on; raises DataError."""
    return _pictures(choice, stamp(choice.dataset))


def set_titles() -> dict[str, str]:
    """Return what the data sets that are here are called, in a word or two, by their names."""
    return {one.name: one.title.partition(" (")[0] for one in available()}


def stamp(name: str) -> tuple[tuple[str, int, int], ...]:
    """Return what changes when the files of a data set change."""
    folder = None if name == "digits" else find_folder(name)
    files = sorted(folder.iterdir()) if folder else []
    stats = ((str(file), file.stat()) for file in files)
    return tuple((path, stat.st_size, stat.st_mtime_ns) for path, stat in stats)


@st.cache_resource(max_entries=2, show_spinner="Reading the images …")
def _dataset(name: str, stamp: object) -> Dataset:
    return load(name)


@st.cache_resource(max_entries=8, show_spinner=False)
def _pictures(choice: DataChoice, stamp: object) -> Pictures:
    found = dataset(choice.dataset)
    splits = split(found, choice)
    return Pictures(
        found.title,
        found.note,
        found.class_names,
        len(splits.train),
        splits.validation,
        splits.test,
    )
