"""A network in numbers, from shapes alone: nothing is allocated, however large it is."""

import math
from dataclasses import dataclass

from cnnviz.nn.geometry import Grid, Pair, Shape, ShapeError, Window
from cnnviz.nn.layers import Layer
from cnnviz.nn.layers.conv import Convolution
from cnnviz.nn.layers.pool import Pool2d
from cnnviz.nn.model import Sequential, naming
from cnnviz.nn.reach import Jump, Reach, all_seen
from cnnviz.nn.spec import to_spec

FLOAT_BYTES = 4


@dataclass(frozen=True)
class LayerSummary:
    """One layer in numbers; bytes are for one image in float32.

    `padded_bytes` is what the input takes with its padding, 0 without padding; `columns` are the
    rows and columns (K, P) of im2col's matrix, None where there is none; `column_bytes` is what
    the engine needs for it, whose rows overlap in memory. `receptive_field` is the most that one
    output sees of the network's input (height, width), its padding included, and `jump` how far
    apart in the input two neighboring outputs look, ½ behind a transposed convolution of stride 2;
    None where that means nothing.
    """

    index: int
    name: str
    spec: str
    input_shape: Shape
    output_shape: Shape
    parameters: int
    parameter_sum: str
    macs: int
    activation_bytes: int
    padded_bytes: int
    columns: Pair | None
    column_bytes: int
    receptive_field: Pair | None
    jump: Jump | None


@dataclass(frozen=True)
class Totals:
    """The sums over all layers; of what is not kept, padding and columns, the largest."""

    parameters: int
    macs: int
    activation_bytes: int
    padded_bytes: int
    column_bytes: int


def spec_text(layer: Layer) -> str:
    """Return the layer as one would write it: Conv2d(out_channels=16, kernel_size=5)."""
    default = layer.__dataclass_fields__
    values = {
        key: value
        for key, value in to_spec(layer).items()
        if key != "type" and getattr(layer, key) != default[key].default
    }
    inside = ", ".join(f"{key}={value!r}" for key, value in values.items())
    return f"{type(layer).__name__}({inside})"


def padded_floats(layer: Layer, shape: Shape) -> int:
    """Return the numbers in one input with its padding, 0 where nothing is added to it.

    Pooling pads; the padding of a convolution is within its columns.
    """
    if not isinstance(layer, Pool2d):
        return 0
    grid = layer.grid(shape)
    return shape[0] * math.prod(grid.bordered) if grid.bordered != grid.size else 0


def columns_size(layer: Layer, shape: Shape) -> Pair | None:
    """Return (K, P) of im2col's matrix for one image, of all groups one below the other."""
    if not isinstance(layer, Convolution):
        return None
    filters = layer.weight_shape(shape[0])
    return layer.groups * math.prod(filters[1:]), layer.grid(shape).windows


def reach_behind(layer: Layer, before: Reach | None) -> Reach | None:
    """Return what one output sees, given what one input sees; None: what all see together."""
    window = layer.window()
    if layer.sees_all or before is None:
        return None
    return before.through(window) if window else before


def summarize_fitting(
    model: Sequential, input_shape: Shape
) -> tuple[list[LayerSummary], ShapeError | None]:
    """Return the summaries of the layers that fit, and the error of the first that does not."""
    rows: list[LayerSummary] = []
    shape = tuple(input_shape)
    image = (shape[1], shape[2]) if len(shape) == 3 else None
    reach = Reach() if image else None
    path: list[tuple[Window, Grid]] = []
    for index, layer in enumerate(model.layers):
        try:
            with naming(index, layer):
                output = layer.output_shape(shape)
        except ShapeError as error:
            return rows, error
        if image and layer.sees_all and reach:
            image = all_seen(path, image)
        reach, window = reach_behind(layer, reach), layer.window()
        if window:
            path.append((window, window.place((shape[1], shape[2]), type(layer).__name__)))
        rows.append(_row(index, layer, shape, output, reach, image))
        shape = output
    return rows, None


def _row(
    index: int, layer: Layer, shape: Shape, output: Shape, reach: Reach | None, whole: Pair | None
) -> LayerSummary:
    """Return the summary of one layer that fits."""
    parameters = layer.parameter_shapes(shape)
    return LayerSummary(
        index=index,
        name=type(layer).__name__,
        spec=spec_text(layer),
        input_shape=shape,
        output_shape=output,
        parameters=sum(map(math.prod, parameters.values())),
        parameter_sum=" + ".join(" × ".join(map(str, size)) for size in parameters.values()),
        macs=layer.macs(shape),
        activation_bytes=FLOAT_BYTES * math.prod(output),
        padded_bytes=FLOAT_BYTES * padded_floats(layer, shape),
        columns=columns_size(layer, shape),
        column_bytes=FLOAT_BYTES * layer.scratch_floats(shape),
        receptive_field=reach.receptive_field if reach else whole,
        jump=reach.jump if reach else None,
    )


def summarize(model: Sequential, input_shape: Shape) -> list[LayerSummary]:
    """Return the summary of each layer.

    Raises
    ------
    ShapeError
        If a layer does not fit.
    """
    rows, error = summarize_fitting(model, input_shape)
    if error:
        raise error
    return rows


def totals(rows: list[LayerSummary]) -> Totals:
    """Return the sums over the layers."""
    return Totals(
        parameters=sum(row.parameters for row in rows),
        macs=sum(row.macs for row in rows),
        activation_bytes=sum(row.activation_bytes for row in rows),
        padded_bytes=max((row.padded_bytes for row in rows), default=0),
        column_bytes=max((row.column_bytes for row in rows), default=0),
    )
