"""Normalization: every map brought to a common scale."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from cnnviz.nn.checks import integer, number
from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers.base import Layer, check_features, image_shape
from cnnviz.nn.slabs import channel_sum, to_images, to_slabs
from cnnviz.nn.types import Array, Params


class Normalized(NamedTuple):
    """What a batch was normalized by: the cache of BatchNorm2d."""

    x: Array
    mean: Array
    var: Array
    of_batch: bool
    """Whether mean and variance are those of x: then they depend on it."""


@dataclass(frozen=True)
class BatchNorm2d(Layer):
    """Each channel minus its mean, over its standard deviation, then scaled and shifted.

    Ioffe and Szegedy 2015; the semantics are PyTorch's. In training, mean and biased variance are
    those of the batch that is passed in: a training that splits its batches into parts normalizes
    each part by itself. The running statistics, used otherwise, follow them: running = (1 −
    momentum) · running + momentum · batch, the variance as its unbiased estimate.

    PyTorch refuses to train on one value per channel (one image with maps of one cell). Here its
    variance is 0, so the output is the bias, and the running variance stays as it is: one value
    has no unbiased estimate, and an epoch may end with a batch of one image.
    """

    buffers: ClassVar[tuple[str, ...]] = ("running_mean", "running_var")

    momentum: float = 0.1
    eps: float = 1e-5

    def __post_init__(self) -> None:
        """Check the numbers and keep them as floats."""
        momentum = number(self.momentum, "BatchNorm2d: momentum", least=0)
        if momentum > 1:
            raise ValueError(
                f"BatchNorm2d: momentum must be at most 1, received {self.momentum}: it is the "
                f"share of the newest batch in the running statistics; PyTorch's default is 0.1."
            )
        eps = number(self.eps, "BatchNorm2d: eps", least=0, open_start=True)
        object.__setattr__(self, "momentum", momentum)
        object.__setattr__(self, "eps", eps)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return image_shape(input_shape, "BatchNorm2d")

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Return weight (C,) and bias (C,)."""
        C, _, _ = image_shape(input_shape, "BatchNorm2d")
        return {"weight": (C,), "bias": (C,)}

    def init(self, input_shape: Shape, rng: np.random.Generator) -> Params:
        """Return weights of one, biases of zero, and running statistics of mean 0, variance 1."""
        C, _, _ = image_shape(input_shape, "BatchNorm2d")
        starts = {"weight": 1, "bias": 0, "running_mean": 0, "running_var": 1}
        return {key: np.full(C, start, np.float32) for key, start in starts.items()}

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return (N, C, H, W); the variance is taken of what is left without the mean."""
        self.output_shape(x.shape[1:])
        check_features("BatchNorm2d", "channels", len(params["weight"]), x.shape[1])
        mean, var = params["running_mean"], params["running_var"]
        count = max(per_channel(x), 1)
        if training:
            mean = channel_sum(x) / count
        y = in_rows(x) - beside(mean, x)  # (H, C, W · N)
        if training:
            var = row_dot(y, y) / count
        y *= beside(params["weight"] * self._scale(var), x)
        y += beside(params["bias"], x)
        return as_images(y, x), Normalized(x, mean, var, training)

    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Return the gradients; through the batch's mean and variance every value moves all."""
        x, mean, var, of_batch = cache
        scale, count = self._scale(var), max(per_channel(x), 1)
        grad, behind = in_rows(x) - beside(mean, x), in_rows(grad_output)
        weight = scale * row_dot(grad, behind)
        bias = channel_sum(grad_output)
        grads = {"weight": weight.astype(x.dtype), "bias": bias.astype(x.dtype)}
        if not input_grad:
            return None, grads
        if of_batch:
            grad *= beside(-scale * weight / count, x)
            grad -= beside(bias / count, x)
            grad += behind
        else:
            grad[...] = behind
        grad *= beside(params["weight"] * scale, x)
        return as_images(grad, x), grads

    def new_buffers(self, params: Params, cache: Any) -> Params:
        """Return the running statistics moved toward those of the batch."""
        count = per_channel(cache.x) if cache.of_batch else 0
        mean, var = params["running_mean"].copy(), params["running_var"].copy()
        if count > 0:
            mean += self.momentum * (cache.mean - mean)
        if count > 1:
            var += self.momentum * (cache.var * (count / (count - 1)) - var)
        return {"running_mean": mean, "running_var": var}

    def _scale(self, var: Array) -> Array:
        """Return 1 / √(var + eps) in float64."""
        scale: Array = 1 / np.sqrt(var.astype(np.float64) + self.eps)
        return scale


