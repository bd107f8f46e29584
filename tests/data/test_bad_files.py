"""Every kind of bad file gets one sentence that names it, and nothing is changed."""

import gzip
import io
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_files import (
    csv_bytes,
    everything_below,
    idx_bytes,
    idx_files,
    images_bytes,
    keras_arrays,
    labels_bytes,
    made_images,
    npz_bytes,
    put,
)

from cnnviz.data import DataError, add, available, load

Files = dict[str, bytes]
IMAGES, LABELS = made_images(20)
TRAIN, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST = "t10k-images-idx3-ubyte.gz"
WEB_PAGE = b"\n<!DOCTYPE html><html><body>404</body></html>"
ROWS = csv_bytes(IMAGES, LABELS).decode().splitlines()


def idx_with(name: str, content: bytes) -> Files:
    return {**idx_files(), name: content}


def table_with(line: int, text: str) -> Files:
    return {"mine.csv": "\n".join([*ROWS[: line - 1], text, *ROWS[line:]]).encode()}


def cell(line: int, column: int, text: str) -> Files:
    fields = ROWS[line - 1].split(",")
    return table_with(line, ",".join([*fields[: column - 1], text, *fields[column:]]))


def npz_with(**arrays: object) -> Files:
    return {"mine.npz": npz_bytes(**{**keras_arrays(), **arrays})}


