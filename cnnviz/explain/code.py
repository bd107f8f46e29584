"""A layer as code, ready to copy: PyTorch, Keras 3 and cnnviz, each giving the shape shown.

Where a framework has no such layer, the code makes the same numbers from what it has.
"""

from cnnviz.explain.setting import IN_CHANNELS, OUT_CHANNELS, Setting
from cnnviz.nn.geometry import Grid, Pads, Pair
from cnnviz.nn.summary import spec_text

AS_TYPED = str.maketrans("[]'", '()"')  # lists as tuples, and the quotes of other code here


def cnnviz(setting: Setting) -> str:
    """Return the layer in this project's own words."""
    layer = setting.layer()
    shape = (IN_CHANNELS, *setting.size)
    kind = type(layer).__name__
    lines = [
        "import numpy as np",
        f"from cnnviz.nn.layers import {kind}",
        "",
        f"layer = {spec_text(layer).translate(AS_TYPED)}",
        f"x = np.zeros({(1, *shape)}, np.float32)",
        f"params = layer.init({shape}, np.random.default_rng(0))",
        "y, _ = layer.forward(params, x)",
    ]
    return _finished(lines, (1, *layer.output_shape(shape)))


def pytorch(setting: Setting) -> str:
    """Return the layer in PyTorch 2."""
    grid = setting.grid()
    image = f"x = torch.zeros({(1, IN_CHANNELS, *setting.size)})"
    head = ["import torch", "from torch import nn", ""]
    if setting.transposed:
        lines = [*_torch_layers(_torch_transposed(setting, grid)), image, "y = layer(x)"]
    elif not setting.pools:
        lines = [*_torch_layers(_torch_conv(setting, grid)), image, "y = layer(x)"]
    elif setting.kind == "AvgPool2d" and not _torch_averages(setting, grid):
        lines = [image, *_torch_slices(setting, grid)]
    else:
        lines = [*_torch_layers(_torch_pool(setting, grid)), image, "y = layer(x)"]
    return _finished([*head, *lines], _result(setting))


def keras(setting: Setting) -> str:
    """Return the layer in Keras 3, with channels last; a comment where there is none."""
    grid = setting.grid()
    if setting.transposed:
        lines = _keras_transposed(setting, grid)
    elif setting.pools:
        lines = _keras_pool(setting, grid)
    else:
        lines = _keras_conv(setting, grid)
    if not lines:
        return f"# Keras has no such layer: {NO_KERAS}."
    image = f"x = keras.ops.zeros({(1, *setting.size, IN_CHANNELS)})"
    N, C, H, W = _result(setting)
    return _finished(["import keras", "", image, *lines], (N, H, W, C))


NO_KERAS = (
    "its Conv2DTranspose takes no dilation together\n# with a stride, and output_padding must be "
    "below the stride"
)


def _finished(lines: list[str], shape: tuple[int, ...]) -> str:
    return "\n".join([*lines, f"print(tuple(y.shape))  # {shape}"])


def _result(setting: Setting) -> tuple[int, int, int, int]:
    channels = IN_CHANNELS if setting.pools else OUT_CHANNELS
    return (1, channels, *setting.output())


def _options(**values: object) -> str:
    """Return what is not left at its default: `, stride=2, padding=(1, 0)`."""
    texts = {
        name: f'"{value}"' if isinstance(value, str) else value for name, value in values.items()
    }
    return "".join(f", {name}={text}" for name, text in texts.items() if text is not None)


def _short(pair: Pair, default: Pair | None = None) -> int | Pair | None:
    """Return a pair as one writes it, None where it is the default."""
    if pair == default:
        return None
    return pair[0] if pair[0] == pair[1] else pair


ONES, ZEROS = (1, 1), (0, 0)


def _befores(pads: Pads) -> Pair:
    return pads[0][0], pads[1][0]


def _even(pads: Pads) -> bool:
    return all(before == after for before, after in pads)


def _sides(pads: Pads) -> tuple[int, ...]:
    """Return padding as PyTorch's padding layers take it: left, right, top, bottom."""
    return (*pads[1], *pads[0])


def _torch_layers(layers: list[str]) -> list[str]:
    """Return the lines that define the layer, one behind the other where there are two."""
    if len(layers) == 1:
        return [f"layer = {layers[0]}"]
    return ["layer = nn.Sequential(", *(f"    {layer}," for layer in layers), ")"]


