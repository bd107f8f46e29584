"""Code for PyTorch 2."""

from collections.abc import Sequence
from typing import ClassVar

from cnnviz.explain.code.framework import Framework, Line, Written
from cnnviz.explain.code.parts import (
    ONES,
    ZEROS,
    added,
    befores,
    counts_all,
    even,
    options,
    short,
    slices,
    unless,
)
from cnnviz.nn.geometry import Grid, Pads, Shape
from cnnviz.nn.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    GlobalAvgPool2d,
    Layer,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
)

UNEVEN = "Conv2d pads the same on both sides"
CUT = "ConvTranspose2d cuts the same on both sides"
POOLING = "pooling pads the same on both sides, at most half the kernel"
NO_DILATION = "PyTorch's AvgPool2d has no dilation"
NO_COUNT = "PyTorch's own pads the same on both sides, at most half the kernel"


class PyTorch(Framework):
    """PyTorch 2."""

    around: ClassVar[tuple[str, str]] = ("nn.Sequential(", ")")

    def imports(self, kinds: Sequence[str], several: bool) -> list[str]:
        """Return the first lines."""
        return ["import torch", "from torch import nn"]

    def run(self, name: str, shape: Shape) -> list[str]:
        """Return the lines that make x and y; a network works as when it predicts."""
        call = f"{name}.eval()(x)" if name == "network" else f"{name}(x)"
        return [f"x = torch.zeros({(1, *shape)})", f"y = {call}"]

    def write(self, layer: Layer, shape: Shape, number: str) -> Written:
        """Return the layer, with padding of its own where PyTorch's takes no such padding."""
        match layer:
            case Conv2d():
                return _conv(layer, shape)
            case ConvTranspose2d():
                return _transposed(layer, shape)
            case MaxPool2d():
                return _max_pool(layer, layer.grid(shape))
            case AvgPool2d():
                return _avg_pool(layer, layer.grid(shape), number)
            case GlobalAvgPool2d():
                return Written((Line("nn.AdaptiveAvgPool2d(1)"), Line("nn.Flatten()")))
        return Written((Line(_plain(layer, shape)),))


def _plain(layer: Layer, shape: Shape) -> str:
    """Return a layer without a window."""
    match layer:
        case BatchNorm2d(momentum=momentum, eps=eps):
            more = options(eps=unless(eps, 1e-5), momentum=unless(momentum, 0.1))
            return f"nn.BatchNorm2d({shape[0]}{more})"
        case LocalResponseNorm(size=size, alpha=alpha, beta=beta, k=k):
            more = options(alpha=unless(alpha, 1e-4), beta=unless(beta, 0.75), k=unless(k, 1.0))
            return f"nn.LocalResponseNorm({size}{more})"
        case LeakyReLU(negative_slope=slope):
            return f"nn.LeakyReLU({slope})"
        case Linear(out_features=features, use_bias=bias):
            return f"nn.Linear({shape[0]}, {features}{options(bias=unless(bias, True))})"
        case Dropout(rate=rate):
            return f"nn.Dropout({rate})"
    return f"nn.{type(layer).__name__}()"


def _sides(pads: Pads) -> tuple[int, ...]:
    """Return padding as PyTorch's padding layers take it: left, right, top, bottom."""
    return (*pads[1], *pads[0])


def _conv(layer: Conv2d, shape: Shape) -> Written:
    grid = layer.grid(shape)
    named = layer.padding == "same" and grid.stride == ONES
    apart = not named and not even(grid.pads)
    padding = None if apart else "same" if named else short(befores(grid.pads), ZEROS)
    more = options(
        stride=short(grid.stride, ONES),
        padding=padding,
        dilation=short(grid.dilation, ONES),
        groups=unless(layer.groups, 1),
        bias=unless(layer.use_bias, True),
    )
    conv = Line(f"nn.Conv2d({shape[0]}, {layer.out_channels}, {short(grid.kernel)}{more})")
    pad = Line(f"nn.ZeroPad2d({_sides(grid.pads)})", UNEVEN)
    return Written((pad, conv) if apart else (conv,))


