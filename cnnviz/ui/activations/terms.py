"""How a number was made, in Markdown: for every kind of layer what it did, with its numbers."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cnnviz.explain.making import (
    Pooled,
    Unit,
    Weighted,
    among_neighbors,
    normalized,
    pooled,
    weighted,
)
from cnnviz.explain.sums import printed_sum
from cnnviz.nn.geometry import Shape
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
from cnnviz.nn.model import LayerTrace
from cnnviz.nn.types import Params
from cnnviz.ui.activations.words import brief, unit_words
from cnnviz.ui.words import compact, count_of, signed

MOST_TERMS = 8
Explain = Callable[[LayerTrace, Params, Unit, Shape | None], str]
NO_SUM = "A number in it is infinite or none at all (NaN): nothing can be added up."


def number(value: float) -> str:
    """Return a number with as many digits as float32 has."""
    return signed(value, 8).replace("inf", "∞") if value == value else "not a number"


def made_of(step: LayerTrace, params: Params, unit: Unit, maps: Shape | None) -> str:
    """Return how a unit of a layer was made, as Markdown.

    Parameters
    ----------
    maps : (C, H, W), optional
        Of the maps that the layer's input vector is, where it is one.
    """
    explain = _EXPLAIN.get(type(step.layer))
    if explain is None:
        return f"= **{number(float(step.output[(0, *unit)]))}**"
    return explain(step, params, unit, maps)


def activated(layer: Layer, x: float, y: float) -> str:
    """Return what an activation made of one number."""
    form = _FUNCTIONS[type(layer)](layer, x)
    return f"{type(layer).__name__}: {form} = **{number(y)}**"


def place_words(place: tuple[int, ...], maps: Shape | None) -> str:
    """Return the place of an input: that in the maps it comes from, where it comes from maps."""
    if len(place) == 1 and maps is not None:
        place = tuple(int(i) for i in np.unravel_index(place[0], maps))
    return unit_words(place)


def _sum(step: LayerTrace, params: Params, unit: Unit, maps: Shape | None) -> str:
    found = weighted(step, params, unit)
    return weighted_table(found, maps)


def weighted_table(found: Weighted, maps: Shape | None) -> str:
    """Return the largest products, what the others are together, the bias, and the total."""
    n = len(found.products)
    shown, rest = min(n, MOST_TERMS), n - min(n, MOST_TERMS)
    terms = [float(p) for p in found.products[:shown]]
    if rest:
        terms.append(float(found.products[shown:].sum()))
    if found.bias is not None:
        terms.append(found.bias)
    sums = printed_sum(terms or [0.0], found.total)
    if sums is None:
        return f"{NO_SUM} The engine gives **{number(found.total)}**."
    lines = ["| input | value | × weight | = product |", "|:--|--:|--:|--:|"]
    for i in range(shown):
        place = place_words(tuple(map(int, found.places[i])), maps)
        value, weight = (brief(float(array[i])) for array in (found.values, found.weights))
        lines.append(f"| {place} | {value} | {weight} | {sums.texts[i]} |")
    if rest:
        zeros = rest - int(np.count_nonzero(found.products[shown:]))
        others = f"{count_of(rest, 'other')}{f', {zeros:,} of them 0' if zeros else ''}"
        lines.append(f"| {others} | | | {sums.texts[shown]} |")
    if found.bias is not None:
        lines.append(f"| bias | | | {sums.texts[-1]} |")
    lines.append(f"| **together** | | | **{sums.result}** |")
    head = f"{count_of(n, 'product')}, the largest first; what is printed adds up.\n\n"
    return head + "\n".join(lines)


def _maximum(step: LayerTrace, params: Params, unit: Unit, maps: Shape | None) -> str:
    found = pooled(step, unit)
    row, column = found.winner or (0, 0)
    at = f"row {found.rows[row]}, column {found.columns[column]}"
    words = f"The largest of this window, at {at} of map {unit[0]}: **{number(found.total)}**"
    return f"{window_table(found)}\n\n{words}"


def window_table(found: Pooled) -> str:
    """Return a pooling's window as a table; the maximum in bold, padding as a dot."""
    lines = [
        "| | " + " | ".join(f"column {c}" for c in found.columns) + " |",
        "|:--|" + "--:|" * len(found.columns),
    ]
    for i, row in enumerate(found.rows):
        cells = []
        for j in range(len(found.columns)):
            text = "padding" if found.outside[i, j] else brief(float(found.values[i, j]))
            cells.append(f"**{text}**" if found.winner == (i, j) else text)
        lines.append(f"| row {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _mean(step: LayerTrace, params: Params, unit: Unit, maps: Shape | None) -> str:
    found = pooled(step, unit)
    values = [float(v) for v in found.values[~found.outside]]
    total = found.total * found.count
    sums = printed_sum(values or [0.0], total)
    if sums is None:
        return f"{window_table(found)}\n\n{NO_SUM}"
    terms = " + ".join(map(bracketed, sums.texts))
    words = (
        f"The mean of {count_of(found.count, 'cell')}: ({terms}) ÷ {found.count} = {sums.result} ÷ "
        f"{found.count} = **{number(found.total)}**"
    )
    return f"{window_table(found)}\n\n{words}"


def _mean_of_map(step: LayerTrace, params: Params, unit: Unit, maps: Shape | None) -> str:
    one = step.input[0, unit[0]]
    total = float(one.sum(dtype=np.float64))
    return (
        f"The mean of all {one.size:,} cells of map {unit[0]}: {brief(total)} ÷ {one.size:,} = "
        f"**{number(float(step.output[(0, *unit)]))}**"
    )


def _normalized(step: LayerTrace, params: Params, unit: Unit, maps: Shape | None) -> str:
    one = normalized(step, params, unit)
    sums = printed_sum([one.scaled, one.bias], one.total)
    if sums is None:
        return NO_SUM
    root = f"√({brief(one.var)} + {compact(one.eps)})"
    x, mean, weight, shift = (bracketed(brief(n)) for n in (one.x, one.mean, one.weight, one.bias))
    scaled, bias = sums.texts
    return (
        f"Minus the channel's running mean, over its running deviation, times weight, plus bias:"
        f"\n\n({x} − {mean}) ÷ {root} × {weight} + {shift} = {scaled} + {bracketed(bias)} = "
        f"**{sums.result}**"
    )


def _neighbors(step: LayerTrace, params: Params, unit: Unit, maps: Shape | None) -> str:
    one, layer = among_neighbors(step, unit), step.layer
    if not isinstance(layer, LocalResponseNorm):
        return ""
    squares = " + ".join(f"{bracketed(brief(float(v)))}²" for v in one.neighbors)
    last = one.first + len(one.neighbors) - 1
    return (
        f"Divided by what maps {one.first} to {last} hold at this place:\n\n"
        f"{compact(layer.k)} + {compact(layer.alpha)} ÷ {layer.size} × ({squares}) = "
        f"{number(one.base)}\n\n{number(one.x)} ÷ {number(one.base)}^{compact(layer.beta)} = "
        f"**{number(one.total)}**"
    )


def _activation(step: LayerTrace, params: Params, unit: Unit, maps: Shape | None) -> str:
    x, y = (float(array[(0, *unit)]) for array in (step.input, step.output))
    return f"A function of the one number that came in.\n\n{activated(step.layer, x, y)}"


def _unchanged(step: LayerTrace, params: Params, unit: Unit, maps: Shape | None) -> str:
    rate = getattr(step.layer, "rate", 0.0)
    return (
        f"Dropout is off outside training (there it drops {compact(100 * rate)} % of the numbers): "
        f"the number passes as it is, **{number(float(step.output[(0, *unit)]))}**."
    )


def _moved(step: LayerTrace, params: Params, unit: Unit, maps: Shape | None) -> str:
    sizes = step.input.shape[1:]
    place = tuple(int(i) for i in np.unravel_index(unit[0], sizes))
    return (
        f"Only its place changes: {unit_words(place)} of the maps becomes unit {unit[0]}, "
        f"**{number(float(step.output[(0, *unit)]))}**."
    )


def bracketed(text: str) -> str:
    """Return a printed number, a negative one in brackets."""
    return f"({text})" if text.startswith("−") else text


_FUNCTIONS: Mapping[type[Layer], Callable[[Any, float], str]] = {
    ReLU: lambda _, x: f"max({number(x)}, 0)",
    LeakyReLU: lambda layer, x: (
        f"max({number(x)}, {compact(layer.negative_slope)} × {bracketed(number(x))})"
    ),
    Sigmoid: lambda _, x: f"1 ÷ (1 + exp(−{bracketed(number(x))}))",
    Tanh: lambda _, x: f"tanh({number(x)})",
}
_EXPLAIN: Mapping[type[Layer], Explain] = {
    Conv2d: _sum,
    ConvTranspose2d: _sum,
    Linear: _sum,
    MaxPool2d: _maximum,
    AvgPool2d: _mean,
    GlobalAvgPool2d: _mean_of_map,
    BatchNorm2d: _normalized,
    LocalResponseNorm: _neighbors,
    ReLU: _activation,
    LeakyReLU: _activation,
    Sigmoid: _activation,
    Tanh: _activation,
    Dropout: _unchanged,
    Flatten: _moved,
}
