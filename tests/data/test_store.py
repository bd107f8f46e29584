"""Kept files: whole or not at all, private, never in place of others without being asked."""

import os
import stat
from pathlib import Path

import numpy as np
import pytest
from made_files import csv_bytes, everything_below, idx_files, keras_arrays, made_images, npz_bytes

from cnnviz.data import DataError, add, available, load, remove
from cnnviz.data.store import clean_name

ROWS = {"rows.csv": csv_bytes(*made_images(12))}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_added_is_listed_loaded_and_removed(tmp_path: Path) -> None:
    added = add("My digits!", ROWS)
    assert (added.name, len(added.train), len(added.test)) == ("my-digits", 10, 2)
    entry = available()[-1]
    assert (entry.name, entry.train_images, entry.problem) == ("my-digits", 10, "")
    assert entry.note == added.note
    assert "rows.csv (CSV). 2 of its images are held out" in entry.note
    assert np.array_equal(load("my-digits").train.images, added.train.images)
    remove("my-digits")
    assert [one.name for one in available()] == ["digits"]
    assert everything_below(tmp_path / "cache") == {}


def test_only_the_user_can_read_it(tmp_path: Path) -> None:
    add("mine", ROWS)
    folder = tmp_path / "cache" / "mine"
    assert mode(folder.parent) == mode(folder) == 0o700
    assert {path.name: mode(path) for path in folder.iterdir()} == {
        "about.json": 0o600,
        "mine.npz": 0o600,
    }


def test_a_set_is_replaced_only_when_that_is_said(tmp_path: Path) -> None:
    add("mine", ROWS)
    before = everything_below(tmp_path)
    with pytest.raises(DataError, match="There is a data set “mine” already: choose another name"):
        add("mine", idx_files())
    assert everything_below(tmp_path) == before
    assert len(add("mine", idx_files(), replace=True).train) == 20
    assert sorted(everything_below(tmp_path / "cache")) == [
        "mine",
        "mine/about.json",
        "mine/mine.npz",
    ]


def test_the_files_of_mnist_may_be_dropped_where_no_download_works() -> None:
    dataset = add("mnist", idx_files())
    assert dataset.title == "MNIST"
    assert [one.name for one in available()] == ["digits", "mnist"]


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("Kuzushiji MNIST (2018)", "kuzushiji-mnist-2018"),
        ("../../etc/passwd", "etc-passwd"),
        ("..\\a\0b", "a-b"),
        (".hidden", "hidden"),
        ("größe", "größe"),
        ("x" * 100, "x" * 40),
    ],
)
def test_names_become_safe(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned


@pytest.mark.parametrize("name", ["", "..", "/", " _ "])
def test_a_name_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(DataError, match="has no letter and no digit: give it at least one"):
        add(name, ROWS)


def test_the_name_of_the_built_in_set_is_taken() -> None:
    with pytest.raises(DataError, match="“digits” is the name of the built-in data set"):
        add("Digits", ROWS)


def test_a_set_in_the_users_data_folder_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_DATA_DIR", str(tmp_path / "cache"))
    add("mine", ROWS)
    monkeypatch.setenv("CNNVIZ_DATA_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("CNNVIZ_CACHE_DIR", str(tmp_path / "other"))
    with pytest.raises(DataError, match=r"“mine” in .*cache already, which comes first"):
        add("mine", ROWS)
    with pytest.raises(DataError, match=r"“mine” lies in .*cache, not in the cache folder"):
        remove("mine")
    assert len(load("mine").train) == 10


@pytest.mark.parametrize("name", ["digits", "mnist", "nothing", "../cache"])
def test_only_ones_own_sets_can_be_removed(name: str) -> None:
    with pytest.raises(DataError, match="is not one of your own data sets"):
        remove(name)


def test_a_full_disk_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arrays: object, **named: object) -> None:
        raise OSError(28, os.strerror(28))

    add("before", ROWS)
    before = everything_below(tmp_path)
    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(DataError, match=r"“mine” cannot be written to .*: No space left on"):
        add("mine", ROWS)
    with pytest.raises(DataError, match="No space left on"):
        add("before", idx_files(), replace=True)
    assert everything_below(tmp_path) == before


def test_a_rename_that_fails_brings_the_old_set_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("mine", ROWS)
    before = everything_below(tmp_path / "cache" / "mine")
    rename = Path.rename

    def fail_for_drafts(path: Path, target: Path) -> Path:
        if path.name.startswith(".adding-"):
            raise OSError(5, os.strerror(5))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_for_drafts)
    with pytest.raises(DataError, match="cannot be written"):
        add("mine", idx_files(), replace=True)
    assert everything_below(tmp_path / "cache" / "mine") == before


def test_a_path_in_a_file_name_leads_nowhere(tmp_path: Path) -> None:
    add("mine", {"../../evil.npz": npz_bytes(**keras_arrays())})
    assert {path.name for path in tmp_path.rglob("*")} == {
        "cache",
        "mine",
        "mine.npz",
        "about.json",
    }
