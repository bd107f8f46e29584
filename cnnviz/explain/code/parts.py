"""Pieces of code that frameworks share: arguments, and windows as slices."""

from cnnviz.nn.geometry import Grid, Pads, Pair
from cnnviz.nn.layers import AvgPool2d

ONES, ZEROS = (1, 1), (0, 0)


def options(**values: object) -> str:
    """Return what is not left at its default: `, stride=2, padding=(1, 0)`."""
    texts = {
        name: f'"{value}"' if isinstance(value, str) else value for name, value in values.items()
    }
    return "".join(f", {name}={text}" for name, text in texts.items() if text is not None)


def unless(value: object, default: object) -> object:
    """Return a value, None where it is the default."""
    return None if value == default else value


def short(pair: Pair, default: Pair | None = None) -> int | Pair | None:
    """Return a pair as one writes it, None where it is the default."""
    if pair == default:
        return None
    return pair[0] if pair[0] == pair[1] else pair


def befores(pads: Pads) -> Pair:
    """Return the padding above and on the left."""
    return pads[0][0], pads[1][0]


def even(pads: Pads) -> bool:
    """Whether padding is the same on both sides of each axis."""
    return all(before == after for before, after in pads)


def added(grid: Grid, axis: int) -> int:
    """Return what a transposed convolution adds at the end of its output, before it is cut."""
    covered = (grid.output[axis] - 1) * grid.stride[axis] + grid.extent[axis]
    return grid.padded[axis] - covered


def slices(name: str, grid: Grid, before: str, after: str) -> str:
    """Return a function with the cells that each place of the kernel meets in all windows."""
    (rows, columns), (down, across) = (
        [(grid.output[axis] - 1) * grid.stride[axis] + 1 for axis in (0, 1)],
        grid.stride,
    )
    places = [f"range(0, {grid.extent[axis]}, {grid.dilation[axis]})" for axis in (0, 1)]
    return "\n".join(
        (
            f"def {name}(a):  # what each place of the kernel meets, for all windows at once",
            f"    return [a[{before}i : i + {rows} : {down}, j : j + {columns} : {across}{after}]",
            f"            for i in {places[0]} for j in {places[1]}]",
        )
    )


def counts_all(layer: AvgPool2d, grid: Grid) -> bool:
    """Whether all windows have the same number of cells that count."""
    return grid.border == (ZEROS, ZEROS) or (layer.count_include_pad and grid.overhang == ZEROS)
