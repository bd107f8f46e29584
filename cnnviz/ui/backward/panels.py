"""The panels of the Backward page: gradients as pictures and as matrix products."""

from dataclasses import dataclass

import numpy as np

from cnnviz.explain.backward import WayBack
from cnnviz.explain.columns import origins
from cnnviz.nn.im2col import pad
from cnnviz.nn.reference import spread, swap_channels, turn
from cnnviz.nn.types import Array
from cnnviz.ui.components.matrices import Linked, Panel, Product
from cnnviz.ui.lab.names import (
    HINT,
    channel_names,
    entry_names,
    numbered,
    pair_names,
    picture_names,
    side_by_side,
    spots,
)

NO_TAG = -1
FEW, IN_LINE = 4, 8  # pictures of filters that stand as usual, and of more in a line


@dataclass(frozen=True, eq=False)
class Pieces:
    """The panels that several pictures have in common, each cell with a number of its own.

    Input cells come first (C·H·W), then weights (F·K), then outputs (F·P).
    """

    back: WayBack

    @property
    def inputs(self) -> Array:
        """The numbers of the input's cells (C, H, W)."""
        return np.arange(self.back.x.size).reshape(self.back.x.shape)

    @property
    def weights(self) -> Array:
        """The numbers of the weights (F, C, KH, KW)."""
        weight = self.back.weight
        return self.back.x.size + np.arange(weight.size).reshape(weight.shape)

    @property
    def outputs(self) -> Array:
        """The numbers of the outputs (F, OH, OW)."""
        first, output = self.back.x.size + self.back.weight.size, self.back.grad_output
        return first + np.arange(output.size).reshape(output.shape)

    @property
    def filters(self) -> list[str]:
        """The names of the filters."""
        return channel_names(len(self.back.weight), "filter")

    @property
    def places(self) -> list[str]:
        """The names of the entries of a column."""
        return entry_names(len(self.back.x), self.back.grid.kernel)

    @property
    def windows(self) -> list[str]:
        """The names of the windows."""
        return spots("window", self.back.grid.output)

    def kernel(self, title: str, weight: Array, across: int) -> Panel:
        """Return weights, or what belongs to them, as kernels."""
        F, C, KH, KW = weight.shape
        return Panel(
            "kernel",
            title,
            weight.reshape(F * C, KH, KW),
            self.weights.reshape(F * C, KH, KW),
            across=in_line(F, across),
            **picture_names((KH, KW), pair_names(F, C)),
        )

    def gradient(self) -> Panel:
        """Return the output's gradient as a matrix."""
        F, P = len(self.back.weight), self.back.grid.windows
        return Panel(
            "gradient",
            f"Gradient of the output, F × P = {F} × {P}",
            self.back.grad_output.reshape(F, P),
            self.outputs.reshape(F, P),
            rows=self.filters,
            columns=self.windows,
            help="A row is the map of a filter, line by line.",
        )

    def maps(self) -> Panel:
        """Return the output's gradient as maps."""
        return Panel(
            "output",
            "Gradient of the output",
            self.back.grad_output,
            self.outputs,
            across=in_line(len(self.back.weight), side_by_side(self.back.grad_output)),
            help="How much the loss rises with each output.",
            **picture_names(self.back.grid.output, self.filters),
        )


def in_line(filters: int, usual: int) -> int:
    """Return how many pictures of filters stand in a line: not all where there are many."""
    return IN_LINE if filters > FEW else usual


def strongest(array: Array) -> int:
    """Return the place in the flat array of the number that is farthest from zero."""
    return int(np.abs(array).argmax())