def _transposed(layer: ConvTranspose2d, shape: Shape) -> Written:
    grid = layer.grid(shape)
    whole = even(grid.pads)
    more = options(
        stride=short(grid.stride, ONES),
        padding=short(befores(grid.pads), ZEROS) if whole else None,
        output_padding=short((added(grid, 0), added(grid, 1)), ZEROS),
        groups=unless(layer.groups, 1),
        bias=unless(layer.use_bias, True),
        dilation=short(grid.dilation, ONES),
    )
    kernel = short(grid.kernel)
    conv = Line(f"nn.ConvTranspose2d({shape[0]}, {layer.out_channels}, {kernel}{more})")
    cut = Line(f"nn.ZeroPad2d({tuple(-cells for cells in _sides(grid.pads))})", CUT)
    return Written((conv,) if whole else (conv, cut))


def _takes(grid: Grid) -> bool:
    """Whether PyTorch's pooling takes this padding: even, and at most half the kernel."""
    return even(grid.pads) and all(
        before <= kernel // 2
        for before, kernel in zip(befores(grid.pads), grid.kernel, strict=True)
    )


def _pool_options(grid: Grid, ceil_mode: bool) -> str:
    """Return kernel, stride, and padding if PyTorch takes it."""
    native = _takes(grid)
    more = options(
        stride=None if grid.stride == grid.kernel else short(grid.stride),
        padding=short(befores(grid.pads), ZEROS) if native else None,
        dilation=short(grid.dilation, ONES),
        ceil_mode=True if native and ceil_mode else None,
    )
    return f"{short(grid.kernel)}{more}"


def _max_pool(layer: MaxPool2d, grid: Grid) -> Written:
    pool = Line(f"nn.MaxPool2d({_pool_options(grid, layer.ceil_mode)})")
    pad = Line(f'nn.ConstantPad2d({_sides(grid.border)}, float("-inf"))', POOLING)
    return Written((pool,) if _takes(grid) else (pad, pool))


def _avg_pool(layer: AvgPool2d, grid: Grid, number: str) -> Written:
    native = _takes(grid)
    if grid.dilation != ONES or not (native or counts_all(layer, grid)):
        return _mean(layer, grid, number)
    uncounted = options(count_include_pad=unless(layer.count_include_pad, True))
    more = _pool_options(grid, layer.ceil_mode) + (uncounted if native else "")
    pool = Line(f"nn.AvgPool2d({more})")
    pad = Line(f"nn.ZeroPad2d({_sides(grid.border)})", POOLING)
    return Written((pool,) if native else (pad, pool))


def _mean(layer: AvgPool2d, grid: Grid, number: str) -> Written:
    """Return an average of slices, over what counts where that is not the same for all windows."""
    cells, (below, beside) = f"cells{number}", grid.overhang
    count: object = grid.kernel[0] * grid.kernel[1]
    counted = []
    if not counts_all(layer, grid):
        count = f"sum({cells}(counted))"
        counts = 1.0 if layer.count_include_pad else 0.0
        counted = [
            f"        counted = nn.ConstantPad2d({_sides(grid.pads)}, {counts})"
            "(torch.ones_like(x))",
            f"        counted = nn.ZeroPad2d({(0, beside, 0, below)})(counted)",
        ]
    why = NO_COUNT if grid.dilation == ONES else NO_DILATION
    lines = [
        f"class Mean{number}(nn.Module):  # {why}",
        "    def forward(self, x):",
        *counted,
        f"        return sum({cells}(nn.ZeroPad2d({_sides(grid.border)})(x))) / {count}",
    ]
    return Written(
        (Line(f"Mean{number}()"),), (slices(cells, grid, ":, :, ", ""), "\n".join(lines))
    )
