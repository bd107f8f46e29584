"""The output size of a layer, step by step, with the numbers put in.

Notation: I input, K kernel, S stride, D dilation, E the cells that the kernel spans, P padding,
O output, A cells added to a transposed convolution's output. The rules are those of
`cnnviz.nn.geometry`, each result is taken from there; VALID and SAME are written as in
TensorFlow's derivation (tf.nn, "Notes on padding").
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cnnviz.explain.cone import cells_met
from cnnviz.explain.setting import Setting
from cnnviz.nn.geometry import Grid

SIDES = (("top", "bottom"), ("left", "right"))
LETTERS = "hw"
CELLS = (("row", "rows"), ("column", "columns"))
CONVENTIONS = {
    "valid": "VALID: no padding, a window stands only where all of it lies on the image.",
    "same": "SAME: input ÷ stride outputs, rounded up, and as much padding as that takes; an odd "
    "cell goes to the bottom and to the right.",
    "same_lower": "SAME_LOWER: as SAME, but an odd cell goes to the top and to the left.",
    "full": "FULL: every overlap of kernel and image, so kernel − 1 cells of padding on each side.",
    None: "Padding in numbers, on each side as many cells as are given.",
}
TRANSPOSED = {
    "valid": "VALID: nothing is cut away, and there are at least input × stride outputs.",
    "same": "SAME: input × stride outputs; what is too much is cut away, an odd cell at the bottom "
    "and at the right.",
    "same_lower": "SAME_LOWER: as SAME, but an odd cell is cut away at the top and at the left.",
    "full": "FULL: kernel − 1 cells are cut away on each side.",
    None: "Padding in numbers cuts away as many cells on each side; output padding adds cells at "
    "the end.",
}


@dataclass(frozen=True)
class Step:
    """One line of the calculation along one axis.

    Parameters
    ----------
    name : str
        What is calculated.
    symbols, numbers : str
        How, in letters and with the numbers put in.
    result : int
    """

    name: str
    symbols: str
    numbers: str
    result: int


def convention(setting: Setting) -> str:
    """Return in words by which rule the padding is found."""
    if setting.words == "valid" and setting.ceil_mode:
        return (
            "VALID with ceil_mode: no padding, and one window more where cells are left over; "
            "what it sees beyond the image does not count."
        )
    return (TRANSPOSED if setting.transposed else CONVENTIONS)[setting.words]


def steps(setting: Setting, axis: int) -> list[Step]:
    """Return the calculation along an axis; raises ValueError where the setting is impossible."""
    grid = setting.grid()
    walk = _transposed if setting.transposed else _sliding
    return [_window(setting, grid, axis), *walk(setting, grid, axis)]


def _window(setting: Setting, grid: Grid, axis: int) -> Step:
    kernel, dilation = setting.kernel[axis], setting.dilation[axis]
    numbers = f"({kernel} − 1) × {dilation} + 1"
    return Step("Window E", "(K − 1) × D + 1", numbers, grid.extent[axis])


def _sliding(setting: Setting, grid: Grid, axis: int) -> Iterator[Step]:
    n, e, s, o = grid.size[axis], grid.extent[axis], grid.stride[axis], grid.output[axis]
    before, after = grid.pads[axis]
    if setting.words in ("same", "same_lower"):
        yield Step("Output O", "⌈I / S⌉", f"⌈{n} / {s}⌉", o)
        total = before + after
        name = f"Padding P_{LETTERS[axis]}"
        numbers = f"max(({o} − 1) × {s} + {e} − {n}, 0)"
        yield Step(name, "max((O − 1) × S + E − I, 0)", numbers, total)
        over, less = ("I mod S", f"{n} mod {s}") if n % s else ("S", f"{s}")
        yield Step(f"{name}, as in tf.nn", f"max(E − {over}, 0)", f"max({e} − {less}, 0)", total)
        yield from _halves(setting.words, axis, before, after)
    elif setting.words == "valid" and not setting.ceil_mode:
        yield Step("Output O", "⌈(I − E + 1) / S⌉", f"⌈({n} − {e} + 1) / {s}⌉", o)
    else:
        if setting.words == "full":
            for side, cells in zip(SIDES[axis], (before, after), strict=True):
                yield Step(f"Padding {side}", "E − 1", f"{e} − 1", cells)
        yield from _counted(setting, grid, axis)
    yield _end(grid, axis)


def _halves(word: str, axis: int, first: int, second: int) -> Iterator[Step]:
    """Yield how the padding of "same" is divided: the smaller half comes first, or last."""
    total, names = first + second, [f"Padding {side}" for side in SIDES[axis]]
    p = f"P_{LETTERS[axis]}"
    less, more = (f"⌊{p} / 2⌋", f"⌊{total} / 2⌋"), (f"{p} − ⌊{p} / 2⌋", f"{total} − ⌊{total} / 2⌋")
    pair = (less, more) if word == "same" else (more, less)
    for name, how, cells in zip(names, pair, (first, second), strict=True):
        yield Step(name, *how, cells)


def _counted(setting: Setting, grid: Grid, axis: int) -> Iterator[Step]:
    """Yield how many windows there are, given the padding."""
    n, e, s, o = grid.size[axis], grid.extent[axis], grid.stride[axis], grid.output[axis]
    before, after = grid.pads[axis]
    first, last = (f"P_{side}" for side in SIDES[axis])
    letters, room = f"I + {first} + {last} − E", f"{n} + {before} + {after} − {e}"
    if not setting.ceil_mode:
        yield Step("Output O", f"⌊({letters}) / S⌋ + 1", f"⌊({room}) / {s}⌋ + 1", o)
        return
    rounded = -(-(n + before + after - e) // s) + 1
    name = "Output O" if o == rounded else "Rounded up"
    yield Step(name, f"⌈({letters}) / S⌉ + 1", f"⌈({room}) / {s}⌉ + 1", rounded)
    if o != rounded:
        yield Step(
            f"Output O: the last would start behind the image, ({rounded} − 1) × {s} ≥ "
            f"{n} + {before}",
            "rounded up − 1",
            f"{rounded} − 1",
            o,
        )


def _end(grid: Grid, axis: int) -> Step:
    """Return what is left over behind the last window, negative where it reaches too far."""
    rest = grid.dropped[axis] - grid.overhang[axis]
    first, last = (f"P_{side}" for side in SIDES[axis])
    before, after = grid.pads[axis]
    letters = f"I + {first} + {last} − ((O − 1) × S + E)"
    end = f"(({grid.output[axis]} − 1) × {grid.stride[axis]} + {grid.extent[axis]})"
    return Step("Left over", letters, f"{grid.size[axis]} + {before} + {after} − {end}", rest)


def _transposed(setting: Setting, grid: Grid, axis: int) -> Iterator[Step]:
    n, o = grid.output[axis], grid.size[axis]
    e, s = grid.extent[axis], grid.stride[axis]
    before, after = grid.pads[axis]
    covered = f"({n} − 1) × {s} + {e}"
    if setting.words in ("same", "same_lower"):
        yield Step("Output O", "I × S", f"{n} × {s}", o)
        numbers = f"max({covered} − {o}, 0)"
        yield Step(
            f"Cut away P_{LETTERS[axis]}", "max((I − 1) × S + E − O, 0)", numbers, before + after
        )
        yield from _halves(setting.words, axis, before, after)
        return
    added = o - ((n - 1) * s + e - before - after)
    first, last = (f"P_{side}" for side in SIDES[axis])
    if setting.words == "valid":
        yield Step("Added A", "max(S − E, 0)", f"max({s} − {e}, 0)", added)
    if setting.words == "full":
        for side, cells in zip(SIDES[axis], (before, after), strict=True):
            yield Step(f"Padding {side}", "E − 1", f"{e} − 1", cells)
    letters = f"(I − 1) × S + E − {first} − {last} + A"
    yield Step("Output O", letters, f"{covered} − {before} − {after} + {added}", o)


def unseen(grid: Grid, axis: int) -> list[int]:
    """Return the cells of the image along an axis that no window sees."""
    seen = {cell for cells in cells_met(grid, axis) for cell in cells}
    return [cell for cell in range(grid.size[axis]) if cell not in seen]


def remarks(setting: Setting) -> list[str]:
    """Return in sentences what the floor drops and what no window sees; none if nothing is lost."""
    grid = setting.grid()
    said = [_remark(grid, axis, setting.transposed) for axis in (0, 1)]
    return [sentence for sentences in said for sentence in sentences]


def _remark(grid: Grid, axis: int, transposed: bool) -> Iterator[str]:
    dropped, overhang = grid.dropped[axis], grid.overhang[axis]
    end, missed = SIDES[axis][1], unseen(grid, axis)
    if transposed:
        if missed:
            yield (
                f"{_cells(axis, len(missed))} of the output {_are(missed)} met by no kernel cell "
                f"and {'has' if len(missed) == 1 else 'have'} the bias alone."
            )
        return
    if dropped:
        padding = min(dropped, grid.pads[axis][1])
        of = " of padding" if padding == dropped else ""
        both = f", {padding} of padding and {dropped - padding} of the image" if padding else ""
        verb = "is" if dropped == 1 else "are"
        yield f"{_cells(axis, dropped)}{of} at the {end} {verb} never seen{'' if of else both}."
    if overhang:
        yield (
            f"The last window reaches {_cells(axis, overhang)} beyond the {end}: ceil_mode keeps "
            f"it, and what it sees there does not count."
        )
    between = [cell for cell in missed if cell < grid.size[axis] - _lost(grid, axis)]
    if between:
        yield (
            f"{_cells(axis, len(between))} {_are(between)} never seen between others: stride "
            f"{grid.stride[axis]} with a window of {grid.extent[axis]} and dilation "
            f"{grid.dilation[axis]} leaves gaps."
        )


def _lost(grid: Grid, axis: int) -> int:
    """Return the cells of the image, not of its padding, that lie behind the last window."""
    return max(grid.dropped[axis] - grid.pads[axis][1], 0)


def _cells(axis: int, count: int) -> str:
    one, many = CELLS[axis]
    return f"{count} {one if count == 1 else many}"


def _are(cells: list[int]) -> str:
    return "is" if len(cells) == 1 else "are"
