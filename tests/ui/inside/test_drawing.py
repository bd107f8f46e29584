"""A drawing as a word for the URL, and what comes back from the pad."""

import zlib
from base64 import b64encode, urlsafe_b64encode
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.data import load
from cnnviz.ui.components.pad import Drawn, checked_drawing
from cnnviz.ui.inside.drawing import (
    MOST_LETTERS,
    PACKED,
    decode_drawing,
    encode_drawing,
    is_sample,
    pack,
    unpack,
)


def pressed(plain: bytes) -> str:
    press = zlib.compressobj(9, wbits=-15)
    return urlsafe_b64encode(press.compress(plain) + press.flush()).decode().rstrip("=")


def test_two_pixels_share_a_byte() -> None:
    gray = np.zeros((56, 56), np.uint8)
    gray[0, :4] = 255, 17, 0, 34
    assert pack(gray)[:2] == bytes([0xF1, 0x02])
    assert len(pack(gray)) == PACKED
    assert np.array_equal(unpack(pack(gray)), gray)


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_a_word_brings_the_same_pixels_back(seed: int, sample: bool) -> None:
    rng = np.random.default_rng(seed)
    side, step = (28, 1) if sample else (56, 17)
    gray = rng.integers(0, 256 // step + (not sample), (side, side)).astype(np.uint8) * step
    word = encode_drawing(gray.astype(np.uint8))
    assert len(word) <= MOST_LETTERS
    assert np.array_equal(decode_drawing(word), gray)
    assert is_sample(decode_drawing(word)) == sample


def test_words_are_short() -> None:
    gray = np.zeros((56, 56), np.uint8)
    gray[8:48, 24:30] = 255
    assert len(encode_drawing(gray)) < 60
    images = load("digits").test.images[:50]
    assert max(len(encode_drawing(image)) for image in images) < 600


@pytest.mark.parametrize(
    "text",
    [
        *("", "d", "s", "x", "hello world", "d!!!", "dA", "d" + "A" * 5000),
        "x" + pressed(bytes(PACKED)),
        "d" + pressed(bytes(PACKED - 1)),
        "d" + pressed(bytes(PACKED + 1)),
        "s" + pressed(bytes(PACKED)),
        "d" + pressed(bytes(1_000_000)),  # small as a word, large when unpacked
        encode_drawing(np.eye(56, dtype=np.uint8) * np.uint8(255))[:-9],
    ],
)
def test_what_is_no_drawing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="was cut off or changed: draw it again"):
        decode_drawing(text)


def test_another_size_is_no_drawing() -> None:
    with pytest.raises(ValueError, match=r"56×56 or 28×28 pixels, not \(5, 5\)"):
        encode_drawing(np.zeros((5, 5), np.uint8))


GRAY = np.eye(56, dtype=np.uint8) * np.uint8(255)
INK = b64encode(pack(GRAY)).decode()
GOOD = {"revision": 3, "number": 1, "text": None, "ink": INK, "brush": 5}


def test_a_drawing_that_came_from_a_browser() -> None:
    assert checked_drawing(GOOD, 3) == Drawn(encode_drawing(GRAY), 5)
    nothing = b64encode(bytes(PACKED)).decode()
    assert checked_drawing(GOOD | {"ink": nothing}, 3) == Drawn("", 5)
    sample = encode_drawing(np.arange(784, dtype=np.uint8).reshape(28, 28))
    assert checked_drawing(GOOD | {"text": sample, "ink": None}, 3) == Drawn(sample, 5)
    assert checked_drawing(GOOD | {"text": "", "ink": None}, 3) == Drawn("", 5)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"revision": 2}, {"revision": None}, {"text": 7, "ink": None}, {"text": "dxx"}),
        *({"ink": None}, {"ink": 7}, {"ink": INK[:-4]}, {"ink": INK + "AAAA"}, {"ink": "é" * 2092}),
        *({"brush": 0}, {"brush": 17}, {"brush": 5.0}, {"brush": True}, {"brush": None}),
        {"ink": "A" * 10_000_000},
    ],
)
def test_what_makes_no_sense_from_a_browser_is_ignored(wrong: dict[str, Any]) -> None:
    assert checked_drawing(GOOD | wrong, 3) is None


@pytest.mark.parametrize("value", [None, 7, "text", [], [GOOD]])
def test_what_is_no_message_is_ignored(value: Any) -> None:
    assert checked_drawing(value, 3) is None