def _torch_conv(setting: Setting, grid: Grid) -> list[str]:
    named = setting.words == "same" and setting.stride == ONES
    apart = not named and not _even(grid.pads)
    padding = None if apart else "same" if named else _short(_befores(grid.pads), ZEROS)
    more = _options(
        stride=_short(setting.stride, ONES),
        padding=padding,
        dilation=_short(setting.dilation, ONES),
    )
    layer = f"nn.Conv2d({IN_CHANNELS}, {OUT_CHANNELS}, {_short(setting.kernel)}{more})"
    return [f"nn.ZeroPad2d({_sides(grid.pads)})", layer] if apart else [layer]


def _added(grid: Grid, axis: int) -> int:
    """Return what a transposed convolution adds at the end of its output, before it is cut."""
    covered = (grid.output[axis] - 1) * grid.stride[axis] + grid.extent[axis]
    return grid.padded[axis] - covered


def _torch_transposed(setting: Setting, grid: Grid) -> list[str]:
    even = _even(grid.pads)
    more = _options(
        stride=_short(setting.stride, ONES),
        padding=_short(_befores(grid.pads), ZEROS) if even else None,
        output_padding=_short((_added(grid, 0), _added(grid, 1)), ZEROS),
        dilation=_short(setting.dilation, ONES),
    )
    layer = f"nn.ConvTranspose2d({IN_CHANNELS}, {OUT_CHANNELS}, {_short(setting.kernel)}{more})"
    cut = f"nn.ZeroPad2d({tuple(-cells for cells in _sides(grid.pads))})"
    return [layer] if even else [layer, cut]


def _torch_takes(grid: Grid) -> bool:
    """Whether PyTorch's pooling takes this padding: even, and at most half the kernel."""
    return _even(grid.pads) and all(
        before <= kernel // 2
        for before, kernel in zip(_befores(grid.pads), grid.kernel, strict=True)
    )


def _torch_averages(setting: Setting, grid: Grid) -> bool:
    """Whether PyTorch's AvgPool2d, behind padding if need be, gives this average."""
    return setting.dilation == ONES and (grid.overhang == ZEROS or _torch_takes(grid))


def _torch_pool(setting: Setting, grid: Grid) -> list[str]:
    native = _torch_takes(grid)
    more = _options(
        stride=None if setting.stride == setting.kernel else _short(setting.stride),
        padding=_short(_befores(grid.pads), ZEROS) if native else None,
        dilation=_short(setting.dilation, ONES),
        ceil_mode=True if native and setting.ceil_mode else None,
    )
    layer = f"nn.{setting.kind}({_short(setting.kernel)}{more})"
    if native:
        return [layer]
    if setting.kind == "MaxPool2d":
        return [f'nn.ConstantPad2d({_sides(grid.border)}, float("-inf"))', layer]
    return [f"nn.ZeroPad2d({_sides(grid.border)})", layer]


def _slices(grid: Grid, before: str, after: str) -> list[str]:
    """Return a function with the cells that each place of the kernel meets in all windows."""
    (rows, columns), (down, across) = (
        [(grid.output[axis] - 1) * grid.stride[axis] + 1 for axis in (0, 1)],
        grid.stride,
    )
    places = [f"range(0, {grid.extent[axis]}, {grid.dilation[axis]})" for axis in (0, 1)]
    return [
        "",
        "def cells(a):  # what each place of the kernel meets, for all windows at once",
        f"    return [a[{before}i : i + {rows} : {down}, j : j + {columns} : {across}{after}]",
        f"            for i in {places[0]} for j in {places[1]}]",
        "",
    ]


def _mean(grid: Grid, padded: str, counted: list[str]) -> list[str]:
    """Return the mean over slices, where windows reach beyond the padding over what counts."""
    if grid.overhang == ZEROS:
        return [f"y = sum(cells({padded})) / {grid.kernel[0] * grid.kernel[1]}"]
    return [*counted, f"y = sum(cells({padded})) / sum(cells(counted))"]


def _torch_slices(setting: Setting, grid: Grid) -> list[str]:
    below, beside = grid.overhang
    counted = [
        f"counted = nn.ConstantPad2d({_sides(grid.pads)}, 1.0)(torch.ones_like(x))",
        f"counted = nn.ZeroPad2d({(0, beside, 0, below)})(counted)",
    ]
    return [
        *_slices(grid, ":, :, ", ""),
        *_mean(grid, f"nn.ZeroPad2d({_sides(grid.border)})(x)", counted),
    ]


