"""Code for Keras 3, with channels last."""

from collections.abc import Sequence
from typing import ClassVar

from cnnviz.explain.code.framework import Framework, Line, Written
from cnnviz.explain.code.keras_transposed import PAD, transposed
from cnnviz.explain.code.parts import ONES, ZEROS, counts_all, options, short, slices, unless
from cnnviz.nn.geometry import Grid, Pads, Shape
from cnnviz.nn.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Layer,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
)

THIN = "the stride, which Conv2D takes with no dilation"
NO_ZEROS = f"{PAD}, and zeros could win"
NO_DILATION = "Keras's pooling has no dilation"
NO_COUNT = "Keras's AveragePooling2D never counts padding, and knows no ceil_mode"
UNCOUNTED = "AveragePooling2D never counts its own padding"
NO_NORM = "Keras has no local response normalization"
LAST = "channels last: another order than cnnviz's"


class Keras(Framework):
    """Keras 3."""

    around: ClassVar[tuple[str, str]] = ("keras.Sequential([", "])")

    def imports(self, kinds: Sequence[str], several: bool) -> list[str]:
        """Return the first line."""
        return ["import keras"]

    def begin(self, shape: Shape) -> list[str]:
        """Return the input's shape."""
        return [f"    keras.Input({self.seen(shape)}),  # height × width × channels"]

    def seen(self, shape: Shape) -> Shape:
        """Return a shape with channels last."""
        return (*shape[1:], shape[0])

    def run(self, name: str, shape: Shape) -> list[str]:
        """Return the lines that make x and y."""
        return [f"x = keras.ops.zeros({(1, *self.seen(shape))})", f"y = {name}(x)"]

    def write(self, layer: Layer, shape: Shape, number: str) -> Written:
        """Return the layer, made of others where Keras has none."""
        match layer:
            case Conv2d():
                return _conv(layer, layer.grid(shape))
            case ConvTranspose2d():
                return transposed(layer, shape, number)
            case MaxPool2d():
                return _max_pool(layer, layer.grid(shape), number)
            case AvgPool2d():
                return _avg_pool(layer, layer.grid(shape), number)
            case LocalResponseNorm():
                return _response_norm(layer, shape[0], number)
            case Flatten():
                return Written((Line("keras.layers.Flatten()", LAST * _reordered(shape)),))
        return Written((Line(f"keras.layers.{_plain(layer)}"),))


def _reordered(shape: Shape) -> bool:
    """Whether the cells of maps come in another order with their channels last."""
    return len(shape) == 3 and shape[0] > 1 and shape[1] * shape[2] > 1


def _plain(layer: Layer) -> str:
    """Return a layer without a window."""
    match layer:
        case GlobalAvgPool2d():
            return "GlobalAveragePooling2D()"
        case BatchNorm2d(momentum=momentum, eps=eps):
            return f"BatchNormalization(momentum={round(1 - momentum, 12)}, epsilon={eps})"
        case ReLU() | Sigmoid() | Tanh():
            return f'Activation("{type(layer).__name__.lower()}")'
        case LeakyReLU(negative_slope=slope):
            return f"LeakyReLU(negative_slope={slope})"
        case Linear(out_features=features, use_bias=bias):
            return f"Dense({features}{options(use_bias=unless(bias, True))})"
        case Dropout(rate=rate):
            return f"Dropout({rate})"
    return f"{type(layer).__name__}()"


def _conv(layer: Conv2d, grid: Grid) -> Written:
    thinned = max(grid.stride) > 1 and max(grid.dilation) > 1
    named = layer.padding == "same" and not thinned
    more = options(
        strides=None if thinned else short(grid.stride, ONES),
        padding="same" if named else None,
        dilation_rate=short(grid.dilation, ONES),
        groups=unless(layer.groups, 1),
        use_bias=unless(layer.use_bias, True),
    )
    lines = [Line(f"keras.layers.Conv2D({layer.out_channels}, {short(grid.kernel)}{more})")]
    if not named and grid.pads != (ZEROS, ZEROS):
        lines.insert(0, Line(f"keras.layers.ZeroPadding2D({grid.pads})", PAD))
    if thinned:
        down, across = grid.stride
        lines.append(Line(f"keras.layers.Lambda(lambda x: x[:, ::{down}, ::{across}, :])", THIN))
    return Written(tuple(lines))