@dataclass(frozen=True)
class LocalResponseNorm(Layer):
    """Each number over a power of what its neighbor channels hold: x / (k + α/size · Σ x²)^β.

    The sum goes over `size` channels at the same place, the own one in the middle (for an even
    size one more before than after), with zeros beyond the first and the last. As in PyTorch,
    alpha is divided by size; Krizhevsky, Sutskever and Hinton (2012) do not divide it: their
    n = 5, α = 1e-4, β = 0.75, k = 2 is LocalResponseNorm(size=5, alpha=5e-4, beta=0.75, k=2.0).
    """

    size: int = 5
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def __post_init__(self) -> None:
        """Check the numbers and keep them as floats."""
        integer(self.size, "LocalResponseNorm: size", minimum=1)
        for name in ("alpha", "beta", "k"):
            value = number(
                getattr(self, name), f"LocalResponseNorm: {name}", least=0, open_start=name == "k"
            )
            object.__setattr__(self, name, value)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return image_shape(input_shape, "LocalResponseNorm")

    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return (N, C, H, W); the cache is x, the sums with k, and their power −β."""
        self.output_shape(x.shape[1:])
        sums = neighbor_sum(x * x, self.size // 2, (self.size - 1) // 2)
        sums *= self.alpha / self.size
        sums += self.k
        factors = sums**-self.beta
        return x * factors, (x, sums, factors)

    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Return the gradient: each number moves its own output and divides its neighbors'."""
        if not input_grad:
            return None, {}
        x, sums, factors = cache
        grad = grad_output * factors
        shares = grad * x
        shares /= sums
        shares = neighbor_sum(shares, (self.size - 1) // 2, self.size // 2)
        shares *= x
        shares *= 2 * self.alpha * self.beta / self.size
        grad -= shares
        return grad, {}


def per_channel(x: Array) -> int:
    """Return how many values each channel of x (N, C, H, W) has."""
    return int(x.size // x.shape[1])


def in_rows(x: Array) -> Array:
    """Return x (N, C, H, W) as (H, C, W · N)."""
    slabs = to_slabs(x)
    H, C, W, N = slabs.shape
    return slabs.reshape(H, C, W * N)


def as_images(rows: Array, x: Array) -> Array:
    """Return (H, C, W · N) in the shape of x (N, C, H, W)."""
    N, C, H, W = x.shape
    return to_images(rows.reshape(H, C, W, N))


def beside(values: Array, x: Array) -> Array:
    """Return one value per channel (C, 1) to be combined with rows of x."""
    return values.astype(x.dtype)[:, None]


def row_dot(x: Array, y: Array) -> Array:
    """Return the sum of each channel (C,) of x · y (H, C, W · N), the rows' sums in float64."""
    total: Array = np.einsum("hcp,hcp->hc", x, y).sum(axis=0, dtype=np.float64)
    return total


def neighbor_sum(x: Array, before: int, after: int) -> Array:
    """Return at each channel the sum over so many channels before it, itself, and after it."""
    total, last = x.copy(order="K"), x.shape[1] - 1
    for distance in range(1, min(before, last) + 1):
        total[:, distance:] += x[:, :-distance]
    for distance in range(1, min(after, last) + 1):
        total[:, :-distance] += x[:, distance:]
    return total
