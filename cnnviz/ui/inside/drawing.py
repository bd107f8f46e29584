"""A drawing as a short word for the URL, and back.

Two kinds: a drawing of 56×56 pixels of 16 grays ("d…"), and an image of 28×28 pixels of 256 grays
that was loaded into the pad and left alone ("s…"), which goes to the network as it is.
"""

import zlib
from base64 import b64decode, urlsafe_b64encode

import numpy as np

from cnnviz.data.dataset import HEIGHT, Bytes

SIDE = 2 * HEIGHT
STEP = 17
"""Between two of the 16 grays of a drawing."""

PACKED = SIDE * SIDE // 2  # bytes
MOST_LETTERS = 2200
"""More than the longest word of either kind, noise without any pattern."""

WRONG = "The drawing in the address was cut off or changed: draw it again."


def encode_drawing(gray: Bytes) -> str:
    """Return a drawing (56, 56), or an image (28, 28), as a word.

    Raises
    ------
    ValueError
        Where it has another shape.
    """
    if gray.shape == (HEIGHT, HEIGHT):
        return "s" + _pressed(gray.tobytes())
    if gray.shape != (SIDE, SIDE):
        raise ValueError(f"A drawing has 56×56 or 28×28 pixels, not {gray.shape}.")
    return "d" + _pressed(pack(gray))


def decode_drawing(text: str) -> Bytes:
    """Return what `encode_drawing` was given, its grays rounded to a drawing's 16.

    Raises
    ------
    ValueError
        One sentence, for anything else; never unpacks more than such a drawing has.
    """
    kind, word = text[:1], text[1:]
    if kind not in ("s", "d") or len(text) > MOST_LETTERS:
        raise ValueError(WRONG)
    size = HEIGHT * HEIGHT if kind == "s" else PACKED
    plain = _unpressed(word, size)
    if kind == "s":
        return np.frombuffer(plain, np.uint8).reshape(HEIGHT, HEIGHT)
    return unpack(plain)


def drawing(text: str) -> str:
    """Read a drawing's word in the URL."""
    decode_drawing(text)
    return text


def pack(gray: Bytes) -> bytes:
    """Return a drawing (56, 56) with two pixels in a byte, the left one above."""
    levels = np.rint(gray.reshape(-1, 2) / STEP).astype(np.uint8)
    return (levels[:, 0] << 4 | levels[:, 1]).tobytes()


def unpack(plain: bytes) -> Bytes:
    """Return the drawing (56, 56) that `pack` packed."""
    pairs = np.frombuffer(plain, np.uint8)
    levels = np.stack([pairs >> 4, pairs & 15], axis=1)  # (1568, 2)
    return (levels * np.uint8(STEP)).reshape(SIDE, SIDE)


def is_sample(gray: Bytes) -> bool:
    """Whether this is an image that was loaded and left alone."""
    return gray.shape == (HEIGHT, HEIGHT)


def _pressed(plain: bytes) -> str:
    press = zlib.compressobj(9, wbits=-15)
    return urlsafe_b64encode(press.compress(plain) + press.flush()).decode().rstrip("=")


def _unpressed(word: str, size: int) -> bytes:
    try:
        pressed = b64decode(word + "=" * (-len(word) % 4), b"-_", validate=True)
        plain = zlib.decompressobj(wbits=-15).decompress(pressed, size + 1)
    except (ValueError, zlib.error) as error:
        raise ValueError(WRONG) from error
    if len(plain) != size:
        raise ValueError(WRONG)
    return plain
