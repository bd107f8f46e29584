"""The trend of a noisy curve."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def smooth(values: ArrayLike, counts: ArrayLike, weight: float) -> NDArray[np.float32]:
    """Exponential moving average of batch values, without the bias of its start.

    Point t is the mean of all values up to t, where the value k steps back counts
    `counts[t - k] * weight**k`. Dividing by the sum of these factors is the bias correction of
    Kingma and Ba, "Adam" (2015), section 3: the curve starts at the first value instead of zero.
    It looks only back, so what is drawn never changes afterwards. NaN and infinity do not count.

    Parameters
    ----------
    values : array_like, shape (N,)
    counts : array_like, shape (N,)
        Images in each batch: a small last batch counts for less.
    weight : float
        0 smooths nothing, 0.9 looks back about ten steps, 0.99 about a hundred; below 1.

    Returns
    -------
    float32 array, shape (N,)

    Raises
    ------
    ValueError
        If `weight` is not in [0, 1).
    """
    if not 0 <= weight < 1:
        raise ValueError(f"Smoothing must be at least 0 and below 1, got {weight}.")
    y = np.asarray(values, np.float64)
    known = np.isfinite(y)
    heard = np.where(known, np.asarray(counts, np.float64), 0.0)
    total = _discounted_sum(np.where(known, y, 0.0) * heard, weight)
    share = _discounted_sum(heard, weight)
    mean = np.full(y.shape, np.nan, np.float32)
    np.divide(total, share, out=mean, where=share > 0, casting="same_kind")
    return mean


def _discounted_sum(y: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Sum over k of `weight**k * y[t - k]`, by doubling the reach log2(N) times."""
    reach = 1
    while reach < len(y) and weight**reach > 0:
        y = np.concatenate([y[:reach], y[reach:] + weight**reach * y[:-reach]])
        reach *= 2
    return y
