"""What stands in the URL of the Convolution page, and what a click changes of it."""

import numpy as np
import streamlit as st

from cnnviz.explain.cell import Convolved
from cnnviz.explain.kernels import KERNELS
from cnnviz.nn.layers import LAYERS
from cnnviz.nn.layers.activations import Activation
from cnnviz.nn.types import Array
from cnnviz.ui.components.linked import Edit
from cnnviz.ui.lab.inputs import as_table, cell_number, from_table, tell
from cnnviz.ui.lab.pinned import pin
from cnnviz.ui.lab.source import own_numbers, set_own_numbers, source_keys, source_table
from cnnviz.ui.lab.trained import Trained
from cnnviz.ui.state import Table, grid, name, one_of
from cnnviz.ui.train.editor import size_text
from cnnviz.ui.train.numbers import Numbers

PREFIX, CELL = "conv_", "conv_cell"
NONE = "none"
ACTIVATIONS = (NONE, *(n for n, kind in LAYERS.items() if issubclass(kind, Activation)))
KERNEL_TITLES = {key: kernel.title for key, kernel in KERNELS.items()} | {
    "two": "Two channels",
    "own": "Own weights",
    "run": "Trained",
}
BELONGS = {"one": "cross", "two": "two", "run": "run"}
"""The kernel that belongs to an input."""
MOST_KERNEL = 7
KERNEL_SIZES = {
    "height": Numbers("Kernel rows", 1, MOST_KERNEL),
    "width": Numbers("Kernel columns", 1, MOST_KERNEL),
}
BIAS = Numbers("Bias", -1_000_000, 1_000_000, whole=False)


TABLE: Table = source_table(PREFIX) | {
    "conv_kernel": one_of(KERNEL_TITLES),
    "conv_weights": grid(MOST_KERNEL * 3, MOST_KERNEL),
    "conv_weights_depth": Numbers("Channels", 1, 3).read,
    "conv_stride": name,
    "conv_padding": name,
    "conv_dilation": name,
    "conv_bias": BIAS.read,
    "conv_activation": one_of(dict.fromkeys(ACTIVATIONS)),
    "conv_filter": Numbers("Filter", 0, 10**4).read,
    "conv_channels": Numbers("Channels shown", 0, 10**4).read,
    CELL: pin,
}


def in_use() -> Table:
    """Return the part of the table that the chosen input and kernel need."""
    chosen, kernel = (st.session_state.get(PREFIX + key) for key in ("from", "kernel"))
    used = source_keys(PREFIX, str(chosen), with_run=kernel == "run")
    idle = {
        "own": {"conv_filter"},
        "run": {"conv_weights", "conv_weights_depth", "conv_bias"},
    }.get(str(kernel), {"conv_weights", "conv_weights_depth", "conv_filter"})
    own = [key for key in TABLE if key not in source_table(PREFIX) and key not in idle]
    return {key: TABLE[key] for key in (*used, *own)}


BEFORE = "_conv-before"  # the geometry that a trained filter's has replaced
GEOMETRY = ("stride", "padding", "dilation", "activation")


def source_chosen() -> None:
    """Bring the kernel that belongs to an example or a run; for callbacks."""
    chosen = str(st.session_state.get("conv_from"))
    belongs = BELONGS.get(chosen)
    if belongs is None and st.session_state.get("conv_kernel") == "two":
        belongs = "cross"
    if belongs is not None:
        st.session_state["conv_kernel"] = belongs
        st.session_state["conv_bias"] = 0.0
        st.session_state.pop(BEFORE, None)
        usual_geometry()


def kernel_chosen() -> None:
    """Bring stride, padding, dilation and activation of a run's layer; for callbacks.

    With another kernel after it, what stood there before comes back.
    """
    state = st.session_state
    if state.get("conv_kernel") == "run":
        state[BEFORE] = {key: state.get(PREFIX + key) for key in GEOMETRY}
        usual_geometry()
    elif before := state.pop(BEFORE, None):
        usual_geometry()
        state.update({PREFIX + key: one for key, one in before.items() if one is not None})


def usual_geometry() -> None:
    """Forget what was chosen, so that the layer's own or the plain settings stand there again."""
    for key in (*GEOMETRY, "filter", "channels", "cell"):
        st.session_state.pop(PREFIX + key, None)


def usual(layer: Trained | None) -> dict[str, str]:
    """Return what stands in the settings before anybody changes them."""
    if layer is None:
        return {"stride": "1", "padding": "valid", "dilation": "1", "activation": NONE}
    own = {key: size_text(getattr(layer.layer, key)) for key in GEOMETRY[:3]}
    return own | {"activation": type(layer.activation).__name__ if layer.activation else NONE}


def own_weights() -> Array:
    """Return the reader's own weights (C, KH, KW); the worked example's before there are any."""
    table = st.session_state.get("conv_weights")
    if not table:
        return KERNELS["cross"].plane[None]
    return from_table(table, int(st.session_state.get("conv_weights_depth") or 1))


def set_own_weights(weight: Array) -> None:
    """Make weights (C, KH, KW) the reader's own and choose them; for callbacks."""
    st.session_state["conv_weights"] = as_table(weight)
    st.session_state["conv_weights_depth"] = len(weight)
    st.session_state["conv_kernel"] = "own"


def edited(found: Convolved, filter: int, edit: Edit) -> None:
    """Put a number that was typed in the picture where it belongs; for callbacks."""
    try:
        number = cell_number(edit.text)
    except ValueError as error:
        tell(str(error))
        return
    if edit.part == "input":
        x = now(st.session_state.get("conv_from"), own_numbers(PREFIX), found.x)
        x[(found.channels(filter)[edit.channel], *edit.cell)] = number
        set_own_numbers(PREFIX, x)
    else:
        kernel = st.session_state.get("conv_kernel")
        weight = now(kernel, own_weights(), found.weight[filter])
        weight[(edit.channel, *edit.cell)] = number
        set_own_weights(weight)
        if kernel == "run":  # its bias comes along
            st.session_state["conv_bias"] = 0.0 if found.bias is None else float(found.bias[filter])


def now(chosen: object, own: Array, shown: Array) -> Array:
    """Return a copy of what an edit changes: perhaps changed again before it was drawn."""
    return np.array(own if chosen == "own" and own.shape == shown.shape else shown, float)
