"""The offline digits are scikit-learn's own, enlarged, always divided in the same way."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import DataError, digits


def test_there_are_1497_to_train_and_300_to_test_with() -> None:
    dataset = digits.load_digits()
    assert (len(dataset.train), len(dataset.test)) == (1497, 300)
    assert np.bincount(dataset.test.labels).tolist() == [30] * 10
    assert dataset.class_names == tuple("0123456789")


def test_no_test_image_is_a_training_image() -> None:
    dataset = digits.load_digits()
    train = {image.tobytes() for image in dataset.train.images}
    assert not train & {image.tobytes() for image in dataset.test.images}


def test_they_are_the_digits_of_scikit_learn() -> None:
    assert np.array_equal(digits._read_table(), digits._imported_table())


def test_other_packaging_falls_back_on_importing(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = digits.load_digits()
    monkeypatch.setattr(digits, "_packaged_file", lambda: None)
    assert np.array_equal(digits.load_digits().train.images, expected.train.images)


def test_without_scikit_learn_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DataError, match="scikit-learn, which is not installed: run"):
        digits.load_digits()


def test_enlarging_keeps_flat_areas_flat_and_the_frame_empty() -> None:
    flat = digits.enlarge(np.full((1, 8, 8), 16, np.uint8))[0]
    assert (flat[8:-8, 8:-8] == 255).all()
    assert not flat[:4].any() and not flat[-4:].any() and not flat[:, :4].any()
    assert not digits.enlarge(np.zeros((2, 8, 8), np.uint8)).any()


def test_enlarging_keeps_directions() -> None:
    corner = np.zeros((1, 8, 8), np.uint8)
    corner[0, 0, 7] = 16
    row, column = np.unravel_index(digits.enlarge(corner)[0].argmax(), (28, 28))
    assert row < 8 and column > 20


def test_loading_them_imports_no_scikit_learn_and_takes_no_time() -> None:
    """The best of five in a process of its own; its own time, because others may be at work."""
    program = (
        "import sys, time\n"
        "from cnnviz.data import load\n"
        "times = []\n"
        "for _ in range(5):\n"
        "    start = time.process_time()\n"
        "    load('digits')\n"
        "    times.append(time.process_time() - start)\n"
        "assert 'sklearn' not in sys.modules and 'pooch' not in sys.modules\n"
        "assert min(times) < 0.05, times\n"
    )
    root = Path(__file__).parents[2]
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", program], check=True, cwd=root, env=env, timeout=60)
