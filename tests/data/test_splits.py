"""Images for training, validation and test: how many, which, and that none is in two of them."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_files import made_images

from cnnviz.data import DataChoice, DataError, Dataset, Split, split, strip_indices
from cnnviz.data.splits import hold_out_test


def numbered(count: int, first: int = 0) -> Split:
    """Return images that carry their own number in their first four pixels."""
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 0, :4] = np.arange(first, first + count, dtype="<u4").view(np.uint8).reshape(-1, 4)
    return Split(images, (np.arange(count) % 10).astype(np.uint8))


def numbers(part: Split) -> list[int]:
    return np.ascontiguousarray(part.images[:, 0, :4]).view("<u4").ravel().tolist()


def dataset(train: int = 100, test: int = 30) -> Dataset:
    names = tuple("0123456789")
    return Dataset("made", "Made", names, numbered(train), numbered(test, 1_000_000), "")


def test_by_default_a_tenth_is_held_out_and_all_is_used() -> None:
    parts = split(dataset(), DataChoice())
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [90, 10, 30]


def test_at_most_5000_and_at_least_1_are_held_out() -> None:
    assert len(split(dataset(60_000), DataChoice()).validation) == 5_000
    assert len(split(dataset(2), DataChoice()).validation) == 1


def test_validation_images_are_among_the_training_images_asked_for() -> None:
    parts = split(dataset(), DataChoice(train_images=50, validation_images=20, test_images=7))
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [30, 20, 7]


@given(st.integers(2, 40), st.integers(1, 20), st.data())
def test_no_image_is_in_two_parts_and_the_order_is_kept(
    train: int, test: int, data: st.DataObject
) -> None:
    asked = data.draw(st.integers(2, train))
    choice = DataChoice("made", asked, data.draw(st.integers(1, asked - 1)), test)
    parts = split(dataset(train, test), choice)
    kept, held_out = numbers(parts.train), numbers(parts.validation)
    assert not set(kept) & set(held_out)
    assert kept == sorted(kept) and held_out == sorted(held_out)
    assert len(kept) + len(held_out) == asked
    assert numbers(parts.test) == list(range(1_000_000, 1_000_000 + test))


def test_the_division_is_always_the_same_and_mixes_the_file() -> None:
    first, second = (split(dataset(), DataChoice()) for _ in range(2))
    assert numbers(first.validation) == numbers(second.validation)
    assert numbers(first.validation) != list(range(10))


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"train_images": 101}, "101 training images were asked for, but Made has 100"),
        ({"test_images": 31}, "31 test images were asked for, but Made has 30: choose 30 or"),
        ({"validation_images": 100}, "100 training images − 100 held out for validation leave 0"),
        ({"train_images": 5, "validation_images": 9}, "5 training images − 9 held out"),
        ({"train_images": 1}, "1 training images − 1 held out for validation leave 0"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(choice: dict[str, int], words: str) -> None:
    with pytest.raises(DataError) as error:
        split(dataset(), DataChoice(**choice))
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("train_images", 0, "The number of training images must be at least 1; received 0."),
        ("validation_images", -5, "The number of validation images must be at least 1"),
        ("test_images", True, "The number of test images must be a whole number; received True"),
        ("train_images", 2.5, "must be a whole number; received 2.5"),
        ("dataset", "", "must be given by its name; received ''"),
        ("dataset", 3, "must be given by its name; received 3"),
        ("color", 3, "A choice of data has no field 'color'; it has dataset, train_images"),
    ],
)
def test_a_wrong_choice_is_refused(field: str, value: object, words: str) -> None:
    with pytest.raises(DataError) as error:
        DataChoice.from_dict({field: value})
    assert words in str(error.value)


def test_a_choice_survives_json() -> None:
    choice = DataChoice("mnist", 1_000, None, 50)
    assert DataChoice.from_dict(json.loads(json.dumps(choice.to_dict()))) == choice
    assert DataChoice.from_dict({}) == DataChoice()


def test_images_without_a_test_part_give_every_sixth_for_it() -> None:
    train, test = hold_out_test("made.csv", numbered(60))
    assert (len(train), len(test)) == (50, 10)
    assert sorted(numbers(train) + numbers(test)) == list(range(60))
    assert [len(part) for part in hold_out_test("made.csv", numbered(3))] == [2, 1]


def test_two_images_are_too_few_for_three_parts() -> None:
    with pytest.raises(DataError, match=r"made\.csv has 2 images, too few for training"):
        hold_out_test("made.csv", numbered(2))


def test_the_strip_shows_the_first_images_of_each_class() -> None:
    _, labels = made_images(40)
    assert strip_indices(labels).tolist()[:4] == [0, 10, 1, 11]
    assert strip_indices(labels, per_class=1).tolist() == list(range(10))
    assert strip_indices(np.array([3, 3, 3], np.uint8)).tolist() == [0, 1]
    assert strip_indices(np.array([], np.uint8)).tolist() == []
