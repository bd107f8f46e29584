"""Fewer points for the same picture."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Curve = tuple[NDArray[np.float32], NDArray[np.float32]]


def thin(x: ArrayLike, y: ArrayLike, points: int = 2000) -> Curve:
    """Thin a curve to at most `points` points that show every spike the whole curve shows.

    The inner points are divided into buckets of equal length, and of each bucket the smallest and
    the largest value stay, in their order; the first and the last point always stay. NaN is never
    an extreme: a bucket of nothing but NaN keeps its first point, so that the gap stays a gap.

    Parameters
    ----------
    x, y : array_like, shape (N,)
    points : int
        At least 4: both ends and one bucket.

    Returns
    -------
    x, y : float32 arrays, shape (M,), M <= points

    Raises
    ------
    ValueError
        If the shapes differ or `points` is below 4.
    """
    xs, ys = np.asarray(x, np.float32), np.asarray(y, np.float32)
    if xs.ndim != 1 or xs.shape != ys.shape:
        raise ValueError(
            f"A curve needs as many x as y in one row each, got shapes {xs.shape} and {ys.shape}."
        )
    if points < 4:
        raise ValueError(
            f"A curve needs at least 4 points: both ends, one low, one high, got {points}."
        )
    if len(xs) <= points:
        return xs, ys
    kept = _extremes(ys, (points - 2) // 2)
    return xs[kept], ys[kept]


def _extremes(y: NDArray[np.float32], buckets: int) -> NDArray[np.intp]:
    """Indices of the first, the last and each inner bucket's extreme points, in order."""
    inner = y[1:-1]
    starts = np.arange(buckets) * len(inner) // buckets
    lengths = np.diff(starts, append=len(inner))
    gap = np.isnan(inner)
    low = _first_equal(np.where(gap, np.inf, inner), np.minimum, starts, lengths)
    high = _first_equal(np.where(gap, -np.inf, inner), np.maximum, starts, lengths)
    ends = np.array([0, len(y) - 1])
    return np.unique(np.concatenate([ends, low + 1, high + 1]))


def _first_equal(
    y: NDArray[np.float32], extreme: np.ufunc, starts: NDArray[np.intp], lengths: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Index of the first point in each bucket that equals the bucket's extreme."""
    hits = np.flatnonzero(y == np.repeat(extreme.reduceat(y, starts), lengths))
    return hits[np.searchsorted(hits, starts)]
