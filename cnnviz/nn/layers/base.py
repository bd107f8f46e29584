"""What every layer is: an immutable description without arrays and without state."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from cnnviz.nn.geometry import Grid, Shape, ShapeError, Window
from cnnviz.nn.types import Array, Params


@dataclass(frozen=True)
class Layer(ABC):
    """A layer of a network. Parameters are drawn by `init` and passed in."""

    buffers: ClassVar[tuple[str, ...]] = ()
    """Names among the parameters that are state, not trained (running statistics)."""

    sees_all: ClassVar[bool] = False
    """Whether every output depends on the whole input."""

    @abstractmethod
    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output; ShapeError if the layer does not fit."""

    @abstractmethod
    def forward(
        self,
        params: Params,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, Any]:
        """Return the output and what `backward` needs."""

    @abstractmethod
    def backward(
        self,
        params: Params,
        cache: Any,
        grad_output: Array,
        *,
        input_grad: bool = True,
        into: Params | None = None,
    ) -> tuple[Array | None, Params]:
        """Return the loss's gradients by the input and by the trainable parameters.

        Without `input_grad` the first is None: the first layer in training needs none. `into` has
        arrays for the gradients by the parameters; a layer with large ones writes them there.
        """

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Return the shape of each parameter, in declaration order."""
        return {}

    def init(self, input_shape: Shape, rng: np.random.Generator) -> Params:
        """Return initial parameters, float32."""
        return {}

    def new_buffers(self, params: Params, cache: Any) -> Params:
        """Return the arrays named in `buffers` as a training pass leaves them; params stay."""
        return {}

    def macs(self, input_shape: Shape) -> int:
        """Return the multiply-accumulate operations of one image's forward pass."""
        return 0

    def scratch_floats(self, input_shape: Shape) -> int:
        """Return the numbers in the im2col columns of one image."""
        return 0

    def window(self) -> Window | None:
        """Return the window that slides over the input, if there is one."""
        return None


class Sliding(Layer):
    """A layer with a window that slides over its input."""

    @abstractmethod
    def place(self, input_shape: Shape) -> Grid:
        """Return where the windows stand on the input; ShapeError if the layer does not fit."""

    def grid(self, input_shape: Shape) -> Grid:
        """Return what `place` returns, the last answers from memory: it is asked at every step."""
        return _remembered(self, input_shape)


@lru_cache(maxsize=256)
def _remembered(layer: Sliding, input_shape: Shape) -> Grid:
    return layer.place(input_shape)


def image_shape(input_shape: Shape, owner: str) -> tuple[int, int, int]:
    """Return (C, H, W), or raise ShapeError if the input is not an image."""
    if len(input_shape) != 3:
        raise ShapeError(
            f"{owner}: expects images (channels, height, width), received shape {input_shape}; "
            f"put it before Flatten and Linear."
        )
    C, H, W = input_shape
    return C, H, W


def check_features(owner: str, what: str, expected: int, received: int) -> None:
    """Raise ShapeError if an input does not have as many `what` as the weights expect."""
    if expected != received:
        raise ShapeError(
            f"{owner}: the weights expect {expected} {what}, the input has {received}; "
            f"the parameters belong to a network for other images."
        )
