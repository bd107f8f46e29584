"""A split refuses what does not fit and gives batches a network can take."""

import time

import numpy as np
import pytest

from cnnviz.data import DataError, Split


def small() -> Split:
    images = np.zeros((3, 28, 28), np.uint8)
    images[1], images[2, 0, 0] = 255, 51
    return Split(images, np.array([7, 0, 9], np.uint8))


def test_a_batch_is_float_from_0_to_1_with_a_channel() -> None:
    x, labels = small().batch(np.array([2, 1]))
    assert (x.shape, x.dtype, labels.dtype) == ((2, 1, 28, 28), np.float32, np.int64)
    assert labels.tolist() == [9, 0]
    assert x[0, 0, 0, 0] == np.float32(0.2) and x[0].sum() == np.float32(0.2)
    assert x[1].min() == x[1].max() == 1


def test_a_batch_may_be_a_slice_or_empty() -> None:
    assert small().batch(slice(0, 2))[1].tolist() == [7, 0]
    assert small().batch(np.array([], int))[0].shape == (0, 1, 28, 28)


def test_a_batch_leaves_the_images_alone() -> None:
    split = small()
    split.batch(slice(None))[0][:] = 9
    assert np.array_equal(split.images, small().images)


def test_a_batch_takes_little_time() -> None:
    split = Split(np.zeros((60_000, 28, 28), np.uint8), np.zeros(60_000, np.uint8))
    indices = np.random.default_rng(0).permutation(60_000)[:64]
    times = []
    for _ in range(20):
        start = time.perf_counter()
        split.batch(indices)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.001  # 0.03 ms when nothing else runs


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (np.zeros((3, 28, 28)), np.zeros(3, np.uint8), "received float64 of shape (3, 28, 28)"),
        (np.zeros((3, 27, 28), np.uint8), np.zeros(3, np.uint8), "of shape (3, 27, 28)"),
        (np.zeros((3, 28, 28), np.uint8), np.zeros(2, np.uint8), "of shape (3,), one for each"),
        (np.zeros((1, 28, 28), np.uint8), np.array([10], np.uint8), "0 to 9; received 10"),
    ],
)
def test_what_does_not_fit_is_refused(images: object, labels: object, words: str) -> None:
    with pytest.raises(DataError) as error:
        Split(images, labels)
    assert words in str(error.value)
