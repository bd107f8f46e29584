"""Pictures that somebody brings along, with everything that can be wrong with them."""

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnnviz.data import DataError
from cnnviz.data.dataset import Bytes
from cnnviz.data.uploads import LONGEST, MOST_BYTES, read_upload

VALUES = (np.arange(600) % 251).astype(np.uint8).reshape(20, 30)
GRAY = Image.fromarray(VALUES)


def gray_of(name: str, content: bytes) -> Bytes:
    return read_upload(name, content).gray


def saved(image: Image.Image, kind: str, **more: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes, pixels: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(pixels))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "BMP", "WEBP"])
def test_gray_pixels_come_as_they_are(kind: str) -> None:
    content = saved(GRAY, kind, **({"lossless": True} if kind == "WEBP" else {}))
    assert np.array_equal(gray_of("a", content), VALUES)


def test_a_jpeg_comes_about_as_it_is() -> None:
    smooth = np.linspace(0, 255, 600).astype(np.uint8).reshape(20, 30)
    found = gray_of("a", saved(Image.fromarray(smooth), "JPEG", quality=95)).astype(int)
    assert np.abs(found - smooth).max() < 12


@pytest.mark.parametrize(
    ("color", "value"),
    [((255, 0, 0), 76), ((0, 255, 0), 150), ((0, 0, 255), 29), ((9, 9, 9), 9)],
)
def test_colors_are_weighted_as_the_eye_does(color: tuple[int, int, int], value: int) -> None:
    assert gray_of("a", saved(Image.new("RGB", (2, 1), color), "PNG")).tolist() == [[value] * 2]


@pytest.mark.parametrize(
    ("image", "value"),
    [
        (Image.new("RGBA", (1, 1), (0, 0, 0, 0)), 255),  # nothing there: paper
        (Image.new("RGBA", (1, 1), (0, 0, 0, 51)), 204),
        (Image.new("RGBA", (1, 1), (255, 255, 255, 51)), 51),  # white ink: on black
        (Image.new("LA", (1, 1), (40, 255)), 40),
        (Image.new("1", (1, 1), 1), 255),
        (Image.new("L", (1, 1), 7), 7),
        (Image.fromarray(np.array([[0x8080]], np.uint16)), 0x80),
    ],
)
def test_kinds_of_pixels(image: Image.Image, value: int) -> None:
    assert gray_of("a", saved(image, "PNG")).tolist() == [[value]]


def test_a_palette_is_looked_up() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 10, 10, 200, 200, 200])
    image.putdata([1, 0])
    assert gray_of("a", saved(image, "PNG")).tolist() == [[200, 10]]
    assert gray_of("a", saved(image, "PNG", transparency=0)).tolist() in ([[200, 255]], [[200, 0]])


def test_cmyk_is_what_it_would_be_on_paper() -> None:
    image = Image.new("CMYK", (8, 8), (0, 0, 0, 255))
    assert gray_of("a", saved(image, "JPEG")).max() < 5


def test_a_cameras_turn_is_undone() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    found = gray_of("a", saved(GRAY, "PNG", exif=exif))
    assert read_upload("a", saved(GRAY, "PNG", exif=exif)).size == (30, 20)
    assert np.array_equal(found, np.rot90(VALUES, -1))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_the_first_picture_is_taken(kind: str) -> None:
    later = Image.fromarray(255 - VALUES)
    lossless = {"lossless": True} if kind == "WEBP" else {}
    content = saved(GRAY, kind, save_all=True, append_images=[later], **lossless)
    found = read_upload("a", content)
    assert np.array_equal(found.gray, VALUES)
    assert (found.size, found.ground) == ((20, 30), "")
    assert found.pictures == 2 and read_upload("a", saved(GRAY, kind)).pictures == 1


@pytest.mark.parametrize("size", [(4000, 3000), (1, 3000)])
def test_a_large_picture_is_made_smaller(size: tuple[int, int]) -> None:
    content = saved(Image.new("L", size, 90), "PNG")
    found = gray_of("a", content)
    assert read_upload("a", content).size == (size[1], size[0])
    assert max(found.shape) == LONGEST
    assert found.shape[0] == max(1, round(size[1] * LONGEST / max(size)))
    assert (found == 90).all()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty: 0 bytes"),
        (b"hello", "is no picture that can be read here: it must be PNG, JPEG, BMP or WebP"),
        (b"<html></html>", "is no picture"),
        (saved(GRAY, "GIF"), "is no picture"),
        (saved(GRAY, "TIFF"), "is no picture"),
        (saved(GRAY, "JPEG")[:400], "is damaged or cut off"),
        (saved(GRAY, "PNG")[:70], "is damaged or cut off"),
        (saved(GRAY, "WEBP")[:60], "is damaged or cut off"),
        (saved(GRAY, "BMP")[:1200], "is damaged or cut off"),
        (b"\0" * (MOST_BYTES + 1), "5,000,001 bytes, and at most 5,000,000 are read"),
        (png(6000, 6000), "6,000 × 6,000 = 36,000,000 pixels, and at most 25,000,000"),
        (png(60_000, 60_000), "more than 25,000,000 pixels"),
        (png(5, 5, chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a" * 100_000_000))), "damaged"),
    ],
)
def test_what_is_no_picture_is_one_sentence(content: bytes, told: str) -> None:
    with pytest.raises(DataError) as error:
        gray_of("mine.png", content)
    assert str(error.value).startswith("mine.png ")
    assert told in str(error.value)


@given(st.sampled_from(["PNG", "JPEG", "BMP", "WEBP"]), st.data())
def test_no_changed_byte_leads_to_another_error(kind: str, data: st.DataObject) -> None:
    content = bytearray(saved(GRAY, kind))
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    try:
        found = gray_of("a", bytes(content[: data.draw(st.integers(1, len(content)))]))
    except DataError:
        return
    assert found.dtype == np.uint8 and found.ndim == 2


def test_what_is_transparent_is_told() -> None:
    for color, ground in (((0, 0, 0, 9), "white"), ((255, 255, 255, 9), "black"), ((9, 9, 9), "")):
        mode = "RGBA" if len(color) == 4 else "RGB"
        assert read_upload("a", saved(Image.new(mode, (2, 2), color), "PNG")).ground == ground


def test_twelve_bits_in_sixteen() -> None:
    values = np.array([[0, 2048, 4095]], np.uint16)
    assert gray_of("a", saved(Image.fromarray(values), "PNG")).tolist() == [[0, 128, 255]]
