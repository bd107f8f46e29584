from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnviz.nn.geometry import Window
from cnnviz.nn.layers import Conv2d, ConvTranspose2d, Layer
from cnnviz.nn.model import Sequential
from cnnviz.nn.reach import Reach
from cnnviz.nn.summary import summarize
from cnnviz.nn.transposed import TransposedWindow

WIDTH = 40


def test_two_convolutions_with_pooling_between() -> None:
    """5, then 5 + 1·1 = 6, then 6 + 4·2 = 14 in both directions."""
    reach = Reach().through(Window((5, 5))).through(Window((2, 2), (2, 2)))
    assert (reach.receptive_field, reach.jump) == ((6, 6), (2, 2))
    reach = reach.through(Window((5, 3), dilation=(1, 2)))
    assert (reach.receptive_field, reach.jump) == ((14, 14), (2, 2))


def test_nothing_but_the_input() -> None:
    assert (Reach().receptive_field, Reach().jump) == ((1, 1), (1, 1))


@pytest.mark.parametrize(
    ("kernel", "stride", "dilation", "field"),
    [
        (3, 1, 1, 3),
        (2, 2, 1, 1),
        (3, 2, 1, 2),
        (4, 2, 1, 2),
        (1, 3, 1, 1),
        (3, 1, 2, 5),
        (3, 2, 2, 3),
    ],
)
def test_a_transposed_convolution(kernel: int, stride: int, dilation: int, field: int) -> None:
    window = TransposedWindow((kernel, 1), (stride, 1), (dilation, 1))
    reach = Reach().through(window)
    assert reach.receptive_field == (field, 1)
    assert reach.jump == (Fraction(1, stride), 1)


def test_down_and_up_again() -> None:
    """A pixel behind 2×2 pooling, 3×3 and doubling sees 2 + 2·2 cells, each pixel the next ones."""
    reach = Reach().through(Window((2, 2), (2, 2))).through(Window((3, 3)))
    reach = reach.through(TransposedWindow((2, 2), (2, 2)))
    assert (reach.receptive_field, reach.jump) == ((6, 6), (1, 1))


def test_a_giant_costs_nothing() -> None:
    giant = TransposedWindow((10**12, 1), (10**9, 1))
    assert Reach().through(giant).receptive_field == (1000, 1)


def seen(layers: list[Layer]) -> int:
    """Return the width of what an output sees at most, from the gradients of all outputs."""
    model = Sequential(tuple(layers))
    width = model.output_shape((1, 1, WIDTH))[2]
    shapes = [layer.parameter_shapes((1, 1, 1)) for layer in layers]
    params = [{"weight": np.ones(shape["weight"])} for shape in shapes]
    _, caches = model.forward(params, np.zeros((width, 1, 1, WIDTH)))
    each = np.eye(width).reshape(width, 1, 1, width)
    grads = model.backward(params, caches, each)[0]
    assert grads is not None
    met = [np.flatnonzero(row) for row in grads.reshape(width, WIDTH)]
    return max(cells[-1] - cells[0] + 1 for cells in met if len(cells))


def convolution(kind: Any, most: int, gap: int = 1) -> Any:
    return st.builds(
        lambda kernel, stride, dilation, left, right: kind(
            1,
            (1, kernel),
            stride=(1, stride),
            dilation=(1, dilation),
            padding=((0, 0), (left, right)),
            use_bias=False,
        ),
        st.integers(1, 4),
        st.integers(1, most),
        st.integers(1, gap),
        st.integers(0, 2),
        st.integers(0, 2),
    )


@given(
    st.lists(convolution(Conv2d, 2), max_size=2),
    st.lists(convolution(ConvTranspose2d, 3), max_size=2),
    st.lists(convolution(Conv2d, 1), max_size=1),
)
def test_it_is_what_gradients_reach(down: Any, up: Any, last: Any) -> None:
    layers = [*down, *up, *last]
    assume(layers)
    row = summarize(Sequential(tuple(layers)), (1, 1, WIDTH))[-1]
    assert row.receptive_field == (1, seen(layers))


@given(convolution(ConvTranspose2d, 4, gap=4))
def test_it_is_what_gradients_reach_over_gaps(layer: Any) -> None:
    (row,) = summarize(Sequential((layer,)), (1, 1, WIDTH))
    assert row.receptive_field == (1, seen([layer]))