def _pool(kind: str, grid: Grid, named: bool) -> Line:
    more = options(
        strides=None if grid.stride == grid.kernel else short(grid.stride),
        padding="same" if named else None,
    )
    return Line(f"keras.layers.{kind}Pooling2D({short(grid.kernel)}{more})")


def _max_pool(layer: MaxPool2d, grid: Grid, number: str) -> Written:
    padded = _padded("x", grid.border, 'float("-inf")')
    if grid.dilation != ONES:
        whole = f"keras.ops.max(keras.ops.stack(cells{number}({padded})), axis=0)"
        return _by_slices(f"biggest{number}", number, grid, NO_DILATION, [f"    return {whole}"])
    pool = _pool("Max", grid, layer.padding == "same")
    if layer.padding == "same" or grid.border == (ZEROS, ZEROS):
        return Written((pool,))
    pad = f"def pad{number}(x):  # {NO_ZEROS}\n    return {padded}"
    return Written((Line(f"keras.layers.Lambda(pad{number})"), pool), (pad,))


def _avg_pool(layer: AvgPool2d, grid: Grid, number: str) -> Written:
    named = layer.padding == "same" and not layer.count_include_pad
    if grid.dilation != ONES or not (named or counts_all(layer, grid)):
        return _mean(layer, grid, number)
    pool = _pool("Average", grid, named)
    if named or grid.border == (ZEROS, ZEROS):
        return Written((pool,))
    why = PAD if layer.padding != "same" else UNCOUNTED
    return Written((Line(f"keras.layers.ZeroPadding2D({grid.border})", why), pool))


def _mean(layer: AvgPool2d, grid: Grid, number: str) -> Written:
    """Return an average of slices, over what counts where that is not the same for all windows."""
    cells, (below, beside) = f"cells{number}", grid.overhang
    count: object = grid.kernel[0] * grid.kernel[1]
    counted = []
    if not counts_all(layer, grid):
        count = f"sum({cells}(counted))"
        ones = _padded("keras.ops.ones_like(x)", grid.pads, f"{float(layer.count_include_pad)}")
        around = _padded("counted", ((0, below), (0, beside)))
        counted = [f"    counted = {ones}"]
        counted += [f"    counted = {around}"] if around != "counted" else []
    why = NO_COUNT if grid.dilation == ONES else NO_DILATION
    whole = f"    return sum({cells}({_padded('x', grid.border)})) / {count}"
    return _by_slices(f"mean{number}", number, grid, why, [*counted, whole])


def _by_slices(name: str, number: str, grid: Grid, why: str, body: list[str]) -> Written:
    function = "\n".join([f"def {name}(x):  # {why}", *body])
    cells = slices(f"cells{number}", grid, ":, ", ", :")
    return Written((Line(f"keras.layers.Lambda({name})"),), (cells, function))


def _padded(name: str, pads: Pads, value: str = "0.0") -> str:
    """Return an image with padding, channels last."""
    if pads == (ZEROS, ZEROS):
        return name
    more = "" if value == "0.0" else f", constant_values={value}"
    return f"keras.ops.pad({name}, ((0, 0), {pads[0]}, {pads[1]}, (0, 0)){more})"


def _response_norm(layer: LocalResponseNorm, channels: int, number: str) -> Written:
    before, after = layer.size // 2, (layer.size - 1) // 2
    lines = [
        f"def response{number}(x):  # {NO_NORM}",
        f"    squares = keras.ops.pad(x * x, ((0, 0), (0, 0), (0, 0), {(before, after)}))",
        f"    sums = sum(squares[..., i : i + {channels}] for i in range({layer.size}))",
        f"    return x / ({layer.k} + {layer.alpha} / {layer.size} * sums) ** {layer.beta}",
    ]
    return Written((Line(f"keras.layers.Lambda(response{number})"),), ("\n".join(lines),))
