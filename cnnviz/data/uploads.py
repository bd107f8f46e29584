"""Pictures that somebody brings along: bytes of a file in, gray pixels out, nothing on the disk.

A file is trusted in nothing: its kind is read from its bytes, its size from its head before
anything is decompressed, and what goes wrong while it is read becomes one sentence.
"""

import warnings
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from cnnviz.data.dataset import Bytes
from cnnviz.data.errors import DataError

KINDS = ("PNG", "JPEG", "BMP", "WEBP")
MOST_BYTES = 5_000_000
MOST_PIXELS = 25_000_000
LONGEST = 1120
"""Larger pictures are brought to this many pixels along their longer side: 40 for each of 28."""

WIDE_KINDS = ("I", "I;16", "I;16B", "I;16L", "F")
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, OverflowError)
"""What Pillow raises for files that are cut off or changed."""


@dataclass(frozen=True, eq=False)
class Upload:
    """The first picture of a file: gray bytes (H, W) from 0 (black) to 255 (white).

    `size` are the rows and columns that it had in the file, `pictures` how many the file has;
    `ground` is what its transparent parts were put on, "" where there are none.
    """

    gray: Bytes
    size: tuple[int, int]
    pictures: int
    ground: str


def read_upload(name: str, content: bytes) -> Upload:
    """Return the picture in a file.

    Colors are weighted as the eye does (ITU-R 601), 16 bits brought to 8, what is transparent
    is put on white (on black where what is opaque is bright), a camera's turn is undone, and of
    an animation the first picture is taken.

    Parameters
    ----------
    name : what the file is called, for the sentence
    content : PNG, JPEG, BMP or WebP, at most 5 MB

    Raises
    ------
    DataError
        One sentence that names the file and what is wrong with it.
    """
    if not content:
        raise DataError(f"{name} is empty: 0 bytes; choose another file.")
    if len(content) > MOST_BYTES:
        raise DataError(
            f"{name} is too large: {len(content):,} bytes, and at most {MOST_BYTES:,} are read; "
            "save it smaller."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures: their size is checked here
            with Image.open(BytesIO(content), formats=KINDS) as image:
                _check_size(name, image.size)
                return _first(image)
    except DataError:
        raise
    except Image.DecompressionBombError as error:
        raise DataError(
            f"{name} is too large to be unpacked: it says that it has more than "
            f"{MOST_PIXELS:,} pixels; save it smaller."
        ) from error
    except UnidentifiedImageError as error:
        raise DataError(
            f"{name} is no picture that can be read here: it must be PNG, JPEG, BMP or WebP."
        ) from error
    except UNREADABLE as error:
        raise DataError(
            f"{name} is damaged or cut off and cannot be read: save it again or choose another one."
        ) from error


def _check_size(name: str, size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MOST_PIXELS:
        raise DataError(
            f"{name} is too large to be unpacked: {width:,} × {height:,} = {width * height:,} "
            f"pixels, and at most {MOST_PIXELS:,} are read; save it smaller."
        )


def _first(image: Image.Image) -> Upload:
    """Return the first picture as gray bytes, upright and opaque."""
    width, height = image.size
    image.draft("L", (LONGEST, LONGEST))  # a large JPEG is unpacked at a part of its size
    image.load()
    upright, ground = ImageOps.exif_transpose(image), ""
    size = (height, width) if upright.size == image.size else (width, height)  # turned by 90°
    if upright.mode in WIDE_KINDS:
        upright = _from_wide(upright)
    elif upright.has_transparency_data:
        upright, ground = _opaque(upright.convert("RGBA"))
    gray = upright.convert("L")
    if max(gray.size) > LONGEST:
        gray.thumbnail((LONGEST, LONGEST), Image.Resampling.BOX)
    return Upload(np.array(gray), size, getattr(image, "n_frames", 1), ground)


def _opaque(image: Image.Image) -> tuple[Image.Image, str]:
    """Return an RGBA picture on white, or on black where what is opaque in it is bright."""
    shade, alpha = (np.asarray(image.convert(mode), np.float64) for mode in ("L", "RGBA"))
    alpha = alpha[..., 3]
    if alpha.min() == 255:
        return image, ""
    is_bright = (shade * alpha).sum() > 127 * alpha.sum() > 0
    name = "black" if is_bright else "white"
    return Image.alpha_composite(Image.new("RGBA", image.size, name), image), name


def _from_wide(image: Image.Image) -> Image.Image:
    """Return a picture of 16 bits or more for each pixel with 8 bits.

    Where no value is above 4095, these are the 12 bits of a camera.
    """
    values = np.asarray(image).astype(np.float64)
    most = 4095 if 255 < values.max(initial=0) <= 4095 else 65535
    return Image.fromarray(np.clip(np.rint(values * (255 / most)), 0, 255).astype(np.uint8))
