"""The handwritten digits that come with scikit-learn: 1,797 real images, no network needed.

They are the test part of "Optical Recognition of Handwritten Digits" (E. Alpaydin, C. Kaynak,
UCI, 1998), 8×8 pixels from 0 to 16. Here they are enlarged to 20×20 within a frame of 28×28, as
the digits of MNIST stand.
"""

import gzip
import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.dataset import CLASSES, HEIGHT, WIDTH, Bytes, Dataset, Split
from cnnviz.data.errors import DataError

SMALL, LARGE, BRIGHTEST = 8, 20, 16
TEST_IMAGES_PER_CLASS = 30
DIGIT_NAMES = tuple(str(digit) for digit in range(CLASSES))
TITLE = "Digits (scikit-learn)"
NOTE = (
    "1,797 handwritten digits that come with scikit-learn, enlarged from 8×8 to 20×20 pixels: "
    "1,497 to train with and 300 to test with."
)


def load_digits() -> Dataset:
    """Return the digits, always divided in the same way: 1,497 for training, 300 for the test."""
    table = _read_table()  # (N, 65): 64 pixels and the label
    labels = table[:, -1].copy()
    images = enlarge(table[:, :-1].reshape(-1, SMALL, SMALL))
    tested = _test_mask(labels)
    return Dataset(
        name="digits",
        title=TITLE,
        class_names=DIGIT_NAMES,
        train=Split(images[~tested], labels[~tested]),
        test=Split(images[tested], labels[tested]),
        note=NOTE,
    )


def enlarge(images: Bytes) -> Bytes:
    """Return images (N, 8, 8) from 0 to 16 as smooth bytes (N, 28, 28)."""
    weights = _interpolation(SMALL, LARGE)  # (20, 8)
    both_axes = np.kron(weights, weights)  # (400, 64)
    pixels = images.reshape(-1, SMALL * SMALL).astype(np.float32)  # (N, 64)
    large = (pixels @ both_axes.T).reshape(-1, LARGE, LARGE)
    framed = np.zeros((len(images), HEIGHT, WIDTH), np.uint8)
    margin = (HEIGHT - LARGE) // 2
    inner = np.clip(large * (255 / BRIGHTEST), 0, 255)
    framed[:, margin:-margin, margin:-margin] = np.rint(inner)
    return framed


def _interpolation(small: int, large: int) -> NDArray[np.float32]:
    """Return the matrix (large, small) of cubic interpolation (Keys, 1981, a = −1/2)."""
    centers = (np.arange(large) + 0.5) * small / large - 0.5
    distance = np.abs(centers[:, np.newaxis] - np.arange(small))  # (large, small)
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
    weights = np.where(distance <= 1, near, np.where(distance < 2, far, 0))
    return weights.astype(np.float32)  # beyond the edge is background: nothing to add


def _test_mask(labels: Bytes) -> NDArray[np.bool_]:
    """Mark 30 images of each class, evenly spread over the file and so over its writers."""
    mask = np.zeros(len(labels), bool)
    for label in range(CLASSES):
        places = np.flatnonzero(labels == label)
        mask[places[np.linspace(0, len(places) - 1, TEST_IMAGES_PER_CLASS).round().astype(int)]] = 1
    return mask


def _read_table() -> Bytes:
    """Read scikit-learn's own file: importing the package would take a second."""
    path = _packaged_file()
    if path is None:
        return _imported_table()
    with gzip.open(path) as file:
        text = file.read().replace(b"\n", b",")
    return np.fromstring(text, np.uint8, sep=",").reshape(-1, SMALL * SMALL + 1)


def _packaged_file() -> Path | None:
    """Find the file without importing the package; None where it is stored elsewhere."""
    spec = importlib.util.find_spec("sklearn")
    if spec is None:
        raise DataError(
            "The digits come with scikit-learn, which is not installed: run "
            "“pip install scikit-learn”."
        )
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    paths = [folder / "datasets" / "data" / "digits.csv.gz" for folder in folders]
    return next((path for path in paths if path.is_file()), None)


def _imported_table() -> Bytes:
    from sklearn.datasets import load_digits as original

    pixels, labels = original(return_X_y=True)
    return np.column_stack([pixels, labels]).astype(np.uint8)
