"""Small made-up data files for the tests, in every format."""

import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np

Bytes = np.ndarray[Any, np.dtype[np.uint8]]


def made_images(count: int = 20, seed: int = 0) -> tuple[Bytes, Bytes]:
    """Return random images (N, 28, 28) and the labels 0, 1, … 9, 0, …"""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return images, (np.arange(count) % 10).astype(np.uint8)


def idx_bytes(magic: int, array: Bytes, shape: tuple[int, ...] | None = None) -> bytes:
    header = np.array([magic, *(array.shape if shape is None else shape)], ">u4")
    return header.tobytes() + array.tobytes()


def images_bytes(images: Bytes) -> bytes:
    return idx_bytes(2051, images)


def labels_bytes(labels: Bytes) -> bytes:
    return idx_bytes(2049, labels)


def idx_files(train: int = 20, test: int = 10) -> dict[str, bytes]:
    """Return the four official files: the first two plain, the last two gzip."""
    images, labels = made_images(train)
    test_images, test_labels = made_images(test, seed=1)
    return {
        "train-images-idx3-ubyte": images_bytes(images),
        "train-labels-idx1-ubyte": labels_bytes(labels),
        "t10k-images-idx3-ubyte.gz": gzip.compress(images_bytes(test_images)),
        "t10k-labels-idx1-ubyte.gz": gzip.compress(labels_bytes(test_labels)),
    }


def csv_bytes(images: Bytes, labels: Bytes, header: str = "") -> bytes:
    table = np.column_stack([labels, images.reshape(len(images), -1)])
    text = io.StringIO()
    np.savetxt(text, table, fmt="%d", delimiter=",")
    return (header + text.getvalue()).encode()


HEADER = ",".join(["label", *(f"{y}x{x}" for y in range(1, 29) for x in range(1, 29))]) + "\n"


def npz_bytes(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def keras_arrays(train: int = 20, test: int = 10) -> dict[str, Bytes]:
    x_train, y_train = made_images(train)
    x_test, y_test = made_images(test, seed=1)
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def put(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files into a folder that may not be there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def everything_below(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder with their content, to compare before and after."""
    if not folder.exists():
        return {}
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"(folder)"
        for path in folder.rglob("*")
    }
