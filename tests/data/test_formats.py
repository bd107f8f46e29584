"""Good files in every form that tutorials know give the same images."""

import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_files import (
    HEADER,
    csv_bytes,
    idx_files,
    images_bytes,
    keras_arrays,
    labels_bytes,
    made_images,
    npz_bytes,
)

from cnnviz.data import Dataset, add

IMAGES, LABELS = made_images(20)


def agrees(dataset: Dataset) -> bool:
    expected = keras_arrays()
    found = (dataset.train.images, dataset.train.labels, dataset.test.images, dataset.test.labels)
    return all(np.array_equal(a, b) for a, b in zip(found, expected.values(), strict=True))


def all_images(dataset: Dataset) -> list[tuple[int, bytes]]:
    parts = (dataset.train, dataset.test)
    return sorted(
        (int(label), image.tobytes())
        for part in parts
        for image, label in zip(part.images, part.labels, strict=True)
    )


def test_an_idx_file_written_out_byte_by_byte() -> None:
    pixels = bytes(range(256)) * 3 + bytes(16)
    files = {
        "train-images-idx3-ubyte": bytes([0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 28, 0, 0, 0, 28])
        + pixels * 3,
        "train-labels-idx1-ubyte": bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 9]),
        "t10k-images-idx3-ubyte": bytes([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28])
        + pixels,
        "t10k-labels-idx1-ubyte": bytes([0, 0, 8, 1, 0, 0, 0, 1, 7]),
    }
    dataset = add("mine", files)
    assert dataset.train.labels.tolist() == [5, 0, 9] and dataset.test.labels.tolist() == [7]
    assert dataset.train.images[2, 0].tolist() == list(range(28))
    assert dataset.train.images[0, 9, 3:6].tolist() == [255, 0, 1]


@pytest.mark.parametrize("dot", [False, True])
@pytest.mark.parametrize("zipped", [False, True])
def test_idx_files_may_be_spelled_and_packed_in_four_ways(dot: bool, zipped: bool) -> None:
    files = {}
    for name, content in idx_files().items():
        plain = gzip.decompress(content) if name.endswith(".gz") else content
        spelled = name.removesuffix(".gz").replace("-idx", ".idx" if dot else "-idx")
        files[spelled + ".gz" * zipped] = gzip.compress(plain) if zipped else plain
    assert agrees(add("mine", files))


def test_a_file_named_gz_that_was_unpacked_on_the_way_is_read_as_it_is() -> None:
    content = {name.removesuffix(".gz") + ".gz": what for name, what in idx_files().items()}
    assert agrees(add("mine", content))


def test_idx_files_for_training_alone_are_divided() -> None:
    files = {name: what for name, what in idx_files().items() if name.startswith("train")}
    dataset = add("mine", files)
    assert (len(dataset.train), len(dataset.test)) == (17, 3)
    assert "3 of its images are held out for the test" in dataset.note


def test_two_csv_files_are_training_and_test() -> None:
    arrays = keras_arrays()
    files = {
        "mnist_train.csv": csv_bytes(arrays["x_train"], arrays["y_train"], HEADER),
        "mnist_test.csv": csv_bytes(arrays["x_test"], arrays["y_test"]),
    }
    assert agrees(add("mine", files))


def quoted(text: bytes) -> bytes:
    return b"\n".join(
        b",".join(b'"' + field + b'"' for field in line.split(b",")) for line in text.split()
    )


