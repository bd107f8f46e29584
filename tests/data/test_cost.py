"""What reading costs: memory within three times the array, time within the promises."""

import gzip
import io
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_files import csv_bytes, images_bytes, labels_bytes, made_images, put

from cnnviz.data import add, load

COUNT = 10_000
ARRAY = COUNT * 28 * 28
IMAGES = np.tile(made_images(500)[0] & 0b11110000, (COUNT // 500, 1, 1))
LABELS = (np.arange(COUNT) % 10).astype(np.uint8)


def idx_plain() -> dict[str, bytes]:
    return {
        "train-images-idx3-ubyte": images_bytes(IMAGES),
        "train-labels-idx1-ubyte": labels_bytes(LABELS),
        "t10k-images-idx3-ubyte": images_bytes(IMAGES[:10]),
        "t10k-labels-idx1-ubyte": labels_bytes(LABELS[:10]),
    }


def idx_gzip() -> dict[str, bytes]:
    return {name + ".gz": gzip.compress(what, 1) for name, what in idx_plain().items()}


def table() -> dict[str, bytes]:
    return {"rows.csv": csv_bytes(IMAGES[:500], LABELS[:500]) * (COUNT // 500)}


def npz(images: np.ndarray) -> dict[str, bytes]:
    file = io.BytesIO()
    np.savez(file, x_train=images, y_train=LABELS, x_test=images[:10], y_test=LABELS[:10])
    return {"mine.npz": file.getvalue()}


MADE: dict[str, Callable[[], dict[str, bytes]]] = {
    "IDX": idx_plain,
    "IDX gzip": idx_gzip,
    "CSV": table,
    "NPZ": lambda: npz(IMAGES),
    "NPZ of float32": lambda: npz((IMAGES / 255).astype(np.float32)),
}


def peak_of(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", MADE)
def test_memory_stays_within_three_times_the_array(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_DATA_DIR", str(tmp_path / "data"))
    folder = put(tmp_path / "data" / "mine", MADE[kind]())
    assert peak_of(lambda: load("mine")) < 3 * ARRAY
    files = {path.name: path for path in folder.iterdir()}
    assert peak_of(lambda: add("kept", files)) < 3 * ARRAY


def test_a_gzip_bomb_is_not_unpacked() -> None:
    bomb = idx_gzip() | {
        "t10k-labels-idx1-ubyte.gz": gzip.compress(labels_bytes(LABELS[:10]) + bytes(10**8), 1)
    }
    start = peak_of(lambda: add("good", idx_gzip()))

    def refused() -> None:
        with pytest.raises(ValueError, match="found more"):
            add("bomb", bomb)

    assert peak_of(refused) < start + 10**7


@pytest.mark.parametrize(("kind", "seconds"), [("IDX gzip", 0.33), ("CSV", 1.7), ("NPZ", 0.33)])
def test_reading_10000_images_takes_a_sixth_of_what_60000_may(
    kind: str, seconds: float, tmp_path: Path
) -> None:
    put(tmp_path / "cache" / "mine", MADE[kind]())
    start = time.process_time()  # its own time, because others may be at work
    assert len(load("mine").train) > 8_000
    assert time.process_time() - start < seconds
