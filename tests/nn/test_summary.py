import tracemalloc
from fractions import Fraction

import pytest

from cnnviz.nn.geometry import ShapeError
from cnnviz.nn.layers import Conv2d, ConvTranspose2d, Flatten, Linear, MaxPool2d, ReLU
from cnnviz.nn.model import Sequential
from cnnviz.nn.summary import spec_text, summarize, summarize_fitting, totals

MODEL = Sequential((Conv2d(6, 5), ReLU(), MaxPool2d(2), Conv2d(16, 5), Flatten(), Linear(10)))


def test_every_number_of_a_small_network() -> None:
    conv, relu, pool, second, flat, linear = summarize(MODEL, (1, 28, 28))
    assert conv.spec == "Conv2d(out_channels=6, kernel_size=5)"
    assert (conv.input_shape, conv.output_shape) == ((1, 28, 28), (6, 24, 24))
    assert (conv.parameters, conv.parameter_sum) == (156, "6 × 1 × 5 × 5 + 6")
    assert conv.macs == 6 * 25 * 576
    assert conv.activation_bytes == 4 * 6 * 576
    assert conv.columns == (25, 576) and second.columns == (150, 64) and relu.columns is None
    assert conv.column_bytes == 4 * 28 * 5 * 24  # five shifted copies of each row
    assert (conv.receptive_field, conv.jump) == ((5, 5), (1, 1))
    assert (relu.parameters, relu.parameter_sum, relu.spec) == (0, "", "ReLU()")
    assert (pool.receptive_field, pool.jump, pool.output_shape) == ((6, 6), (2, 2), (6, 12, 12))
    assert second.parameter_sum == "16 × 6 × 5 × 5 + 16"
    assert (second.receptive_field, second.jump) == ((14, 14), (2, 2))
    assert flat.receptive_field == (14, 14)
    assert (linear.receptive_field, linear.jump) == ((28, 28), None)
    assert linear.parameter_sum == "10 × 1024 + 10"


def test_a_transposed_convolution_has_the_columns_of_its_output() -> None:
    layer = ConvTranspose2d(3, 4, stride=2, padding=1)
    (row,) = summarize(Sequential((layer,)), (2, 5, 7))
    assert row.output_shape == (3, 10, 14)
    assert row.parameter_sum == "2 × 3 × 4 × 4 + 3"
    assert row.macs == 2 * 3 * 16 * 35
    assert row.column_bytes == 4 * 3 * 4 * 7 * 12
    assert row.padded_bytes == 0
    assert (row.receptive_field, row.jump) == ((2, 2), (Fraction(1, 2), Fraction(1, 2)))


def test_the_sums() -> None:
    rows = summarize(MODEL, (1, 28, 28))
    whole = totals(rows)
    assert whole.parameters == 156 + 2416 + 10250
    assert whole.macs == sum(row.macs for row in rows)
    assert whole.column_bytes == max(row.column_bytes for row in rows)
    assert totals([]).column_bytes == 0


def test_as_far_as_it_fits() -> None:
    model = Sequential((Conv2d(6, 5), MaxPool2d(20), MaxPool2d(2), Flatten()))
    rows, error = summarize_fitting(model, (1, 28, 28))
    assert [row.output_shape for row in rows] == [(6, 24, 24), (6, 1, 1)]
    assert error is not None
    assert str(error).startswith("Layer 3 (MaxPool2d): the 2×2 kernel does not fit: height 1")
    with pytest.raises(ShapeError, match="Layer 3"):
        summarize(model, (1, 28, 28))
    assert summarize_fitting(MODEL, (1, 28, 28))[1] is None


def test_vectors_have_no_receptive_field() -> None:
    (row,) = summarize(Sequential((Linear(3),)), (5,))
    assert row.receptive_field is None and row.jump is None


def test_a_monstrous_network_costs_nothing() -> None:
    model = Sequential((Conv2d(10**9, 9, padding="same"), Conv2d(10**12, 3), Flatten(), Linear(7)))
    tracemalloc.start()
    rows = summarize(model, (3, 4096, 4096))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
    assert rows[1].parameters == 10**12 * 10**9 * 9 + 10**12


def test_a_layer_is_written_without_its_defaults() -> None:
    layer = Conv2d(4, (3, 5), padding="same", dilation=2)
    assert spec_text(layer) == (
        "Conv2d(out_channels=4, kernel_size=[3, 5], padding='same', dilation=2)"
    )


def test_the_matrix_of_groups_and_of_a_transposed_convolution() -> None:
    (grouped,) = summarize(Sequential((Conv2d(12, 3, groups=6),)), (6, 8, 9))
    assert grouped.columns == (6 * 9, 6 * 7)
    (turned,) = summarize(Sequential((ConvTranspose2d(5, 3, stride=2),)), (4, 6, 7))
    assert turned.columns == (5 * 9, 6 * 7)


def test_a_layer_that_sees_everything_sees_what_reaches_it() -> None:
    """Of 28 rows a window of 3 with stride 2 reaches 27."""
    rows = summarize(Sequential((Conv2d(2, 3, stride=2), Flatten(), Linear(10))), (1, 28, 28))
    assert rows[-1].receptive_field == (27, 27)
    far = Sequential((Conv2d(1, 10**9, padding="same"), Flatten(), Linear(1)))
    assert summarize(far, (1, 28, 28))[-1].receptive_field == (28, 28)
