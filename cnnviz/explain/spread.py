"""How the weights of a layer, or their gradients, are spread, from checkpoint to checkpoint."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.nn.losses import Loss
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import Array, ModelParams

BINS = 41  # odd, so that one is around zero


@dataclass(frozen=True, eq=False)
class Spread:
    """Shares of numbers in bins that are the same for all steps.

    Parameters
    ----------
    steps : (T,)
    edges : (B + 1,)
    shares : (T, B)
        Of all finite numbers; a row of zeros where there is none.
    deviations : (T,)
        Standard deviations; NaN where there is no finite number.
    """

    steps: tuple[int, ...]
    edges: NDArray[np.float64]
    shares: NDArray[np.float64]
    deviations: NDArray[np.float64]


def spread_of(steps: Sequence[int], numbers: Sequence[Array]) -> Spread:
    """Return how the numbers of each step are spread, in bins symmetric about zero."""
    finite = [flat[np.isfinite(flat)].astype(np.float64) for flat in map(np.ravel, numbers)]
    reach = max((float(np.abs(flat).max()) for flat in finite if flat.size), default=0.0) or 1.0
    edges = np.linspace(-reach, reach, BINS + 1)
    counts = np.array([np.histogram(flat, edges)[0] for flat in finite], np.float64)
    sizes = np.array([[max(flat.size, 1)] for flat in finite], np.float64)
    deviations = np.array([flat.std() if flat.size else np.nan for flat in finite])
    return Spread(tuple(steps), edges, counts / sizes, deviations)


def weight_gradient(
    model: Sequential, params: ModelParams, index: int, x: Array, labels: Array, loss: Loss
) -> Array:
    """Return the gradient of the mean loss over x (N, C, H, W) by a layer's weights.

    As the network is judged: without dropout, with the running statistics.
    """
    with np.errstate(all="ignore"):
        logits, caches = model.forward(params, x)
        _, _, grad = loss(logits, labels)
        _, grads = model.backward(params, caches, grad, input_grad=False)
    return grads[index]["weight"]


def gradient_spread(
    model: Sequential,
    steps: Sequence[int],
    at: Callable[[int], ModelParams],
    index: int,
    x: Array,
    labels: Array,
    loss: Loss,
    part: Callable[[Array], Array],
) -> Generator[float, None, Spread]:
    """Yield the share that is done; return how the gradients are spread at each checkpoint.

    Parameters
    ----------
    at : returns the parameters after a step
    index : the layer's place, from 0
    x : (N, C, H, W), the same images for all
    labels : (N,)
    part : returns what is looked at of the gradient
    """
    found = []
    for number, step in enumerate(steps, 1):
        found.append(part(weight_gradient(model, at(step), index, x, labels, loss)))
        yield number / len(steps)
    return spread_of(steps, found)
