"""What one output cell of a convolution is made of.

Notation: C channels of H×W cells, F filters of KH×KW cells, OH×OW outputs.
"""

from dataclasses import dataclass

from cnnviz.nn.geometry import Grid, Pair
from cnnviz.nn.im2col import pad, windows
from cnnviz.nn.layers import Conv2d, Layer
from cnnviz.nn.layers.base import check_features
from cnnviz.nn.reference.conv import partner
from cnnviz.nn.types import Array, Params


@dataclass(frozen=True, eq=False)
class Convolved:
    """A convolution of one image with all that it was made of; every number is the layer's own.

    Parameters
    ----------
    x : (C, H, W)
    weight : (F, C / groups, KH, KW)
    bias : (F,), None where there is none
    before, after : (F, OH, OW), the output before and after the activation
    """

    layer: Conv2d
    activation: Layer | None
    grid: Grid
    x: Array
    weight: Array
    bias: Array | None
    before: Array
    after: Array

    def channels(self, filter: int) -> range:
        """Return the input channels that a filter sees: those of its group."""
        F, C = self.weight.shape[:2]
        first = partner(filter, F, self.layer.groups, C)
        return range(first, first + C)


def convolve(layer: Conv2d, params: Params, x: Array, activation: Layer | None = None) -> Convolved:
    """Return what a layer makes of one image x (C, H, W), and an activation of that.

    Raises
    ------
    ShapeError
        If the layer does not fit the image, or the weights do not.
    """
    weight = params["weight"]
    check_features("Conv2d", "channels", weight.shape[1] * layer.groups, len(x))
    y, _ = layer.forward(params, x[None])
    after = y if activation is None else activation.forward({}, y)[0]
    bias = params["bias"] if layer.use_bias else None
    return Convolved(layer, activation, layer.grid(x.shape), x, weight, bias, y[0], after[0])


@dataclass(frozen=True, eq=False)
class Terms:
    """The sum behind one output cell: arrays of shape (C / groups, KH, KW)."""

    values: Array
    weights: Array
    products: Array


def terms(found: Convolved, filter: int, cell: Pair) -> Terms:
    """Return what the window of an output cell (row, column) meets, weight by weight."""
    channels = found.channels(filter)
    padded = pad(found.x[None], found.grid.border)
    view = windows(padded, found.grid)  # (1, C, KH, KW, OH, OW)
    values = view[0, channels.start : channels.stop, :, :, *cell]
    weights = found.weight[filter]
    return Terms(values, weights, values * weights)
