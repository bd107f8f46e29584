"""The settings of the Convolution page: what is convolved with what, and how."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.explain.cell import Convolved, convolve
from cnnviz.explain.kernels import EXAMPLES, KERNELS
from cnnviz.nn.geometry import ShapeError
from cnnviz.nn.layers import LAYERS, Conv2d, Layer
from cnnviz.nn.spec import Spec, from_spec
from cnnviz.nn.types import Array, Params
from cnnviz.ui.components.linked import Place
from cnnviz.ui.convolution.state import (
    ACTIVATIONS,
    BELONGS,
    BIAS,
    KERNEL_SIZES,
    KERNEL_TITLES,
    MOST_KERNEL,
    NONE,
    PREFIX,
    kernel_chosen,
    own_weights,
    set_own_weights,
    source_chosen,
    usual,
    usual_geometry,
)
from cnnviz.ui.lab.inputs import check_drawable, resize_inputs, size_input
from cnnviz.ui.lab.source import SOURCES, Source, layer_input, source_or_problem
from cnnviz.ui.lab.trained import NO_RUN, Trained
from cnnviz.ui.train.fields import choice_input, keep, number_input
from cnnviz.ui.train.hints import hint

AT_ONCE = 3  # channels that are drawn
SIZES = {"stride": "Stride", "padding": "Padding", "dilation": "Dilation"}


@dataclass(frozen=True, eq=False)
class Setup:
    """What is shown: a convolution, which filter of it and which of its channels."""

    source: Source
    found: Convolved
    filter: int
    shown: tuple[int, ...]
    kernel_words: str
    editable: tuple[Place, ...]


def controls() -> Setup:
    """Draw the settings; return what they describe.

    Raises
    ------
    ValueError
        One sentence, where a setting makes no sense or the kernel does not fit (ShapeError).
    """
    with st.grid("auto", min_column_width=136):
        chosen = choice_input(
            "Input",
            "conv_from",
            [*SOURCES],
            "one",
            format_func=SOURCES.__getitem__,
            on_change=source_chosen,
            help="Where the image comes from.",
        )
        layer = layer_input(PREFIX, usual_geometry) if chosen == "run" else None
        source = source_or_problem(PREFIX, chosen, layer)
        kernel = choice_input(
            "Kernel",
            "conv_kernel",
            [*KERNEL_TITLES],
            BELONGS.get(chosen, "cross"),
            format_func=KERNEL_TITLES.__getitem__,
            on_change=kernel_chosen,
            help="The weights; those of one channel are used for every channel.",
        )
        if kernel == "run" and chosen != "run":
            layer = layer_input(PREFIX, usual_geometry)
        if kernel == "own":
            resize_inputs("conv_kernel", KERNEL_SIZES, own_weights(), set_own_weights)
        own = layer if kernel == "run" else None
        conv, activation = _layer_inputs(kernel, own)
        if isinstance(source, ValueError):
            raise source
        weights, words = _weights(kernel, source.x, layer)
        described = _described(conv, weights)
        check_drawable(described.grid(source.x.shape))
        found = convolve(described, weights, source.x, _activation(activation, own))
        filter = _filter_input(found)
        shown = _channels_input(found, filter)
    places: dict[Place, bool] = {"input": source.editable, "kernel": kernel_editable(found)}
    editable = tuple(place for place, can in places.items() if can)
    return Setup(source, found, filter, shown, words, editable)


def kernel_editable(found: Convolved) -> bool:
    """Whether a filter is small enough to stand in the URL once a weight has been changed."""
    _, C, KH, KW = found.weight.shape
    return found.layer.groups == 1 and C <= AT_ONCE and max(KH, KW) <= MOST_KERNEL


def _described(typed: Spec, params: Params) -> Conv2d:
    """Return the layer of these weights; raises ValueError where what was typed makes no sense."""
    weight = params["weight"]
    spec = {
        "type": "Conv2d",
        "out_channels": len(weight),
        "kernel_size": weight.shape[2:],
        "use_bias": "bias" in params,
    }
    return from_spec({"Conv2d": Conv2d}, spec | typed)


def _layer_inputs(kernel: str, layer: Trained | None) -> tuple[Spec, str]:
    """Draw stride, padding, dilation and activation; return them as typed."""
    before = usual(layer)
    sizes = {
        key: size_input(title, PREFIX + key, before[key], hint("Conv2d", key))
        for key, title in SIZES.items()
    }
    if kernel != "run":
        number_input("Bias", "conv_bias", 0.0, help="Added to every output; 0 leaves it away.")
    activation = choice_input(
        "Activation",
        "conv_activation",
        [*ACTIVATIONS],
        before["activation"],
        help="What becomes of each output.",
    )
    groups = {} if layer is None else {"groups": layer.layer.groups}
    return sizes | groups, activation


def _weights(kernel: str, x: Array, layer: Trained | None) -> tuple[Params, str]:
    """Return weight and bias in the image's type, and what the kernel does, in words."""
    if kernel == "run":
        if layer is None:
            raise ValueError(NO_RUN)
        network = layer.settings.network
        words = f"Layer {layer.number} of {network} after step {layer.step:,}."
        check_channels(layer.weights["weight"].shape[1] * layer.layer.groups, len(x))
        return layer.weights, words
    if kernel == "two":
        weight, words = EXAMPLES["two"].weight, ""
    elif kernel == "own":
        weight, words = own_weights()[None], "Your own weights."
    else:
        weight, words = KERNELS[kernel].weight(len(x)), KERNELS[kernel].words
    if weight.shape[1] == 1:
        weight = np.tile(weight, (1, len(x), 1, 1))
    check_channels(weight.shape[1], len(x))
    bias = BIAS.check(st.session_state["conv_bias"], "empty the field for none")
    params = {"weight": weight} | ({"bias": np.array([bias])} if bias else {})
    return {name: array.astype(x.dtype) for name, array in params.items()}, words