def _keras_layers(*layers: str) -> list[str]:
    """Return the lines that apply layers one behind the other."""
    if len(layers) == 1:
        return [f"y = keras.layers.{layers[0]}(x)"]
    inside = [f"    keras.layers.{layer}," for layer in layers]
    return ["layer = keras.Sequential([", *inside, "])", "y = layer(x)"]


def _keras_conv(setting: Setting, grid: Grid) -> list[str]:
    thinned = max(setting.stride) > 1 and max(setting.dilation) > 1
    named = setting.words == "same" and not thinned
    more = _options(
        strides=None if thinned else _short(setting.stride, ONES),
        padding="same" if named else None,
        dilation_rate=_short(setting.dilation, ONES),
    )
    layer = f"Conv2D({OUT_CHANNELS}, {_short(setting.kernel)}{more})"
    bare = named or grid.pads == (ZEROS, ZEROS)
    lines = _keras_layers(layer) if bare else _keras_layers(f"ZeroPadding2D({grid.pads})", layer)
    down, across = setting.stride
    thin = [f"y = y[:, ::{down}, ::{across}, :]  # Keras takes no stride with a dilation"]
    return [*lines, *thin] if thinned else lines


def _keras_transposed(setting: Setting, grid: Grid) -> list[str]:
    """Return the lines, none where Keras has no such layer."""
    named = setting.words in ("valid", "same")
    cut, added = [], []
    for axis, (before, after) in enumerate(grid.pads):
        cut.append((before, max(after - _added(grid, axis), 0)))
        added.append(max(_added(grid, axis) - after, 0))
    usual = [max(setting.stride[axis] - grid.extent[axis], 0) for axis in (0, 1)]
    strided = max(setting.stride) > 1
    too_much = any(added[axis] >= setting.stride[axis] for axis in (0, 1) if not named)
    if (strided and max(setting.dilation) > 1) or (too_much and added != usual):
        return []
    more = _options(
        strides=_short(setting.stride, ONES),
        padding=setting.words if setting.words == "same" else None,
        output_padding=None if named or added == usual else (added[0], added[1]),
        dilation_rate=_short(setting.dilation, ONES),
    )
    layer = f"Conv2DTranspose({OUT_CHANNELS}, {_short(setting.kernel)}{more})"
    if named or cut == [ZEROS, ZEROS]:
        return _keras_layers(layer)
    return _keras_layers(layer, f"Cropping2D({tuple(cut)})")


def _keras_pool(setting: Setting, grid: Grid) -> list[str]:
    biggest = setting.kind == "MaxPool2d"
    padded = _keras_pad("x", grid.border, ', constant_values=float("-inf")' if biggest else "")
    if setting.dilation != ONES and biggest:
        whole = f"y = keras.ops.max(keras.ops.stack(cells({padded})), axis=0)"
        return [*_slices(grid, ":, ", ", :"), whole]
    if not biggest and (setting.dilation != ONES or grid.overhang != ZEROS):
        below, beside = grid.overhang
        counted = [
            f"counted = {_keras_pad('keras.ops.ones_like(x)', grid.pads, ', constant_values=1.0')}",
            f"counted = {_keras_pad('counted', ((0, below), (0, beside)))}",
        ]
        return [*_slices(grid, ":, ", ", :"), *_mean(grid, padded, counted)]
    named = setting.words == "same" and biggest
    more = _options(
        strides=None if setting.stride == setting.kernel else _short(setting.stride),
        padding="same" if named else None,
    )
    layer = f"{'MaxPooling2D' if biggest else 'AveragePooling2D'}({_short(setting.kernel)}{more})"
    bare = named or grid.border == (ZEROS, ZEROS)
    return _keras_layers(layer) if bare else [f"x = {padded}", *_keras_layers(layer)]


def _keras_pad(name: str, pads: Pads, more: str = "") -> str:
    """Return an image with padding, channels last."""
    if pads == (ZEROS, ZEROS):
        return name
    return f"keras.ops.pad({name}, ((0, 0), {pads[0]}, {pads[1]}, (0, 0)){more})"
