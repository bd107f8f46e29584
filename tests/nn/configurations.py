"""Random settings for property tests: odd shapes, rectangular kernels, every form of padding."""

from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from cnnviz.nn.geometry import Grid, Pair, ShapeError, Window
from cnnviz.nn.layers import ConvTranspose2d

small = st.integers(1, 3)
pads = st.integers(0, 3)
paddings = st.one_of(
    st.sampled_from(["valid", "same", "same_lower", "full"]),
    pads,
    st.tuples(pads, pads),
    st.tuples(st.tuples(pads, pads), st.tuples(pads, pads)),
)


@st.composite
def sliding(draw: Any, *, pooling: bool = False) -> tuple[dict[str, Any], tuple[int, int], Grid]:
    """Draw layer arguments, for `pooling` with ceil_mode, an image size they fit, and the grid."""
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    arguments = {
        "kernel_size": kernel,
        "stride": draw(st.tuples(small, small)),
        "dilation": draw(st.tuples(small, small)),
        "padding": draw(paddings),
    }
    if pooling:
        arguments["ceil_mode"] = draw(st.booleans())
    size = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    window = Window(*arguments.values())
    try:
        grid = window.place(size, "test")
    except ShapeError:
        assume(False)
    return arguments, size, grid


@st.composite
def spreading(draw: Any) -> tuple[dict[str, Any], Pair, Grid]:
    """Draw arguments of a transposed convolution, an image size they fit, and the grid."""
    stride, dilation = (draw(st.tuples(small, small)) for _ in range(2))
    arguments = {
        "kernel_size": draw(st.tuples(st.integers(1, 4), st.integers(1, 4))),
        "stride": stride,
        "dilation": dilation,
        "padding": draw(paddings),
    }
    if not isinstance(arguments["padding"], str):
        most = [max(pair) - 1 for pair in zip(stride, dilation, strict=True)]
        arguments["output_padding"] = tuple(draw(st.integers(0, end)) for end in most)
    size = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    try:
        grid = ConvTranspose2d(1, **arguments).grid((1, *size))
    except ShapeError:
        assume(False)
    return arguments, size, grid


channels = st.builds(
    lambda groups, C, F: (groups, groups * C, groups * F), small, st.integers(1, 2), small
)
"""(groups, input channels, output channels)"""


def agrees_with_the_loops(layer: Any, params: Any, x: Any, ahead: Any, back: Any) -> None:
    """Compare both ways through a layer with loops: `ahead()` and `back(grad_output)`."""
    y, cache = layer.forward(params, x)
    np.testing.assert_allclose(y, ahead(), rtol=1e-10, atol=1e-10)
    grad_output = np.random.default_rng(0).standard_normal(y.shape)
    grad_x, grads = layer.backward(params, cache, grad_output)
    for ours, theirs in zip((grad_x, *grads.values()), back(grad_output), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)
