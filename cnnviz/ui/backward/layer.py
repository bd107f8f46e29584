"""What goes back through one convolution, of a small example or of a network."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from cnnviz.explain.backward import WayBack, way_back
from cnnviz.explain.slow_motion import backward_steps, strongest
from cnnviz.nn.layers import Conv2d
from cnnviz.nn.reference.conv import partner
from cnnviz.nn.types import Array
from cnnviz.ui.backward.subject import Subject, subject_input
from cnnviz.ui.lab.example import Example, example, table
from cnnviz.ui.state import Table, one_of
from cnnviz.ui.train.fields import choice_input, keep, number_input
from cnnviz.ui.train.numbers import Numbers
from cnnviz.ui.words import plain

PREFIX = "back_"
OF, GRAD, LAYER, FILTER, CHANNEL = "back_of", "back_grad", "back_layer", "back_filter", "back_in"
SUM = "back_sum"
SUMS = {"one": "this filter", "all": "all filters that see it"}
SOURCES = {"example": "a small example", "layer": "a layer of a network"}
GRADIENTS = {"random": "random whole numbers", "one": "a single 1", "ones": "all ones"}
MOST_SIZE = 12

OUT = "back_out"
EXAMPLE_OWN: Table = {
    OF: one_of(SOURCES),
    GRAD: one_of(GRADIENTS),
    OUT: Numbers("Channel", 0, 2).read,
}
TABLE: Table = {
    **table(PREFIX),
    **EXAMPLE_OWN,
    LAYER: Numbers("Layer", 1, 100).read,
    FILTER: Numbers("Filter", 0, 10_000).read,
    CHANNEL: Numbers("Channel", 0, 10_000).read,
    SUM: one_of(SUMS),
}
LAYER_OWN: Table = {key: TABLE[key] for key in (OF, LAYER, FILTER, CHANNEL, SUM)}


@dataclass(frozen=True, eq=False)
class Back:
    """The way back, and in Markdown what it is the way back of.

    Parameters
    ----------
    back : through the whole example, or through one filter of a layer
    arriving : what is drawn of the input's gradient: `back`, or all filters' way to the channel
    shown : which of the filters of `arriving` are drawn
    own : (H, W), the channel's gradient within the network, None in an example
    """

    back: WayBack
    words: str
    arriving: WayBack
    shown: tuple[int, ...]
    own: Array | None = None


def back_input() -> Back:
    """Draw the inputs; return the way back that they describe.

    Raises
    ------
    ValueError
        One sentence, where a number makes no sense or the kernel does not fit (ShapeError).
    """
    with st.grid("auto", min_column_width=150):
        of = choice_input("Of", OF, [*SOURCES], "example", format_func=lambda key: SOURCES[key])
        if of == "layer":
            return of_layer(subject_input())
        kind = gradient_input()
    return of_example(example(PREFIX, most=MOST_SIZE, usual_filters=1, pictures=False), kind)


def gradient_input() -> str:
    """Draw the list of gradients for the small example."""
    return choice_input(
        "Gradient of the output",
        GRAD,
        [*GRADIENTS],
        "random",
        format_func=lambda key: GRADIENTS[key],
        help="A single 1 in the middle shows where one output's gradient goes.",
    )


def of_example(shown: Example, kind: str) -> Back:
    """Return the way back of a small example."""
    shape = shown.layer.output_shape(shown.x.shape)
    back = way_back(shown.layer, shown.x, shown.weight, gradient(kind, shape))
    words = "All numbers are whole, so every sum is exact."
    return Back(back, words, back, tuple(range(len(back.weight))))


def gradient(kind: str, shape: tuple[int, ...]) -> Array:
    """Return a gradient of whole numbers (F, OH, OW)."""
    if kind == "ones":
        return np.ones(shape, np.float32)
    if kind == "one":
        single = np.zeros(shape, np.float32)
        single[0, shape[1] // 2, shape[2] // 2] = 1
        return single
    return np.random.default_rng(0).integers(-3, 4, shape).astype(np.float32)


def of_layer(subject: Subject) -> Back:
    """Draw the inputs for layer, filter and channel; return what goes back from one to the other.

    The layer's gradient by a channel is the sum over the filters that see it; one is enough to
    see how it is made.
    """
    weights = subject.weights
    trace = weights.model.trace(weights.params, subject.x[None])
    loss, _, grad = weights.loss(trace[-1].output, np.array([subject.label]))
    gradients, grads = backward_steps(weights.params, trace, grad)
    found = {
        number: layer
        for number, layer in enumerate(weights.model.layers, 1)
        if isinstance(layer, Conv2d)
    }
    asked = st.session_state.get(LAYER)
    keep(LAYER, asked if asked in found else next(iter(found)))
    number = st.selectbox(
        "Layer",
        [*found],
        key=LAYER,
        format_func=lambda one: f"{one} Conv2d",
        help="Its convolutions, by their place in the network.",
        persist_state="session",
    )
    layer, weight = found[number], weights.params[number - 1]["weight"]
    F, per_group = weight.shape[:2]
    strong = strongest(grads[number - 1]["weight"])
    f = which("Filter", FILTER, F, strong[0], "Whose output's gradient goes back.")
    c = which("Channel", CHANNEL, per_group, strong[1], "Of the layer's input, where it arrives.")
    sum = choice_input(
        "Gradient from",
        SUM,
        [*SUMS],
        "one",
        format_func=lambda key: SUMS[key],
        help="The channel's gradient is the sum of what comes from all filters that see it.",
    )
    step, gradient = trace[number - 1], gradients[number - 1]
    first = partner(f, F, layer.groups, F // layer.groups)
    channel = partner(f, F, layer.groups, per_group) + c

    def through(filters: slice) -> WayBack:
        """Return the way back through some filters to the channel."""
        kernels = np.ascontiguousarray(weight[filters, c : c + 1])
        return way_back(
            replace(layer, out_channels=len(kernels), groups=1),
            step.input[0, channel : channel + 1],
            kernels,
            np.ascontiguousarray(gradient[0, filters]),
        )

    back = through(slice(f, f + 1))
    label = plain(subject.class_names[subject.label])
    loss_words = f"Loss {loss:.4g} for the label {label}."
    if sum == "one":
        words = (
            f"Filter {f} of {F} back to channel {c} of {per_group}, counted from 0: its part of "
            f"the layer's gradients. {loss_words}"
        )
        return Back(back, words, back, (0,))
    own, _ = layer.backward(weights.params[number - 1], step.cache, gradient)
    words = (
        f"All {F // layer.groups} filters that see it back to channel {c} of {per_group}, counted "
        f"from 0; parts 1 and 4 show filter {f}. {loss_words}"
    )
    return Back(
        back,
        words,
        through(slice(first, first + F // layer.groups)),
        (f - first,),
        None if own is None else own[0, channel],
    )


def channel_input(channels: int) -> int:
    """Draw the choice of the channel whose gradient is drawn, where there are several."""
    return which("Gradient of channel", OUT, channels, 0, "Of the input.")


def which(label: str, key: str, count: int, usual: int, help: str) -> int:
    """Draw an input for one of `count` things, counted from 0; return it, the only one if so."""
    if count == 1:
        return 0
    allowed = Numbers(label, 0, count - 1)
    typed = number_input(label, key, usual, whole=True, help=f"{help} 0 to {count - 1}.")
    return int(allowed.check(typed, f"empty the field for {usual}"))