def npz_bomb() -> Files:
    """Return an archive whose x_train is far longer than its header promises."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            header, {"descr": "|u1", "fortran_order": False, "shape": (10**12, 28, 28)}
        )
        archive.writestr("x_train.npy", header.getvalue() + bytes(10**6))
    return {"mine.npz": file.getvalue()}


WRONG_LABELS = LABELS.copy()
WRONG_LABELS[4] = 10
FLOATS = IMAGES / 127.5 - 1
TRUNCATED_GZIP = gzip.compress(images_bytes(made_images(10, 1)[0]))[:5000]

BAD: dict[str, tuple[Callable[[], Files], str, tuple[str, ...]]] = {
    "truncated gzip": (
        lambda: idx_with(TEST, TRUNCATED_GZIP),
        TEST,
        ("is cut off: expected 16 + 10 × 28 × 28 = 7,856 bytes, found 4,9", "broke off"),
    ),
    "gzip cut in its check sum": (
        lambda: idx_with(TEST, gzip.compress(images_bytes(IMAGES))[:-3]),
        TEST,
        ("is damaged: it cannot be decompressed",),
    ),
    "gzip with a wrong byte": (
        lambda: idx_with(TEST, gzip.compress(images_bytes(IMAGES), 0)[:-2000] + bytes(2000)),
        TEST,
        ("is damaged: it cannot be decompressed",),
    ),
    "truncated plain": (
        lambda: idx_with(TRAIN, images_bytes(IMAGES)[:-1]),
        TRAIN,
        ("is cut off: expected 16 + 20 × 28 × 28 = 15,696 bytes, found 15,695; fetch it again.",),
    ),
    "too long": (
        lambda: idx_with(TRAIN_LABELS, labels_bytes(LABELS) + b"\0"),
        TRAIN_LABELS,
        ("is too long: expected 8 + 20 = 28 bytes, found more",),
    ),
    "gzip bomb": (
        lambda: idx_with(TEST, gzip.compress(images_bytes(IMAGES[:10]) + bytes(10**7))),
        TEST,
        ("is too long: expected 16 + 10 × 28 × 28 = 7,856 bytes, found more",),
    ),
    "gzip bomb that promises much": (
        lambda: idx_with(TEST, gzip.compress(idx_bytes(2051, IMAGES, (2**32 - 1, 28, 28)))),
        TEST,
        ("says that it holds 4,294,967,295 images; at most 300,000 are read",),
    ),
    "header cut off": (
        lambda: idx_with(TRAIN, images_bytes(IMAGES)[:9]),
        TRAIN,
        ("is cut off: its header needs 16 bytes, found 9",),
    ),
    "wrong magic number": (
        lambda: idx_with(TRAIN, idx_bytes(2052, IMAGES)),
        TRAIN,
        ("has the magic number 2,052, expected 2,051 for images",),
    ),
    "labels in the place of images": (
        lambda: idx_with(TRAIN, labels_bytes(LABELS)),
        TRAIN,
        ("has the magic number 2,049, expected 2,051 for images of unsigned bytes: these ",),
    ),
    "wrong dimensions": (
        lambda: idx_with(TRAIN, idx_bytes(2051, IMAGES[:, :14], (20, 14, 28))),
        TRAIN,
        ("has images of 14 × 28 pixels, expected 28 × 28",),
    ),
    "no images": (
        lambda: idx_with(TRAIN, images_bytes(IMAGES[:0])),
        TRAIN,
        ("holds 0 images",),
    ),
    "counts that differ": (
        lambda: idx_with(TRAIN_LABELS, labels_bytes(LABELS[:19])),
        TRAIN,
        ("has 20 images but train-labels-idx1-ubyte has 19 labels",),
    ),
    "labels out of range": (
        lambda: idx_with(TRAIN_LABELS, labels_bytes(WRONG_LABELS)),
        TRAIN_LABELS,
        ("has the label 10 (label 5 of 20), but the classes are 0 to 9",),
    ),
    "a file missing": (
        lambda: {TRAIN: images_bytes(IMAGES)},
        TRAIN,
        ("train-labels-idx1-ubyte is missing (plain or .gz) beside train-images-idx3-ubyte",),
    ),
    "a test file missing": (
        lambda: {k: v for k, v in idx_files().items() if k != TEST},
        "t10k-images-idx3-ubyte",
        ("t10k-images-idx3-ubyte is missing",),
    ),
    "web page as IDX": (
        lambda: idx_with(TRAIN, WEB_PAGE),
        TRAIN,
        ("is a web page saved under a data file's name (it starts with “<!doctype html>”)",),
    ),
    "web page as gzip": (
        lambda: idx_with(TEST, gzip.compress(WEB_PAGE)),
        TEST,
        ("is a web page",),
    ),
    "web page as CSV": (lambda: {"mine.csv": WEB_PAGE}, "mine.csv", ("is a web page",)),
    "web page as NPZ": (lambda: {"mine.npz": WEB_PAGE}, "mine.npz", ("is a web page",)),
    "empty IDX": (lambda: idx_with(TRAIN, b""), TRAIN, ("is empty: 0 bytes",)),
    "empty CSV": (lambda: {"mine.csv": b""}, "mine.csv", ("is empty: 0 bytes",)),
    "empty NPZ": (lambda: {"mine.npz": b""}, "mine.npz", ("is empty: 0 bytes",)),
    "only a header": (
        lambda: {"mine.csv": b"label,pixel\n"},
        "mine.csv",
        ("holds 0 images",),
    ),
    "only blank lines": (lambda: {"mine.csv": b"\n\n"}, "mine.csv", ("holds 0 images",)),
    "a column too few": (
        lambda: table_with(3, "1,2,3"),
        "mine.csv",
        ("line 3 has 3 columns, expected 1 label + 784 pixels = 785",),
    ),
    "a column too many": (
        lambda: table_with(20, ROWS[19] + ",0"),
        "mine.csv",
        ("line 20 has 786 columns",),
    ),
    "no labels": (
        lambda: {"mine.csv": "\n".join(row[2:] for row in ROWS).encode()},
        "mine.csv",
        ("line 1 has 784 columns",),
    ),
    "semicolons": (
        lambda: {"mine.csv": csv_bytes(IMAGES, LABELS).replace(b",", b";")},
        "mine.csv",
        ("line 1 has 1 column, ", "with commas between them"),
    ),
    "text for a number": (
        lambda: cell(7, 30, "abc"),
        "mine.csv",
        ("line 7, column 30 holds “abc”: expected a whole number from 0 to 255",),
    ),
    "nothing for a number": (lambda: cell(7, 30, ""), "mine.csv", ("line 7, column 30 holds “”",)),
    "not a number": (lambda: cell(7, 30, "nan"), "mine.csv", ("column 30 holds “nan”",)),
    "pixel too large": (lambda: cell(2, 785, "256"), "mine.csv", ("column 785 holds “256”",)),
    "pixel negative": (lambda: cell(2, 785, "-1"), "mine.csv", ("column 785 holds “-1”",)),
    "pixel with a fraction": (lambda: cell(1, 2, "0.5"), "mine.csv", ("column 2 holds “0.5”",)),
    "label out of range in CSV": (
        lambda: cell(5, 1, "10"),
        "mine.csv",
        ("has the label 10 (row 5 of 20), but the classes are 0 to 9",),
    ),
    "one endless line": (
        lambda: {"mine.csv": b"1," * 50_000},
        "mine.csv",
        ("line 1 is longer than 65,536 bytes",),
    ),
    "three tables": (
        lambda: {f"{name}.csv": csv_bytes(IMAGES, LABELS) for name in ("a", "b", "test")},
        "a.csv, b.csv, test.csv",
        ("it is not clear which is for training",),
    ),
    "two tables without a test": (
        lambda: {f"{name}.csv": csv_bytes(IMAGES, LABELS) for name in "ab"},
        "a.csv, b.csv",
        ("it is not clear which is for training",),
    ),
    "two images": (
        lambda: {"mine.csv": csv_bytes(IMAGES[:2], LABELS[:2])},
        "mine.csv",
        ("mine.csv has 2 images, too few", "give at least 3"),
    ),
    "pickled objects": (
        lambda: npz_with(x_train=np.array([print, {}], object)),
        "mine.npz: x_train",
        ("holds pickled Python objects", "refused"),
    ),
    "pickled labels": (
        lambda: npz_with(y_test=np.array([None] * 10, object)),
        "mine.npz: y_test",
        ("holds pickled Python objects",),
    ),
    "a pickle": (
        lambda: {"mine.npz": pickle.dumps(keras_arrays())},
        "mine.npz",
        ("is a Python pickle, which could run any program",),
    ),
    "a key missing": (
        lambda: {"mine.npz": npz_bytes(images=IMAGES, labels=LABELS)},
        "mine.npz",
        ("has no array x_train, only images, labels: the names of Keras are x_train, y_train",),
    ),
    "wrong shape in NPZ": (
        lambda: npz_with(x_train=IMAGES[:, :27]),
        "mine.npz: x_train",
        ("is uint8 of shape (20, 27, 28), expected numbers of shape (N, 28, 28) or (N, 784)",),
    ),
    "text in NPZ": (
        lambda: npz_with(x_train=np.full((20, 28, 28), "a")),
        "mine.npz: x_train",
        ("is <U1 of shape",),
    ),
    "normalized pixels": (
        lambda: npz_with(x_train=FLOATS),
        "mine.npz: x_train",
        ("has values from -1 to 1, expected 0 to 255 or 0 to 1",),
    ),
    "no numbers": (
        lambda: npz_with(x_train=np.full((20, 28, 28), np.nan)),
        "mine.npz: x_train",
        ("has values from nan to nan",),
    ),
    "one-hot labels": (
        lambda: npz_with(y_train=np.eye(10)[LABELS]),
        "mine.npz: y_train",
        ("is float64 of shape (20, 10), expected one whole number for each image",),
    ),
    "a single label": (
        lambda: npz_with(y_train=np.int64(3)),
        "mine.npz: y_train",
        ("is int64 of shape ()",),
    ),
    "labels out of range in NPZ": (
        lambda: npz_with(y_train=LABELS.astype(int) - 1),
        "mine.npz: y_train",
        ("has the label -1 (label 1 of 20)",),
    ),
    "counts that differ in NPZ": (
        lambda: npz_with(y_train=LABELS[:-1]),
        "mine.npz: x_train",
        ("has 20 images but y_train has 19 labels",),
    ),
    "no images in NPZ": (
        lambda: npz_with(x_train=IMAGES[:0], y_train=LABELS[:0]),
        "mine.npz: x_train",
        ("holds 0 images",),
    ),
    "NPZ cut off": (
        lambda: {"mine.npz": npz_bytes(**keras_arrays())[:-500]},
        "mine.npz",
        ("is no whole NPZ file", "save it again with np.savez"),
    ),
    "NPZ that promises too much": (
        npz_bomb,
        "mine.npz: x_train",
        ("says that it holds 1,000,000,000,000 images; at most 300,000",),
    ),
    "NPZ with a broken header": (
        lambda: {"mine.npz": npz_bytes(**keras_arrays()).replace(b"(20, 28, 28)", b"(20, 28, 28 ")},
        "mine.npz: x_train",
        ("is no NumPy array", "save it with np.savez"),
    ),
    "two NPZ files": (
        lambda: {"a.npz": npz_bytes(**keras_arrays()), "b.npz": npz_bytes(**keras_arrays())},
        "a.npz, b.npz",
        ("A data set is one NPZ file",),
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_dropped_on_the_page_gets_a_sentence_and_changes_nothing(
    case: str, tmp_path: Path
) -> None:
    made, name, words = BAD[case]
    add("before", idx_files())
    before = everything_below(tmp_path)
    with pytest.raises(DataError) as error:
        add("mine", made())
    check_sentence(str(error.value), name, words)
    assert everything_below(tmp_path) == before
    assert len(load("before").train) == 20


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_in_the_folder_gets_the_same_sentence_and_breaks_no_list(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, name, words = BAD[case]
    monkeypatch.setenv("CNNVIZ_DATA_DIR", str(tmp_path))
    put(tmp_path / "mine", made())
    before = everything_below(tmp_path)
    with pytest.raises(DataError) as error:
        load("mine")
    check_sentence(str(error.value), name, words)
    assert [one.name for one in available()] == ["digits", "mine"]
    assert everything_below(tmp_path) == before


def check_sentence(message: str, name: str, words: tuple[str, ...]) -> None:
    assert name in message and all(word in message for word in words), message
    assert message.endswith(".") and "\n" not in message


def test_a_file_of_2_gb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    for name in ("mine.csv", "mine.npz", TRAIN):
        path = tmp_path / name
        with path.open("wb") as file:
            os.truncate(file.fileno(), 2_000_000_000)  # sparse: takes no room on the disk
        files: dict[str, bytes | Path] = (
            {**idx_files(), name: path} if name == TRAIN else {name: path}
        )
        with pytest.raises(DataError) as error:
            add("mine", files)
        assert f"{name} is too large: 2,000,000,000 bytes, and at most 1,000,000,000" in str(
            error.value
        )


def test_files_that_are_no_data_are_named_with_what_would_be() -> None:
    with pytest.raises(DataError, match=r"A data set is IDX files .* received letter\.txt"):
        add("mine", {"letter.txt": b"hello"})
    with pytest.raises(DataError, match="received no file"):
        add("mine", {})
    with pytest.raises(DataError, match=r"letter\.txt does not belong to mine\.csv"):
        add("mine", {"letter.txt": b"hello", "mine.csv": csv_bytes(IMAGES, LABELS)})


@pytest.mark.parametrize("seed", range(60))
def test_a_few_wrong_bytes_give_a_sentence_or_images_never_a_crash(seed: int) -> None:
    rng = np.random.default_rng(seed)
    kinds: list[Files] = [
        {"mine.npz": npz_bytes(**keras_arrays(4, 4))},
        {k: bytes(v) for k, v in idx_files(4, 4).items()},
        {"mine.csv": csv_bytes(IMAGES[:4], LABELS[:4])},
    ]
    for files in kinds:
        name = list(files)[seed % len(files)]
        damaged = bytearray(files[name])
        for place in rng.integers(0, min(len(damaged), 400 if seed % 2 else len(damaged)), 3):
            damaged[place] = rng.integers(256)
        try:
            add("mine", {**files, name: bytes(damaged)}, replace=True)
        except DataError as error:
            check_sentence(str(error), "", ())
