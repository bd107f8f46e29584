"""What a layer's output is like in a few numbers, and the probabilities written out."""

from dataclasses import dataclass

import numpy as np

from cnnviz.explain.health import EDGE, MIDDLE
from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers import Layer
from cnnviz.nn.losses import softmax
from cnnviz.nn.types import Array


@dataclass(frozen=True)
class Activity:
    """A layer's output for one image in numbers.

    Parameters
    ----------
    shape : without the batch axis
    least, most, mean : of all finite numbers; NaN where there is none
    zeros : share that is exactly 0
    saturated : share where a function has flattened out, see `cnnviz.explain.health.EDGE`; None
        for layers that do not flatten out
    silent : channels, or units of a vector, that are 0 everywhere
    strange : how many numbers are infinite or none at all (NaN)
    """

    shape: Shape
    least: float
    most: float
    mean: float
    zeros: float
    saturated: float | None
    silent: int
    strange: int


def activity(output: Array, layer: Layer | None = None) -> Activity:
    """Return the numbers of an output (1, C, H, W) or (1, features); None: of an image.

    Raises
    ------
    ValueError
        If the output is not that of exactly one image.
    """
    if output.ndim < 2 or len(output) != 1:
        raise ValueError(f"An output of one image has shape (1, …), received {output.shape}.")
    one = output[0]
    finite = one[np.isfinite(one)].astype(np.float64)
    numbers = (finite.min(), finite.max(), finite.mean()) if finite.size else (np.nan,) * 3
    least, most, mean = map(float, numbers)
    zero = one == 0
    return Activity(
        shape=one.shape,
        least=least,
        most=most,
        mean=mean,
        zeros=float(zero.mean()),
        saturated=saturated(output, layer),
        silent=int(zero.reshape(len(one), -1).all(axis=1).sum()),
        strange=one.size - finite.size,
    )


def saturated(output: Array, layer: Layer | None) -> float | None:
    """Return the share of an activation's outputs near the ends of its range; else None."""
    if type(layer) not in MIDDLE:
        return None
    middle, reach = MIDDLE[type(layer)]
    return float((np.abs(output - middle) > EDGE * reach).mean())


@dataclass(frozen=True, eq=False)
class Softmax:
    """The way from logits to probabilities, as `cnnviz.nn.losses` goes it.

    Parameters
    ----------
    logits : (classes,)
    most : the largest of them
    powers : exp(logits − most)
    total : their sum
    probs : powers / total, the engine's own
    """

    logits: Array
    most: float
    powers: Array
    total: float
    probs: Array


def written_softmax(logits: Array) -> Softmax:
    """Return the steps of softmax for one image's logits (classes,)."""
    most = logits.max()
    powers = np.exp(logits - most)
    return Softmax(logits, float(most), powers, float(powers.sum()), softmax(logits[None])[0])
