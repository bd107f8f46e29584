"""Cross-correlation and true convolution beside each other."""

from dataclasses import replace

import numpy as np
import streamlit as st

from cnnviz.explain.cell import Convolved, convolve
from cnnviz.nn.reference.turned import turn
from cnnviz.nn.types import Array
from cnnviz.ui.components.matrices import Linked, Panel, matrices

WORDS = (
    "What deep learning calls convolution is **cross-correlation**: the kernel lies on the image "
    "as it is. Mathematics turns it by 180° first. A network learns its weights, so it would only "
    "learn them turned; for a kernel that is chosen by hand it matters."
)


def both(found: Convolved) -> tuple[Convolved, Convolved]:
    """Return the cross-correlation alone, without bias and activation, and the true convolution.

    That is the same with its kernels turned by 180°.
    """
    bare = replace(found.layer, use_bias=False)
    first, second = (
        convolve(bare, {"weight": weight}, found.x) for weight in (found.weight, turn(found.weight))
    )
    return first, second


def verdict(found: Convolved, other: Convolved, filter: int) -> str:
    """Return in how many cells the two outputs differ."""
    apart = ~np.isclose(found.after[filter], other.after[filter], atol=1e-6)
    if (found.weight[filter] == other.weight[filter]).all():
        return "This kernel is the same when it is turned by 180°: both agree everywhere."
    count = int(apart.sum())
    if not count:
        return "The kernel changes when it is turned, and yet both agree on this image."
    return f"They differ in {count:,} of {apart.size:,} cells."


def without(found: Convolved) -> str:
    """Return what is left out of the comparison, in a sentence; "" for nothing."""
    name = type(found.activation).__name__ if found.activation else ""
    left_out = [*(["bias"] if found.bias is not None else []), *([name] if name else [])]
    return f"Both are shown without {' and '.join(left_out)}. " if left_out else ""


def comparison(found: Convolved, filter: int, channel: int) -> None:
    """Draw both kernels and both outputs; cells that belong together answer to each other."""
    plain, other = both(found)
    st.subheader("Cross-correlation and true convolution", anchor=False)
    st.markdown(f"{WORDS} {without(found)}{verdict(plain, other, filter)}")
    matrices(_panels(plain, other, filter, channel), key="_conv_turned")


def _panels(found: Convolved, other: Convolved, filter: int, channel: int) -> Linked:
    KH, KW = found.grid.kernel
    OH, OW = found.grid.output
    weights = np.arange(KH * KW).reshape(KH, KW)
    outputs = weights.size + np.arange(OH * OW).reshape(OH, OW)
    limit = float(np.abs((found.after[filter], other.after[filter])).max())
    of = f", channel {found.channels(filter)[channel]}" if found.weight.shape[1] > 1 else ""
    back = turn(weights[None, None])[0, 0]

    def kernel(name: str, title: str, array: Array, tags: Array) -> Panel:
        return Panel(name, title, array, tags, rows=_named("row", KH), columns=_named("column", KW))

    def output(name: str, title: str, array: Array) -> Panel:
        rows, columns = _named("row", OH), _named("column", OW)
        bound = limit if np.isfinite(limit) else None
        return Panel(name, title, array, outputs, rows=rows, columns=columns, limit=bound)

    return Linked(
        rows=(
            (
                kernel("kernel", f"Kernel{of}", found.weight[filter, channel], weights),
                output("correlation", "Cross-correlation", found.after[filter]),
                kernel("turned", "Turned by 180°", other.weight[filter, channel], back),
                output("convolution", "True convolution", other.after[filter]),
            ),
        ),
        label="A kernel and its cross-correlation, the turned kernel and its true convolution",
        hint="Point at a weight to find it in the turned kernel, or at an output to compare both.",
    )


def _named(word: str, count: int) -> list[str]:
    return [f"{word} {number}" for number in range(count)]
