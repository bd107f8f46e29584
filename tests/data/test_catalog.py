"""Data sets are found in their order, listed without being read, and named when missing."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from made_files import csv_bytes, everything_below, idx_files, keras_arrays, made_images, npz_bytes
from made_files import put as put_files

from cnnviz.data import Available, DataError, available, load

REAL = os.environ.get("CNNVIZ_DATA_DIR", "")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CNNVIZ_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def named(name: str) -> Available:
    return next(one for one in available() if one.name == name)


def test_a_machine_that_has_nothing_yet_has_the_digits(tmp_path: Path) -> None:
    assert [(one.name, one.where, one.train_images) for one in available()] == [
        ("digits", "built in", 1497)
    ]
    assert everything_below(tmp_path) == {}


def test_known_sets_come_first_then_the_users_own(data: Path, cache: Path) -> None:
    put_files(cache / "zebras", idx_files())
    put_files(cache / "fashion-mnist", idx_files())
    put_files(data / "ants", {"a.csv": csv_bytes(*made_images(3))})
    put_files(data / "mnist", {"mnist.npz": npz_bytes(**keras_arrays())})
    assert [one.name for one in available()] == [
        "digits",
        "mnist",
        "fashion-mnist",
        "ants",
        "zebras",
    ]
    assert [one.train_images for one in available()] == [1497, 20, 20, None, 20]


def test_the_named_folder_comes_before_the_cache(data: Path, cache: Path) -> None:
    put_files(cache / "mnist", idx_files(train=11))
    assert len(load("mnist").train) == 11
    put_files(data / "mnist", idx_files(train=12))
    assert len(load("mnist").train) == 12
    assert named("mnist").train_images == 12 and named("mnist").where == str(data / "mnist")


def test_a_damaged_set_is_not_passed_over_in_silence(data: Path, cache: Path) -> None:
    put_files(cache / "mnist", idx_files())
    put_files(data / "mnist", {**idx_files(), "train-images-idx3-ubyte": b""})
    assert named("mnist").problem.startswith("train-images-idx3-ubyte is empty")
    with pytest.raises(DataError, match="train-images-idx3-ubyte is empty"):
        load("mnist")


def test_folders_without_data_and_hidden_ones_are_no_data_sets(data: Path, cache: Path) -> None:
    put_files(data / "letters", {"letter.txt": b"hello"})
    put_files(data / "mnist", {"README.md": b"hello"})
    put_files(cache / ".adding-1", idx_files())
    put_files(data, {"loose.csv": b"1,2"})
    assert [one.name for one in available()] == ["digits"]


def test_a_folder_that_cannot_be_read_is_listed_with_its_problem(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_files(data / "mine", idx_files())
    iterdir = Path.iterdir

    def refuse(path: Path) -> object:
        if path.name == "mine":
            raise PermissionError(13, os.strerror(13))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert named("mine").problem == f"The folder {data / 'mine'} cannot be read: Permission denied."


def test_the_list_reads_only_the_first_bytes(data: Path) -> None:
    put_files(data / "mine", idx_files())
    path = data / "mine" / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:600])
    assert named("mine").train_images == 20
    with pytest.raises(DataError, match="is cut off"):
        load("mine")


@pytest.mark.parametrize("name", ["kites", "../data", "", ".", "/", "mnist/../mnist"])
def test_a_set_that_is_not_there_is_named_with_the_ways_out(name: str) -> None:
    with pytest.raises(DataError) as error:
        load(name)
    assert f"There is no data set “{name}” here, only digits" in str(error.value)
    assert "drop its files on the page, or put them in a folder" in str(error.value)


def test_for_mnist_the_download_is_offered_too(data: Path) -> None:
    with pytest.raises(DataError, match=r"only digits .*data, which is no folder\): download it,"):
        load("mnist")


def test_classes_have_their_names(cache: Path) -> None:
    put_files(cache / "fashion-mnist", idx_files())
    dataset = load("fashion-mnist")
    assert dataset.title == "Fashion-MNIST"
    assert dataset.class_names[0] == "T-shirt/top" and dataset.class_names[9] == "Ankle boot"
    assert len(dataset.class_names) == 10


@pytest.mark.skipif(not (Path(REAL) / "mnist").is_dir(), reason="CNNVIZ_DATA_DIR has no MNIST")
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_the_real_sets_have_70000_images(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_DATA_DIR", REAL)
    dataset = load(name)
    assert (len(dataset.train), len(dataset.test)) == (60_000, 10_000)
    assert np.bincount(dataset.test.labels).min() > 890
    assert 30 < dataset.train.images.mean() < 75


def test_a_folder_that_vanishes_is_not_there_any_more(cache: Path) -> None:
    put_files(cache / "mine", idx_files())
    assert named("mine")
    shutil.rmtree(cache / "mine")
    with pytest.raises(DataError, match="no data set “mine”"):
        load("mine")
