"""A transposed convolution for Keras 3, which has it for some settings only."""

from cnnviz.explain.code.framework import Line, Written
from cnnviz.explain.code.parts import ONES, ZEROS, added, options, short, unless
from cnnviz.nn.geometry import Grid, Pads, Pair, Shape
from cnnviz.nn.layers import ConvTranspose2d

PAD = 'Keras knows "valid" and "same" only'
BY_HAND = (
    "a convolution with its kernel turned: Keras's Conv2DTranspose takes no groups,\n"
    "# no dilation together with a stride, and no output_padding of the stride or more"
)


def transposed(layer: ConvTranspose2d, shape: Shape, number: str) -> Written:
    """Return Conv2DTranspose, cropped if need be, or where it cannot, what it comes to."""
    grid = layer.grid(shape)
    named = layer.padding in ("valid", "same")
    cut, more = [], []
    for axis, (before, after) in enumerate(grid.pads):
        cut.append((before, max(after - added(grid, axis), 0)))
        more.append(max(added(grid, axis) - after, 0))
    usual = [max(grid.stride[axis] - grid.extent[axis], 0) for axis in (0, 1)]
    too_much = any(more[axis] >= grid.stride[axis] for axis in (0, 1) if not named)
    dilated = max(grid.stride) > 1 and max(grid.dilation) > 1
    if dilated or layer.groups > 1 or (too_much and more != usual):
        return _by_hand(layer, shape, grid, number)
    arguments = options(
        strides=short(grid.stride, ONES),
        padding="same" if layer.padding == "same" else None,
        output_padding=None if named or more == usual else (more[0], more[1]),
        dilation_rate=short(grid.dilation, ONES),
        use_bias=unless(layer.use_bias, True),
    )
    kernel = short(grid.kernel)
    conv = Line(f"keras.layers.Conv2DTranspose({layer.out_channels}, {kernel}{arguments})")
    if named or cut == [ZEROS, ZEROS]:
        return Written((conv,))
    return Written((conv, Line(f"keras.layers.Cropping2D({tuple(cut)})", PAD)))


def _by_hand(layer: ConvTranspose2d, shape: Shape, grid: Grid, number: str) -> Written:
    """Return zeros between the neighbors, then a convolution."""
    (C, H, W), (SH, SW) = shape, grid.stride
    more = options(
        dilation_rate=short(grid.dilation, ONES),
        groups=unless(layer.groups, 1),
        use_bias=unless(layer.use_bias, True),
    )
    lines = [Line(f"keras.layers.Conv2D({layer.out_channels}, {short(grid.kernel)}{more})")]
    pads, crops = _around(grid, (H * SH, W * SW))
    for kind, cells in (("Cropping2D", crops), ("ZeroPadding2D", pads)):
        if cells != (ZEROS, ZEROS):
            lines.insert(0, Line(f"keras.layers.{kind}({cells})"))
    if grid.stride == ONES:
        which = f"Layer {number}: " if number else ""
        return Written(tuple(lines), (f"# {which}{BY_HAND}",))
    spread = (
        f"# {BY_HAND}",
        f"def spread{number}(x):  # zeros between neighbors",
        f"    x = keras.ops.reshape(x, {(-1, H, 1, W, 1, C)})",
        f"    x = keras.ops.pad(x, {(ZEROS, ZEROS, (0, SH - 1), ZEROS, (0, SW - 1), ZEROS)})",
        f"    return keras.ops.reshape(x, {(-1, H * SH, W * SW, C)})",
    )
    lines.insert(0, Line(f"keras.layers.Lambda(spread{number})"))
    return Written(tuple(lines), ("\n".join(spread),))


def _around(grid: Grid, size: Pair) -> tuple[Pads, Pads]:
    """Return what is put around an input with zeros between neighbors, and what is cut away."""
    sides = []
    for axis in (0, 1):
        before = grid.extent[axis] - 1 - grid.pads[axis][0]
        after = grid.size[axis] + grid.extent[axis] - 1 - size[axis] - before
        sides.append((before, after))
    top_bottom, left_right = ([(max(n, 0), max(-n, 0)) for n in axis] for axis in sides)
    pads = (top_bottom[0][0], top_bottom[1][0]), (left_right[0][0], left_right[1][0])
    crops = (top_bottom[0][1], top_bottom[1][1]), (left_right[0][1], left_right[1][1])
    return pads, crops
