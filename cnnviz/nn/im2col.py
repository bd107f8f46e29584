"""Images as columns of windows, and back: as one writes it down, and as pages show it.

The layers do the same in a layout that needs fewer copies, see `slabs`.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnnviz.nn.geometry import Grid, Pads
from cnnviz.nn.types import Array


def pad(x: Array, pads: Pads, value: float = 0.0) -> Array:
    """Return x (N, C, H, W) with `value` around each image; x itself if there is nothing to add."""
    (top, bottom), (left, right) = pads
    if not (top or bottom or left or right):
        return x
    N, C, H, W = x.shape
    padded = np.full((N, C, top + H + bottom, left + W + right), value, x.dtype)
    padded[:, :, top : top + H, left : left + W] = x
    return padded


def crop(padded: Array, grid: Grid) -> Array:
    """Return the view of a padded image without its padding: the adjoint of `pad`."""
    (top, _), (left, _) = grid.pads
    H, W = grid.size
    return padded[:, :, top : top + H, left : left + W]


def windows(padded: Array, grid: Grid) -> Array:
    """Return the read-only view (N, C, KH, KW, OH, OW) of all windows of a padded image."""
    N, C = padded.shape[:2]
    n, c, h, w = padded.strides
    (dh, dw), (sh, sw) = grid.dilation, grid.stride
    return as_strided(
        padded,
        (N, C, *grid.kernel, *grid.output),
        (n, c, h * dh, w * dw, h * sh, w * sw),
        writeable=False,
    )


def im2col(x: Array, grid: Grid) -> Array:
    """Return the columns (N, K, P) of x (N, C, H, W): one column per window.

    Row c·KH·KW + i·KW + j of a column is kernel cell (i, j) of channel c.
    """
    N, C = x.shape[:2]
    KH, KW = grid.kernel
    view = windows(pad(x, grid.border), grid)  # (N, C, KH, KW, OH, OW)
    return np.ascontiguousarray(view).reshape(N, C * KH * KW, grid.windows)


def cells(padded: Array, grid: Grid, i: int, j: int) -> Array:
    """Return the view (N, C, OH, OW) of what kernel cell (i, j) meets in each window."""
    (dh, dw), (sh, sw), (OH, OW) = grid.dilation, grid.stride, grid.output
    top, left = i * dh, j * dw
    return padded[:, :, top : top + (OH - 1) * sh + 1 : sh, left : left + (OW - 1) * sw + 1 : sw]


def col2im(columns: Array, grid: Grid) -> Array:
    """Return images (N, C, H, W) in which every cell is the sum of its copies in the columns.

    This is the adjoint (the transpose) of `im2col`, not its inverse.
    """
    KH, KW = grid.kernel
    N, C = len(columns), columns.shape[1] // (KH * KW)
    columns = columns.reshape(N, C, KH, KW, *grid.output)
    padded = np.zeros((N, C, *grid.bordered), columns.dtype)
    for i in range(KH):
        for j in range(KW):
            cells(padded, grid, i, j)[...] += columns[:, :, i, j]
    return np.ascontiguousarray(crop(padded, grid))