def steps(back: WayBack) -> Linked:
    """Return the gradient, spread and padded, and the kernel, turned: what each cell becomes."""
    F, C, KH, KW = back.weight.shape
    pieces, border = Pieces(back), back.full.grid.border
    wide = spread(pieces.outputs[None] + 1, back.grid.stride)  # zeros between are no output
    outside = pad(np.zeros((1, *back.spread.shape), bool), border, 1.0)[0]
    between = "zeros between and around" if back.grid.stride != (1, 1) else "zeros around"
    (top, _), (left, _) = border
    height, width = back.full.grid.bordered
    spaced = Panel(
        "spread",
        f"With {between}",
        pad(back.spread[None], border)[0],
        pad(wide, border)[0] - 1,
        outside,
        pieces.filters,
        numbered("row", height, -top),
        numbered("column", width, -left),
        across=side_by_side(back.spread),
        help="Stride − 1 zeros between neighbors, and window − 1 zeros around.",
    )
    turned = Panel(
        "turned",
        "Turned by 180°",
        back.full.weight.reshape(C * F, KH, KW),
        swap_channels(turn(pieces.weights)).reshape(C * F, KH, KW),
        across=F,
        help="Last row first, last column first; filters and channels change places.",
        **picture_names((KH, KW), pair_names(C, F, ("channel", "filter"))),
    )
    return Linked(
        rows=((pieces.maps(), spaced, pieces.kernel("Kernel", back.weight, C), turned),),
        label="The output's gradient spread and padded, and the kernel turned by 180 degrees",
        hint=HINT,
        start=("output", strongest(back.grad_output)),
    )


def input_product(back: WayBack) -> Linked:
    """Return im2col's way: kernelsᵀ · gradient is the gradient of the columns; col2im adds up."""
    (F, C, _, _), (K, P) = back.weight.shape, back.columns.shape
    pieces, origin = Pieces(back), origins(back.x.shape, back.grid)
    kernels = Panel(
        "kernels",
        f"Kernelsᵀ, K × F = {K} × {F}",
        back.weight.reshape(F, K).T,
        pieces.weights.reshape(F, K).T,
        rows=pieces.places,
        columns=pieces.filters,
    )
    columns = Panel(
        "columns",
        f"Gradient of the columns, K × P = {K} × {P}",
        back.grad_columns,
        origin,
        origin == NO_TAG,
        rows=pieces.places,
        columns=pieces.windows,
        help="Each entry is added to the image cell it is a copy of; those of padding are dropped.",
    )
    image = Panel(
        "input",
        "Gradient of the input: col2im",
        back.grad_input,
        pieces.inputs,
        across=C,
        help="Each cell is the sum of its entries in the gradient of the columns.",
        copies="It stands in the gradient of the columns #, and these entries are summed up.",
        copies_on="columns",
        sums=True,
        **picture_names(back.grid.size, channel_names(C)),
    )
    return Linked(
        rows=(
            (pieces.kernel("Kernel", back.weight, C), pieces.gradient()),
            (kernels, columns),
            (pieces.maps(), image),
        ),
        label="The gradient of the columns as a matrix product, and the gradient of the input",
        hint=HINT,
        product=Product("kernels", "gradient", "columns"),
        start=("input", strongest(back.grad_input)),
    )


def weight_product(back: WayBack) -> Linked:
    """Return the weights' gradient: gradient · columnsᵀ, a sum over positions."""
    (F, C, _, _), (K, P) = back.weight.shape, back.columns.shape
    pieces, origin = Pieces(back), origins(back.x.shape, back.grid).T
    limit = float(np.abs(back.x).max())
    image = Panel(
        "input",
        "Image",
        back.x,
        pieces.inputs,
        across=side_by_side(back.x),
        limit=limit,
        **picture_names(back.grid.size, channel_names(C)),
    )
    columns = Panel(
        "columns",
        f"Columnsᵀ, P × K = {P} × {K}",
        back.columns.T,
        origin,
        origin == NO_TAG,
        rows=pieces.windows,
        columns=pieces.places,
        limit=limit,
    )
    weights = Panel(
        "weights",
        f"Gradient of the kernel, F × K = {F} × {K}",
        back.grad_weight.reshape(F, K),
        pieces.weights.reshape(F, K),
        rows=pieces.filters,
        columns=pieces.places,
        help="Over all positions: what a weight met, times the gradient of the output it gave to.",
    )
    return Linked(
        rows=(
            (image, columns),
            (pieces.gradient(), weights),
            (pieces.maps(), pieces.kernel("The same as a kernel", back.grad_weight, F * C)),
        ),
        label="The gradient of the kernel as a matrix product: a sum over positions",
        hint=HINT,
        product=Product("gradient", "columns", "weights"),
        start=("weights", strongest(back.grad_weight)),
    )
