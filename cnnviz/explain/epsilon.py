"""Backpropagation against numerical differentiation, over how far a parameter is moved."""

from collections.abc import Iterator

from cnnviz.nn.geometry import Shape
from cnnviz.nn.gradcheck import check_gradients
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import Array, ModelParams

EPSILONS = tuple(10.0**-power for power in range(1, 14))
USUAL = 1e-6
AGREES, DOUBTFUL = 1e-6, 1e-3
"""Relative errors up to which a tensor agrees, and up to which it may be the method's fault."""

FEW, ELEMENTS = 3, 9


def errors(
    model: Sequential,
    input_shape: Shape,
    eps: float,
    *,
    params: ModelParams | None = None,
    x: Array | None = None,
    seed: int = 0,
) -> dict[str, float]:
    """Return the relative error of each parameter tensor and of the input, at one epsilon.

    All epsilons are measured alike: what rounding makes of a slope of zero is forgiven as far as
    it is there at the usual epsilon.
    """
    return check_gradients(
        model,
        input_shape,
        params=params,
        x=x,
        seed=seed,
        eps=eps,
        rounding_eps=USUAL,
        few=FEW,
        elements=ELEMENTS,
    )


def sweep(
    model: Sequential,
    input_shape: Shape,
    *,
    params: ModelParams | None = None,
    x: Array | None = None,
    seed: int = 0,
) -> Iterator[tuple[float, dict[str, float]]]:
    """Yield each epsilon with its errors, from the largest to the smallest."""
    for eps in EPSILONS:
        yield eps, errors(model, input_shape, eps, params=params, x=x, seed=seed)


def verdict(error: float) -> str:
    """Return "agrees", "doubtful" or "differs"; what is not a number differs."""
    if error <= AGREES:
        return "agrees"
    return "doubtful" if error <= DOUBTFUL else "differs"