def check_channels(expected: int, there: int) -> None:
    """Raise ShapeError with a way out where kernel and image have not as many channels."""
    if expected != there:
        raise ShapeError(
            f"The kernel has {expected} channel{'s' * (expected > 1)} and the input {there}: each "
            "channel needs weights of its own; choose another kernel, or an input with "
            f"{expected} channel{'s' * (expected > 1)}."
        )


def _activation(name: str, layer: Trained | None) -> Layer | None:
    """Return the activation of that name; the run's own where it is of the same kind."""
    if name == NONE:
        return None
    if layer is not None and type(layer.activation).__name__ == name:
        return layer.activation
    return LAYERS[name]()


def _filter_input(found: Convolved) -> int:
    filters = len(found.weight)
    if filters == 1:
        return 0
    return _pick("Filter", "conv_filter", range(filters), "Which output channel, from 0.")


def _channels_input(found: Convolved, filter: int) -> tuple[int, ...]:
    """Draw the choice of channels where there are too many to draw; return their places."""
    channels = found.channels(filter)
    starts = range(0, len(channels), AT_ONCE)
    first = 0
    if len(starts) > 1:
        help = "Which channels are drawn, from 0. The sum is that of all of them."
        first = _pick("Channels shown", "conv_channels", starts, help, lambda i: _span(channels, i))
    return tuple(range(first, min(first + AT_ONCE, len(channels))))


def _span(channels: range, first: int) -> str:
    some = channels[first : first + AT_ONCE]
    return f"{some[0]}–{some[-1]}" if len(some) > 1 else str(some[0])


def _pick(
    label: str, key: str, options: range, help: str, words: Callable[[int], str] = str
) -> int:
    value = st.session_state.get(key)
    keep(key, value if value in options else options[0])
    return int(
        st.selectbox(label, options, key=key, format_func=words, help=help, persist_state="session")
    )
