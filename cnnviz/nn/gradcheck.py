"""Backpropagation against numerical differentiation."""

from collections.abc import Callable

import numpy as np

from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers import Layer
from cnnviz.nn.model import Sequential, flatten_params
from cnnviz.nn.types import Array, ModelParams


def central_difference(
    outputs: Callable[[], Array], array: Array, along: Array, eps: float
) -> Array:
    """Return the slopes of all outputs when `array` moves along a direction; it is put back."""
    start = array.copy()
    array[...] = start + eps * along
    above = outputs().copy()  # Flatten's output, for one, is a view of its input
    array[...] = start - eps * along
    slopes: Array = (above - outputs()) / (2 * eps)
    array[...] = start
    return slopes


def directions(shape: Shape, few: int, elements: int, rng: np.random.Generator) -> list[Array]:
    """Return each element's own direction for a small array, some random ones for a large one."""
    size = int(np.prod(shape))
    if size <= elements:
        return list(np.eye(size).reshape(size, *shape))
    return [along / np.linalg.norm(along) for along in rng.standard_normal((few, *shape))]


def relative_error(analytic: Array, numeric: Array, noise: float) -> float:
    """Return the largest difference, relative to the largest slope.

    `noise` is what rounding makes of a slope of 0, as a bias before BatchNorm2d has: alone it is
    an error of 1e-8.
    """
    scale = max(np.abs(analytic).max(), np.abs(numeric).max(), 1e8 * noise, 1e-12)
    return float(np.abs(analytic - numeric).max() / scale)


def check_gradients(
    subject: Layer | Sequential,
    input_shape: Shape,
    *,
    params: ModelParams | None = None,
    x: Array | None = None,
    training: bool = True,
    batch: int = 2,
    seed: int = 0,
    eps: float = 1e-6,
    rounding_eps: float | None = None,
    few: int = 8,
    elements: int = 64,
) -> dict[str, float]:
    """Compare the backward pass with central differences, in float64.

    The loss is a fixed random combination of the outputs. Arrays of up to `elements` numbers are
    checked number by number, larger ones along `few` random directions.

    Parameters
    ----------
    params, x
        Where to check; default: initial parameters with random biases, and normal random inputs.
    training
        Whether to check the pass of training, or the one outside it.
    eps
        How far each parameter is moved, to either side.
    rounding_eps
        The `eps` whose rounding is forgiven, by default the same; a fixed one makes the errors of
        several comparable.

    Returns
    -------
    dict
        The relative error for "input" and for each parameter ("0.weight" is the first layer's).
    """
    model = subject if isinstance(subject, Sequential) else Sequential((subject,))
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((batch, *input_shape)) if x is None else np.array(x, np.float64)
    params = _float64(model.init(input_shape, rng), rng) if params is None else _float64(params)
    weights = rng.standard_normal((len(x), *model.output_shape(input_shape)))

    def forward() -> tuple[Array, list[object]]:
        # The same generator each time: dropout forgets the same numbers.
        return model.forward(params, x, training=training, rng=np.random.default_rng(seed))

    def slope(array: Array, along: Array) -> float:
        slopes = central_difference(lambda: forward()[0], array, along, eps)
        return float((slopes * weights).sum())

    y, caches = forward()
    rounding = float(np.finfo(np.float64).eps * np.linalg.norm(y * weights))
    noise = rounding / (eps if rounding_eps is None else rounding_eps)
    grad_input, grads = model.backward(params, caches, weights)
    arrays = {"input": x, **flatten_params(params)}
    analytic = {"input": grad_input, **flatten_params(grads)}
    errors = {}
    for name, grad in analytic.items():
        array, ways = arrays[name], directions(arrays[name].shape, few, elements, rng)
        numeric = np.array([slope(array, way) for way in ways])
        slopes = np.array([(grad * way).sum() for way in ways])
        errors[name] = relative_error(slopes, numeric, noise)
    return errors


def _float64(params: ModelParams, rng: np.random.Generator | None = None) -> ModelParams:
    """Return a copy in float64, moved a little at random if there is a generator."""
    return [
        {
            key: array.astype(np.float64)
            + (0.1 * rng.standard_normal(array.shape) if rng is not None else 0)
            for key, array in layer.items()
        }
        for layer in params
    ]
