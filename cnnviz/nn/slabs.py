"""How the layers keep images in memory, and im2col in that layout.

To everyone an array of images is x (N, C, H, W). In memory the layers keep it row by row, and in
a row the same pixel of all images side by side: "slabs" (H, C, W, N). That buys two things. What
is done to a pixel is done to a long run of numbers. And of the columns of im2col,
(KH, C, KW) × (OW, N) for each row of windows, the part of one image row is the same wherever a
window meets that row: it is stored once, the matrices of neighboring rows of windows overlap in
memory, and building them takes KW copies rather than KH · KW.

Notation: N images, C channels, H×W pixels; OH×OW windows of KH×KW cells; G groups of channels;
K = KH · C/G · KW rows and P = OW · N columns of a matrix.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnnviz.nn.geometry import Grid, Pads
from cnnviz.nn.types import Array


def to_slabs(x: Array) -> Array:
    """Return x (N, C, H, W) as contiguous slabs (H, C, W, N): x itself where it is in order."""
    return np.ascontiguousarray(x.transpose(2, 1, 3, 0))


def to_images(slabs: Array) -> Array:
    """Return the view (N, C, H, W) of slabs (H, C, W, N)."""
    return slabs.transpose(3, 1, 0, 2)


def pad(slabs: Array, pads: Pads, value: float = 0.0) -> Array:
    """Return slabs with `value` around each image; themselves if there is nothing to add."""
    (top, bottom), (left, right) = pads
    if not (top or bottom or left or right):
        return slabs
    H, C, W, N = slabs.shape
    padded = np.full((top + H + bottom, C, left + W + right, N), value, slabs.dtype)
    padded[top : top + H, :, left : left + W] = slabs
    return padded


def crop(padded: Array, grid: Grid) -> Array:
    """Return the view of padded slabs without their padding: the adjoint of `pad`."""
    (top, _), (left, _) = grid.pads
    H, W = grid.size
    return padded[top : top + H, :, left : left + W]


def cells(padded: Array, grid: Grid, i: int, j: int) -> Array:
    """Return the view (OH, C, OW, N) of what kernel cell (i, j) meets in each window."""
    (dh, dw), (sh, sw), (OH, OW) = grid.dilation, grid.stride, grid.output
    top, left = i * dh, j * dw
    return padded[top : top + (OH - 1) * sh + 1 : sh, :, left : left + (OW - 1) * sw + 1 : sw]


def channel_sum(x: Array) -> Array:
    """Return the sum of each channel (C,) of x (N, C, H, W)."""
    slabs = to_slabs(x)
    H, C, W, N = slabs.shape
    total: Array = (slabs.reshape(H, C, W * N) @ np.ones(W * N, x.dtype)).sum(axis=0)
    return total


def columns(slabs: Array, grid: Grid, groups: int = 1) -> Array:
    """Return the matrices (G, OH, K, P) of im2col, one for each row of windows.

    Those of neighboring rows overlap in memory, unless dilation leaves rows out.
    """
    H, C, W, N = slabs.shape
    (KH, KW), (OH, OW) = grid.kernel, grid.output
    (top, _), (left, _) = grid.pads
    channels = C // groups
    rows = np.empty((groups, grid.bordered[0], channels, KW, OW, N), slabs.dtype)
    rows[:, :top], rows[:, top + H :] = 0, 0
    images = slabs.reshape(H, groups, channels, W, N).swapaxes(0, 1)
    for j in range(KW):
        some = grid.meeting(1, j)
        inside = rows[:, top : top + H, :, j]  # (G, H, C/G, OW, N)
        inside[:, :, :, : some.start], inside[:, :, :, some.stop :] = 0, 0
        inside[:, :, :, some.start : some.stop] = images[:, :, :, image_cells(grid, 1, j, some)]
    group, row = rows.strides[:2]
    view = as_strided(
        rows,
        (groups, OH, KH, channels * KW, OW * N),
        (
            group,
            row * grid.stride[0],
            row * grid.dilation[0],
            *(OW * N * rows.itemsize, rows.itemsize),
        ),
        writeable=False,
    )
    return view.reshape(groups, OH, KH * channels * KW, OW * N)


def add_columns(slabs: Array, matrices: Array, grid: Grid, first: int = 0) -> None:
    """Add each number of `columns` to the pixel it is a copy of: the adjoint, in place.

    Parameters
    ----------
    slabs : (H, C, W, N)
    matrices : (G, n, K, P)
        Of the n rows of windows from `first` on.
    """
    H, C, W, N = slabs.shape
    (KH, KW), OW = grid.kernel, grid.output[1]
    groups, count = matrices.shape[:2]
    images = slabs.reshape(H, groups, C // groups, W, N).swapaxes(0, 1)
    parts = matrices.reshape(groups, count, KH, C // groups, KW, OW, N)
    for i in range(KH):
        met = grid.meeting(0, i)
        some = range(max(met.start, first), min(met.stop, first + count))
        if not some:
            continue
        pixels = images[:, image_cells(grid, 0, i, some)]
        rows = parts[:, some.start - first : some.stop - first, i]
        for j in range(KW):
            beside = grid.meeting(1, j)
            if beside:
                pixels[:, :, :, image_cells(grid, 1, j, beside)] += rows[
                    :, :, :, j, beside.start : beside.stop
                ]


def image_cells(grid: Grid, axis: int, cell: int, some: range) -> slice:
    """Return the pixels that a kernel cell meets in some windows, along one axis."""
    stride = grid.stride[axis]
    start = some.start * stride + cell * grid.dilation[axis] - grid.pads[axis][0]
    return slice(start, start + (len(some) - 1) * stride + 1, stride) if some else slice(0, 0)
