"""True convolution beside cross-correlation, and the questions, with written-out answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.explain.cell import Convolved, convolve
from cnnviz.explain.kernels import KERNELS
from cnnviz.nn.layers import Conv2d, ReLU
from cnnviz.ui.convolution.compare import both, verdict, without
from cnnviz.ui.convolution.questions import elsewhere, missing_product, output_size
from cnnviz.ui.lab.card import mark
from cnnviz.ui.lab.inputs import as_table, cell_number, from_table, resized


def row_of(x: list[float], kernel: list[float]) -> Convolved:
    weight = np.array(kernel, float).reshape(1, 1, 1, -1)
    layer = Conv2d(1, (1, len(kernel)), use_bias=False)
    return convolve(layer, {"weight": weight}, np.array(x, float).reshape(1, 1, -1))


def test_the_turned_kernel_gives_the_convolution_of_mathematics() -> None:
    found = row_of([1, 2, 3, 5], [1, 10])
    assert found.after.ravel().tolist() == [21, 32, 53]
    assert both(found)[1].after.ravel().tolist() == [12, 23, 35]
    assert np.convolve([1, 2, 3, 5], [1, 10], "valid").tolist() == [12, 23, 35]


@pytest.mark.parametrize(
    ("x", "kernel", "told"),
    [
        ([1, 2, 3, 5], [1, 10], "They differ in 3 of 3 cells."),
        ([1, 1, 1, 5], [1, 10], "They differ in 1 of 3 cells."),
        ([1, 2, 3, 5], [2, 2], "the same when it is turned by 180°: both agree everywhere"),
        ([1, 1, 1, 1], [1, 10], "changes when it is turned, and yet both agree on this image"),
    ],
)
def test_where_they_differ_is_counted(x: list[float], kernel: list[float], told: str) -> None:
    found = row_of(x, kernel)
    assert told in verdict(*both(found), 0)


def test_bias_and_activation_make_no_difference_between_them() -> None:
    bare = row_of([1, 2, 3, 5], [1, -10])
    params = {"weight": bare.weight, "bias": np.array([-50.0])}
    found = convolve(Conv2d(1, (1, 2)), params, bare.x, ReLU())
    assert not found.after.any()  # all of it is dead
    assert both(found)[0].after.tolist() == bare.after.tolist()
    assert verdict(*both(found), 0) == "They differ in 3 of 3 cells."
    assert without(found) == "Both are shown without bias and ReLU. " and without(bare) == ""


def test_the_missing_product_is_the_largest_one() -> None:
    question = missing_product(row_of([1, 2, 3, 5], [1, -10]), 0, (0, 2))
    assert "row 0, column 2 add up to **−47**" in question.text
    assert "kernel row 0, column 1 they add up to **3**" in question.text
    verdict = mark(question, [-50.0])
    assert verdict.right
    assert "−47 − 3 = −50, and value × weight is 5 × (−10) = −50." in verdict.words
    assert not mark(question, [50.0]).right


def test_the_output_size_has_its_arithmetic() -> None:
    layer = Conv2d(1, 3, stride=(1, 2), padding=((1, 0), (2, 2)), dilation=(1, 2), use_bias=False)
    weight = KERNELS["cross"].weight(1)
    question = output_size(convolve(layer, {"weight": weight}, np.zeros((1, 6, 7))))
    assert "Were the stride **2 × 3**" in question.text
    assert question.arithmetic == (
        "Rows: (6 + 1 + 0 − 3) ÷ 2 rounded down, + 1 = 3. "
        "Columns: (7 + 2 + 2 − 5) ÷ 3 rounded down, + 1 = 3."
    )
    assert mark(question, [3.0, 3.0]).right


def test_the_product_asked_for_is_none_of_those_on_the_page() -> None:
    assert elsewhere((0, 1), (3, 3)) == (2, 1)
    assert elsewhere((1, 1), (3, 3)) == (0, 0)
    assert elsewhere((0, 0), (1, 1)) == (0, 0)  # there is no other


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2), (" −0.5 ", -0.5), ("1,5", 1.5), ("1e3", 1000)]
)
def test_numbers_are_read_as_people_type_them(text: str, number: float) -> None:
    assert cell_number(text) == number


@pytest.mark.parametrize("text", ["", "x", "1 2", "nan", "inf", "1e7", "-10000000"])
def test_what_fits_no_cell_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"A cell holds a number.*: it stays as it was"):
        cell_number(text)


@given(*(st.integers(1, 4) for _ in range(3)))
def test_images_survive_as_tables(depth: int, rows: int, columns: int) -> None:
    x = np.arange(depth * rows * columns, dtype=float).reshape(depth, rows, columns)
    assert np.array_equal(from_table(as_table(x), depth), x)


def test_a_grid_grows_by_zeros_and_shrinks_from_its_end() -> None:
    x = np.array([[[1.0, 2], [3, 4]]])
    assert resized(x, (1, 1, 3)).tolist() == [[[1, 2, 0]]]
