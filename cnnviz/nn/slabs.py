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
    """Return the sum of each channel (C,) of x (N, C, H, W), the rows' sums in float64."""
    slabs = to_slabs(x)
    H, C, W, N = slabs.shape
    rows = slabs.reshape(H, C, W * N) @ np.ones(W * N, x.dtype)  # (H, C)
    total: Array = rows.sum(axis=0, dtype=np.float64)
    return total


def columns(slabs: Array, grid: Grid, groups: int = 1) -> Array:
    """Return the matrices (G, OH, K, P) of im2col, one for each row of windows.

    Those of neighboring rows overlap in memory, unless dilation leaves rows out.
    """
    H, C, W, N = slabs.shape
    (KH, KW), (OH, OW) = grid.kernel, grid.output
    top, channels = grid.pads[0][0], C // groups
    rows = np.empty((groups, grid.bordered[0], channels, KW, OW, N), slabs.dtype)
    rows[:, :top], rows[:, top + H :] = 0, 0
    images = slabs.reshape(H, groups, channels, W, N).swapaxes(0, 1)
    inside = rows[:, top : top + H]  # (G, H, C/G, KW, OW, N)
    for j, (met, pixels) in enumerate(grid.beside):
        if met.stop - met.start < OW:
            inside[:, :, :, j] = 0
        inside[:, :, :, j, met] = images[:, :, :, pixels]
    return stacked(
        rows.reshape(*rows.shape[:2], channels * KW, OW * N),
        OH,
        KH,
        grid.stride[0],
        grid.dilation[0],
    )


def stacked(rows: Array, count: int, height: int, stride: int, dilation: int) -> Array:
    """Return (G, count, height · n, P): some of the rows (G, R, n, P), `height` at a time.

    The k-th has the rows k · stride, k · stride + dilation, …, one below the other.
    """
    groups, _, n, P = rows.shape
    group, row, *others = rows.strides
    view = np.ndarray(
        (groups, count, height, n, P),
        rows.dtype,
        rows,
        strides=(group, row * stride, row * dilation, *others),
    )
    return view.reshape(groups, count, height * n, P)


def rows_behind(below: Array, grid: Grid) -> Array:
    """Return (G, H, KH · n, P): for each image row what lies behind the windows that meet it.

    Of (G, OH, n, P), behind OH rows of windows, the KH rows that kernel rows KH − 1 to 0 lead to,
    zeros where there is none: with stride between the windows, with padding around them.
    """
    groups, OH, n, P = below.shape
    H, KH, stride, dilation = grid.size[0], grid.kernel[0], grid.stride[0], grid.dilation[0]
    first = (KH - 1) * dilation - grid.pads[0][0]  # where the first row of windows comes to lie
    rows = np.zeros((groups, H + (KH - 1) * dilation, n, P), below.dtype)
    skipped = -(min(first, 0) // stride)
    places = range(first + skipped * stride, rows.shape[1], stride)[: max(OH - skipped, 0)]
    if places:
        rows[:, places.start : places.stop : stride] = below[:, skipped : skipped + len(places)]
    return stacked(rows, H, KH, 1, dilation)


def add_beside(rows: Array, grid: Grid, N: int) -> Array:
    """Return slabs (H, C, W, N): what each kernel column has for a pixel, added up.

    Parameters
    ----------
    rows : (G, H, C/G · KW, P)
    """
    groups, H, height, _ = rows.shape
    KW, OW = grid.kernel[1], grid.output[1]
    channels = height // KW
    slabs = np.zeros((H, groups, channels, grid.size[1], N), rows.dtype)
    parts = rows.reshape(groups, H, channels, KW, OW, N)
    images = slabs.swapaxes(0, 1)
    for j, (met, pixels) in enumerate(grid.beside):
        images[:, :, :, pixels] += parts[:, :, :, j, met]
    return slabs.reshape(H, groups * channels, grid.size[1], N)