@pytest.mark.parametrize(
    "content",
    [
        csv_bytes(IMAGES, LABELS),
        csv_bytes(IMAGES, LABELS, HEADER),
        csv_bytes(IMAGES, LABELS, "\ufeff" + HEADER),
        csv_bytes(IMAGES, LABELS, "label," + ",".join(map(str, range(784))) + "\n"),
        csv_bytes(IMAGES, LABELS).replace(b"\n", b"\r\n"),
        csv_bytes(IMAGES, LABELS).rstrip(),
        csv_bytes(IMAGES, LABELS).replace(b"\n", b"\n\n"),
        csv_bytes(IMAGES, LABELS).replace(b",", b", "),
        csv_bytes(IMAGES, LABELS).replace(b",", b".0,").replace(b"\n", b".0\n"),
        gzip.compress(csv_bytes(IMAGES, LABELS)),
        quoted(csv_bytes(IMAGES, LABELS, HEADER)),
    ],
    ids=[
        "plain",
        "header",
        "BOM",
        "numbers",
        "windows",
        "unended",
        "blank",
        "spaces",
        "floats",
        "gzip",
        "quoted",
    ],
)
def test_a_csv_file_may_be_written_in_many_ways(content: bytes) -> None:
    dataset = add("mine", {"mine.csv": content})
    expected = sorted((int(b), a.tobytes()) for a, b in zip(IMAGES, LABELS, strict=True))
    assert all_images(dataset) == expected
    assert (len(dataset.train), len(dataset.test)) == (17, 3)


def test_the_label_may_stand_last_where_the_header_says_so() -> None:
    text = HEADER.removeprefix("label,").strip() + ",label\n"
    for image, label in zip(IMAGES, LABELS, strict=True):
        text += ",".join(map(str, [*image.ravel(), label])) + "\n"
    assert all_images(add("last", {"mine.csv": text.encode()})) == all_images(
        add("first", {"mine.csv": csv_bytes(IMAGES, LABELS)})
    )


def test_a_csv_file_longer_than_one_chunk_keeps_its_order() -> None:
    images, labels = made_images(2_500)
    files = {
        "train.csv": csv_bytes(images, labels),
        "test.csv": csv_bytes(images[:3], labels[:3]),
    }
    dataset = add("mine", files)
    assert np.array_equal(dataset.train.images, images)
    assert np.array_equal(dataset.train.labels, labels)


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x,
        lambda x: x[..., np.newaxis],
        lambda x: x[:, np.newaxis],
        lambda x: x.reshape(-1, 784),
        lambda x: x.astype(">f8"),
        lambda x: x.astype(np.int64),
        lambda x: (x / 255).astype(np.float32),
        lambda x: (x / 255).astype(np.float16),
        lambda x: np.asfortranarray(x),
    ],
    ids=[
        "bytes",
        "channel-last",
        "channel-first",
        "flat",
        "f8",
        "i8",
        "unit-f4",
        "unit-f2",
        "fortran",
    ],
)
def test_npz_images_may_have_many_types_and_shapes(change: Any) -> None:
    arrays = keras_arrays()
    arrays["x_train"], arrays["x_test"] = change(arrays["x_train"]), change(arrays["x_test"])
    arrays["y_train"] = arrays["y_train"].astype(np.int64)[:, np.newaxis]
    assert agrees(add("mine", {"mine.npz": npz_bytes(**arrays)}))


def test_compressed_npz_and_binary_images_are_read() -> None:
    arrays = keras_arrays()
    arrays["x_train"] = arrays["x_train"] > 127
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    dataset = add("mine", {"mine.npz": file})
    assert np.array_equal(dataset.train.images, arrays["x_train"] * np.uint8(255))


def test_files_may_be_paths_bytes_or_file_objects(tmp_path: Path) -> None:
    files: dict[str, Any] = dict(idx_files())
    path = tmp_path / "anything"
    path.write_bytes(files["train-images-idx3-ubyte"])
    files["train-images-idx3-ubyte"] = path
    files["train-labels-idx1-ubyte"] = dropped = io.BytesIO(files["train-labels-idx1-ubyte"])
    dropped.seek(3)
    assert agrees(add("mine", files))
    assert not dropped.closed


def test_of_plain_and_gzip_together_one_is_enough() -> None:
    files = idx_files()
    files["train-images-idx3-ubyte.gz"] = b"never looked at"
    from cnnviz.data.reading import read_sources
    from cnnviz.data.source import Source

    contents = read_sources([Source(name, what) for name, what in files.items()])
    assert np.array_equal(contents.train.images, IMAGES)
    assert images_bytes(IMAGES)[16:] == contents.train.images.tobytes()
    assert labels_bytes(LABELS)[8:] == contents.train.labels.tobytes()
