"""Many numbers an image as two, so that all images can lie on a map: PCA and t-SNE.

Letters: N images, D numbers for each.
"""

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from cnnviz.explain.aside import aside
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import Array, ModelParams

Points = NDArray[np.float64]
AT_A_TIME = 125  # images
SPARE = 10  # directions more than are asked for
MOST_TURNS, STILL = 50, 1e-6
FEW_TURNS = 6  # where the last directions need not be exact
FIRST_DIMENSIONS = 50
ROUNDS, STEPS = 5, 300
PERPLEXITY = 30.0
EXAGGERATION = 12.0


@dataclass(frozen=True, eq=False)
class Principal:
    """Images seen along the directions in which they differ most.

    Parameters
    ----------
    points : float64 (N, components)
    shares : float64 (components,)
        The part of the whole variance along each direction; zeros where all images are alike.
    """

    points: Points
    shares: NDArray[np.float64]


def pca(x: NDArray[np.floating], components: int = 2, turns: int = MOST_TURNS) -> Principal:
    """Return the principal components of x (N, D): the centered rows along its singular vectors.

    The first singular vectors are found by turns: a few directions are mapped by x to images and
    back, and NumPy's singular value decomposition of what comes out, a narrow table, sets them
    right (N. Halko, P.-G. Martinsson and J. Tropp, "Finding structure with randomness", 2011),
    until the points stay where they are, at most `turns` times. Signs are such that the largest
    entry of each column is positive. Columns that do not exist, D or N being smaller, are zeros.

    Raises
    ------
    ValueError
        If x is no table of at least one row, or has values that are no numbers.
    """
    scale = float(np.abs(checked(x)).max()) or 1.0  # so that no square is too large a number
    x = x / np.asarray(scale, x.dtype)
    centered = x - x.mean(axis=0, dtype=np.float64).astype(x.dtype)
    whole = float(np.square(centered, dtype=np.float64).sum())
    points = np.zeros((len(x), components))
    if whole == 0:
        return Principal(points, np.zeros(components))
    width = min(components + SPARE, *x.shape)
    sides = np.random.default_rng(0).normal(size=(len(x), width)).astype(x.dtype)
    for _ in range(turns):
        directions, _ = np.linalg.qr(centered.T @ sides)  # (D, width)
        sides, values, _ = np.linalg.svd(centered @ directions, full_matrices=False)
        before, points = points, _upright((sides * values)[:, :components].astype(np.float64))
        points = np.pad(points, ((0, 0), (0, components - points.shape[1])))
        if np.abs(points - before).max() <= STILL * np.abs(points).max():
            break
    return Principal(points * scale, np.square(points).sum(axis=0) / whole)


def pca_macs(images: int, numbers: int, components: int = 2) -> int:
    """Return the multiplications that a few turns of `pca` take, each there and back."""
    return 2 * FEW_TURNS * images * numbers * (components + SPARE)


def checked(x: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return x if it can be mapped; raises ValueError."""
    if x.ndim != 2 or not x.size:
        raise ValueError(f"A map needs a table of images by numbers, got shape {x.shape}.")
    if not np.isfinite(x).all():
        raise ValueError(
            f"A map needs numbers, and {int((~np.isfinite(x)).sum()):,} of these {x.size:,} "
            "values are infinite or none at all, as after a training that has diverged: choose "
            "an earlier step."
        )
    return x


def _upright(points: Points) -> Points:
    """Return the columns with the sign by which their largest entry is positive."""
    largest = points[np.abs(points).argmax(axis=0), np.arange(points.shape[1])]
    return points * np.where(largest < 0, -1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Neighbors:
    """A t-SNE map: points (N, 2), and the Kullback-Leibler divergence that is left."""

    points: Points
    divergence: float


def tsne(x: NDArray[np.floating], seed: int = 0) -> Generator[float, None, Neighbors]:
    """Yield the share that is done; return the map of x (N, D) by t-SNE.

    L. van der Maaten and G. Hinton, "Visualizing Data using t-SNE" (2008), as scikit-learn computes
    it, of the first 50 principal components, in rounds: each goes on from the last one's points,
    the first with early exaggeration. It can be broken off at any time; the round that is under way
    ends unheard.

    Raises
    ------
    ValueError
        As `pca`, and for fewer than 4 images.
    """
    if len(checked(x)) < 4:
        raise ValueError(f"t-SNE needs at least 4 images to compare, got {len(x)}: choose more.")
    start = yield from aside(lambda: pca(x, max(2, min(FIRST_DIMENSIONS, *x.shape)), FEW_TURNS))
    if not start.shares.any():
        raise ValueError("All these images are the same to this layer: there is nothing to map.")
    points = start.points[:, :2] / start.points[:, 0].std() * 1e-4
    left = np.nan
    for number in range(ROUNDS):
        call = partial(_round, start.points, points, number == 0, seed)
        points, left = yield from aside(call, number / ROUNDS)
    return Neighbors(points.astype(np.float64), left)


def _round(x: Points, points: Points, first: bool, seed: int) -> tuple[Points, float]:
    """Return where the points lie after a round, and the divergence that is left."""
    from sklearn.manifold import TSNE  # half a second to import

    method = TSNE(
        perplexity=min(PERPLEXITY, (len(x) - 1) / 3),
        early_exaggeration=EXAGGERATION if first else 1.0,
        learning_rate=max(len(x) / EXAGGERATION / 4, 50),
        max_iter=STEPS,
        init=points.astype(np.float32),
        random_state=seed,
    )
    with threadpool_limits(limits=1, user_api="openmp"):  # of this thread alone, unlike BLAS's
        return method.fit_transform(x), float(method.kl_divergence_)


def outputs(
    model: Sequential, params: ModelParams, layer: int, x: Array
) -> Generator[float, None, NDArray[np.float32]]:
    """Yield the share that is done; return what comes out of a layer, from 1, as (N, D).

    Parameters
    ----------
    x : (N, C, H, W)
    """
    head = Sequential(model.layers[:layer])
    parts = []
    for a, b in pairwise([*range(0, len(x), AT_A_TIME), len(x)]):
        yield a / len(x)
        with np.errstate(all="ignore"):
            parts.append(head.forward(params[:layer], x[a:b])[0].reshape(b - a, -1))
    return np.concatenate(parts).astype(np.float32, copy=False)
