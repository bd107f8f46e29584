"""A set of images in numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from cnnviz.data import Split, load
from cnnviz.data import statistics as module
from cnnviz.data.statistics import samples, spread, statistics


def made(labels: list[int], values: list[int]) -> Split:
    images = np.zeros((len(labels), 28, 28), np.uint8)
    images[:, 0, 0] = values
    return Split(images, np.array(labels, np.uint8))


def test_counts_means_and_histogram_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_A_TIME", 2)
    found = statistics(made([1, 3, 1], [10, 255, 20]))
    assert found.counts.tolist() == [0, 2, 0, 1, 0, 0, 0, 0, 0, 0]
    assert found.mean[0, 0] == 95 and found.means[1, 0, 0] == 15 and found.means[3, 0, 0] == 255
    assert not found.means[0].any() and not found.mean[1:].any()
    assert found.histogram[[10, 20, 255]].tolist() == [1, 1, 1]
    assert found.histogram[0] == 3 * 784 - 3


def test_statistics_of_the_digits_are_numpys() -> None:
    train = load("digits").train
    found = statistics(train)
    assert np.allclose(found.mean, train.images.mean(axis=0), atol=1e-4)
    assert np.allclose(found.means[7], train.images[train.labels == 7].mean(axis=0), atol=1e-4)
    assert found.histogram.sum() == train.images.size
    assert found.histogram[255] == (train.images == 255).sum()


def test_samples_go_class_by_class_and_page_by_page() -> None:
    labels = np.array([2, 0, 2, 2, 0], np.uint8)
    assert samples(labels, None, 2).tolist() == [1, 4, 0, 2]
    assert samples(labels, None, 2, 1).tolist() == [1, 4, 3]
    assert samples(labels, 2, 2, 2).tolist() == [0, 2]
    assert samples(labels, 5, 2).tolist() == []


@given(some.lists(some.integers(0, 9), max_size=30), some.integers(1, 5), some.integers(0, 50))
def test_samples_are_of_their_class(labels: list[int], count: int, page: int) -> None:
    array = np.array(labels, np.uint8)
    found = samples(array, None, count, page)
    assert len(found) == len({*found.tolist()})
    assert (np.diff(array[found].astype(int)) >= 0).all()
    assert {*array[found].tolist()} == {*labels}


def test_some_images_are_spread_over_all() -> None:
    assert spread(10, 4).tolist() == [0, 3, 6, 9]
    assert spread(5, 9).tolist() == [0, 1, 2, 3, 4]
    assert spread(7, 1).tolist() == [0]
