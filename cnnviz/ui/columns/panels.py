"""The panels of the im2col page: image, columns, kernels and product, each cell with its tag."""

import numpy as np

from cnnviz.explain.columns import Unfolded, WayBack
from cnnviz.nn.types import Array
from cnnviz.ui.components.matrices import Linked, Panel, Product
from cnnviz.ui.lab.names import (
    HINT,
    WIDE,
    channel_names,
    numbered,
    pair_names,
    picture_names,
    side_by_side,
    spots,
)
from cnnviz.ui.words import shape


def matrix_product(unfolded: Unfolded) -> Linked:
    """Return image, columns, kernels and product, linked."""
    image, columns, kernels, product, weights, maps = _panels(unfolded)
    return Linked(
        rows=((image, columns), (kernels, product), (weights, maps)),
        label="A convolution as a matrix product: kernels times columns",
        hint=HINT,
        product=Product("kernels", "columns", "product"),
        start=("product", telling(unfolded.product)),
    )


def telling(values: Array) -> int:
    """Return the first place in the flat array at least a third as far from zero as the largest."""
    sizes = np.abs(values).ravel()
    return int((3 * sizes >= sizes.max()).argmax())


def _panels(unfolded: Unfolded) -> tuple[Panel, ...]:
    (C, PH, PW), (KH, KW) = unfolded.padded.shape, unfolded.grid.kernel
    (F, K), P = unfolded.kernels.shape, unfolded.grid.windows
    (top, _), (left, _) = unfolded.grid.border
    cells = unfolded.padded.size
    of_weight = cells + np.arange(F * K).reshape(F, K)
    of_output = cells + F * K + np.arange(F * P).reshape(F, P)
    channels, filters = channel_names(C), numbered("filter", F)
    places = [
        " ".join(filter(None, (c, spot))) for c in channels for spot in spots("cell", (KH, KW))
    ]
    windows = spots("window", unfolded.grid.output)
    limit = float(np.abs(unfolded.x).max())
    image = Panel(
        "image",
        f"Image {shape(unfolded.x.shape)}",
        unfolded.padded,
        np.arange(cells).reshape(unfolded.padded.shape),
        unfolded.outside,
        channels,
        numbered("row", PH, -top),
        numbered("column", PW, -left),
        across=side_by_side(unfolded.padded),
        limit=limit,
        help="With its padding, which is hatched and counts as zero.",
        copies="It stands in the columns #.",
        copies_on="columns",
    )
    columns = Panel(
        "columns",
        f"Columns K × P = {K} × {P}",
        unfolded.columns,
        unfolded.origin,
        rows=places,
        columns=windows,
        limit=limit,
        help="Each column is a window of the image, read line by line, channel by channel.",
        copies="The same cell of the image stands in the columns #.",
        copies_on="columns",
        copied_from="image",
    )
    kernels = Panel(
        "kernels",
        f"Kernels F × K = {F} × {K}",
        unfolded.kernels,
        of_weight,
        rows=filters,
        columns=places,
        help="Each row is a kernel, read in the same order as the windows.",
    )
    product = Panel(
        "product",
        f"Kernels · columns, F × P = {F} × {P}",
        unfolded.product,
        of_output,
        rows=filters,
        columns=windows,
        help="A row times a column: one output. It is what the layer's forward pass gives.",
    )
    weights = Panel(
        "weights",
        f"The kernels, {KH} × {KW} each",
        unfolded.kernels.reshape(F * C, KH, KW),
        of_weight.reshape(F * C, KH, KW),
        across=C,
        **picture_names((KH, KW), pair_names(F, C)),
    )
    maps = Panel(
        "maps",
        f"The output maps {shape((F, *unfolded.grid.output))}",
        unfolded.product.reshape(F, *unfolded.grid.output),
        of_output.reshape(F, *unfolded.grid.output),
        across=F,
        help="Row f of the product, broken into lines again: the map of filter f.",
        **picture_names(unfolded.grid.output, filters),
    )
    return image, columns, kernels, product, weights, maps


def there_and_back(unfolded: Unfolded, back: WayBack) -> Linked:
    """Return the image, the windows that touch each cell, and col2im of its own columns."""
    C, H, W = unfolded.x.shape
    tags = np.arange(unfolded.x.size).reshape(unfolded.x.shape)

    def panel(name: str, title: str, values: Array, help: str) -> Panel:
        return Panel(
            name,
            title,
            values,
            tags,
            across=C if W <= WIDE else 1,
            help=help,
            **picture_names((H, W), channel_names(C)),
        )

    return Linked(
        rows=(
            (
                panel("x", "Image x", unfolded.x, "What im2col was given."),
                panel(
                    "counts",
                    "Windows that touch each cell",
                    back.counts,
                    "col2im of columns of nothing but ones: it counts.",
                ),
                panel(
                    "back",
                    "col2im(im2col(x)) = x · count",
                    back.back,
                    "Each cell is the sum of its copies: itself, as often as windows touch it.",
                ),
            ),
        ),
        label="The way back: the image, the windows that touch each cell, and their product",
        hint=HINT,
        start=("back", int(np.abs(back.back).argmax())),
    )
