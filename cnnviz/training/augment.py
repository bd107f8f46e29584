"""Training images moved a little at random, so that the network sees each one ever anew.

Letters: N images, C channels, H rows, W columns. What moves into an image is black (zeros).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.nn.blocks import blocks
from cnnviz.nn.checks import flag, integer, number
from cnnviz.nn.types import Array

Moves = NDArray[Any]
"""How each image of a batch moves: one record of `MOVE` for each."""

MOVE = np.dtype(
    [
        ("down", np.intp),
        ("right", np.intp),
        ("cos", np.float32),
        ("sin", np.float32),
        ("mirrored", np.bool_),
    ]
)
TEMPORARIES = 20  # arrays as large as the images that turning them needs, at most


@dataclass(frozen=True)
class Augment:
    """What may happen to the images of a training batch; each is moved in its own way.

    Parameters
    ----------
    shift
        Up to so many pixels up or down, and left or right; whole pixels.
    rotate
        Up to so many degrees to either side, around the middle, with bilinear interpolation.
    flip
        Left and right exchanged, for half of the images.
    """

    shift: int = 0
    rotate: float = 0.0
    flip: bool = False

    def __post_init__(self) -> None:
        """Check the numbers."""
        integer(self.shift, "Shift", minimum=0)
        if number(self.rotate, "Rotate", least=0) > 180:
            raise ValueError(
                f"Rotate must be at most 180 degrees to either side, which is every "
                f"direction already, received {self.rotate}."
            )
        flag(self.flip, "Flip")

    def check_size(self, height: int, width: int) -> None:
        """Raise ValueError if the shift could push a whole image out of sight."""
        most = min(height, width) - 1
        if self.shift > most:
            raise ValueError(
                f"A shift of up to {self.shift} pixels would push images of "
                f"{height}×{width} out of sight; choose at most {min(height, width)} − 1 = {most}."
            )

    def draw(self, images: int, rng: np.random.Generator) -> Moves:
        """Return how each of so many images moves."""
        moves = np.zeros(images, MOVE)
        moves["down"], moves["right"] = rng.integers(-self.shift, self.shift + 1, (2, images))
        angles = np.deg2rad(rng.uniform(-self.rotate, self.rotate, images))
        moves["cos"], moves["sin"] = np.cos(angles), np.sin(angles)
        moves["mirrored"] = (rng.random(images) < 0.5) & self.flip
        return moves

    def apply(self, x: Array, moves: Moves) -> Array:
        """Return the images (N, C, H, W) moved: mirrored, then turned, then shifted."""
        if self.flip:
            x = mirrored(x, moves["mirrored"])
        if self.rotate:
            x = turned(x, moves["cos"], moves["sin"])
        if self.shift:
            x = shifted(x, moves["down"], moves["right"], self.shift)
        return x


def mirrored(x: Array, chosen: NDArray[np.bool_]) -> Array:
    """Return the images with left and right exchanged in the chosen ones."""
    return np.where(chosen[:, None, None, None], x[..., ::-1], x)


def shifted(x: Array, down: NDArray[np.intp], right: NDArray[np.intp], most: int) -> Array:
    """Return the images moved by whole pixels, at most `most` of them either way."""
    N, C, H, W = x.shape
    y = np.empty_like(x)
    for some in blocks(N, C * (H + 2 * most) * (W + 2 * most)):
        padded = np.pad(x[some], ((0, 0), (0, 0), (most, most), (most, most)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (H, W), (2, 3))
        n = np.arange(len(padded))
        y[some] = windows[n, :, most - down[some], most - right[some]]  # (n, C, H, W)
    return y


def turned(x: Array, cos: Array, sin: Array) -> Array:
    """Return the images turned counterclockwise by the angles with these cosines and sines."""
    N, C, H, W = x.shape
    y = np.empty_like(x)
    for some in blocks(N, TEMPORARIES * C * H * W):
        y[some] = _turned_block(x[some], cos[some, None, None], sin[some, None, None])
    return y


def _turned_block(x: Array, cos: Array, sin: Array) -> Array:
    """Look up where each pixel comes from, between four neighbors; outside all is black."""
    N, C, H, W = x.shape
    middle_row, middle_column = np.float32((H - 1) / 2), np.float32((W - 1) / 2)
    v = np.arange(H, dtype=np.float32)[:, None] - middle_row  # (H, 1)
    u = np.arange(W, dtype=np.float32) - middle_column  # (W,)
    row = np.clip(cos * v + sin * u + middle_row, -1, H)  # (N, H, W)
    column = np.clip(cos * u - sin * v + middle_column, -1, W)
    top, left = np.floor(row), np.floor(column)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 2), (1, 2)))  # (N, C, H + 3, W + 3)
    starts = np.arange(N * C).reshape(N, C, 1, 1) * ((H + 3) * (W + 3))
    above = starts + ((top + 1) * (W + 3) + left + 1).astype(np.intp)[:, None]  # (N, C, H, W)
    pixels, ways = padded.reshape(-1), np.diff(padded.reshape(-1))
    across = (column - left)[:, None]
    upper = pixels[above] + across * ways[above]
    lower = pixels[above + W + 3] + across * ways[above + W + 3]
    y: Array = upper + (row - top)[:, None] * (lower - upper)
    return y
