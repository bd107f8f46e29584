"""The images that excite a filter most, and the patches it saw."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.explain.cone import seen_by_layers
from cnnviz.explain.excite import Excitement, excitement, field, patch
from cnnviz.explain.images import evenly
from cnnviz.nn.geometry import ShapeError
from cnnviz.nn.layers import (
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
)
from cnnviz.nn.layers.base import Layer
from cnnviz.nn.model import Sequential
from tests.explain.looked import SIDES, drawn, network, noise, result_of, two_detectors
from tests.nn.configurations import sliding, spreading

NAN = np.nan


def test_the_strongest_images_stand_first() -> None:
    model, params = two_detectors()
    params[0]["weight"][1] = -1
    found = result_of(excitement(model, params, 0, SIDES, evenly(4, 4)))
    assert found.values.tolist() == [[3, 0], [2, 0], [1, 0], [5, 0]]
    assert found.strongest(0, 3) == [3, 0, 1]
    assert [found.cell(number, 0) for number in range(4)] == [(0, 0), (0, 1), (0, 0), (0, 1)]
    assert found.cell(0, 1) == (0, 1)  # minus the image is largest where it is black


def test_what_is_no_number_is_no_strongest() -> None:
    values = np.array([[1], [NAN], [3], [np.inf]], np.float32)
    found = Excitement(np.arange(4), values, np.zeros((4, 1), np.int64), (1, 1))
    assert found.strongest(0, 4) == [2, 0]


def test_it_is_the_largest_response_before_the_activation() -> None:
    model = network(BatchNorm2d(), ReLU())
    params, images = drawn(model), noise(130)
    task = excitement(model, params, 0, images, evenly(130, 130))
    assert next(task) == 125 / 130
    found = result_of(excitement(model, params, 0, images, evenly(130, 130)))
    maps = model.trace(params, images.x)[1].output
    np.testing.assert_allclose(found.values, maps.max(axis=(2, 3)), rtol=1e-6)
    for number in (0, 7, 129):
        for unit in range(4):
            row, column = found.cell(number, unit)
            assert maps[(number, unit, row, column)] == maps[number, unit].max()


def test_a_field_is_written_out() -> None:
    model = Sequential((Conv2d(2, 3, padding=1), ReLU(), MaxPool2d(2), Conv2d(3, 3), Flatten()))
    assert field(model, (1, 8, 8), 1, (0, 7)) == ((-1, 1), (6, 8))
    assert field(model, (1, 8, 8), 2, (0, 7)) == ((-1, 1), (6, 8))
    assert field(model, (1, 8, 8), 4, (0, 1)) == ((-1, 6), (1, 8))
    assert field(model, (1, 8, 8), 4, (1, 0)) == ((1, 8), (-1, 6))


def test_a_transposed_field_is_written_out() -> None:
    """Input i lies on the outputs 2 i, 2 i + 1 and 2 i + 2."""
    model = Sequential((ConvTranspose2d(1, 3, stride=2),))
    assert field(model, (1, 4, 4), 1, (1, 2)) == ((0, 0), (0, 1))
    assert field(model, (1, 4, 4), 1, (7, 8)) == ((3, 3), (3, 4))


layers = st.one_of(
    st.builds(lambda one: Conv2d(2, **one[0]), sliding()),
    st.builds(lambda one: MaxPool2d(**one[0]), sliding(pooling=True)),
    st.builds(lambda one: ConvTranspose2d(2, **one[0]), spreading()),
    st.just(ReLU()),
)


@settings(max_examples=60)
@given(st.lists(layers, min_size=1, max_size=3), st.data())
def test_a_field_holds_all_that_is_seen(path: list[Layer], data: st.DataObject) -> None:
    """Nothing outside of it changes the cell, and where nothing is dilated its ends do."""
    model, shape = Sequential((Conv2d(1, 1), *path)), (1, 9, 8)
    try:
        size = model.output_shape(shape)
    except (ShapeError, ValueError):
        assume(False)
    cell = data.draw(st.integers(0, size[1] - 1)), data.draw(st.integers(0, size[2] - 1))
    spans = field(model, shape, len(model.layers), cell)
    seen = [{cell[0]}, {cell[1]}]
    for one in reversed(seen_by_layers(model, shape, len(model.layers))):
        if one.rows is not None and one.columns is not None:
            seen = [
                {place for at in seen[axis] for place in lines[at]}
                for axis, lines in enumerate((one.rows, one.columns))
            ]
    plain = all(getattr(layer, "dilation", 1) == 1 for layer in path)
    for axis, ((first, last), places) in enumerate(zip(spans, seen, strict=True)):
        assert all(first <= place <= last for place in places)
        if plain and places and len(path) == 1 and not isinstance(path[0], ConvTranspose2d):
            assert min(places) == max(first, 0)
            assert max(places) == min(last, shape[1 + axis] - 1)


def test_a_patch_is_cut_out_and_has_nothing_outside() -> None:
    image = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(patch(image, (0, 1), (1, 2)), [[1, 2], [4, 5]])
    np.testing.assert_array_equal(patch(image, (-1, 0), (2, 4)), [[NAN, NAN, NAN], [2, NAN, NAN]])
    assert np.isnan(patch(image, (5, 6), (0, 1))).all()


def test_the_patch_alone_gives_the_response() -> None:
    """What lies outside of the patch does not matter to the strongest cell."""
    model = Sequential((Conv2d(3, 3), ReLU(), MaxPool2d(2), Conv2d(2, 2), Flatten(), Linear(3)))
    size = (10, 9)
    params, images = drawn(model, size), noise(3, size=size)
    found = result_of(excitement(model, params, 3, images, evenly(3, 3)))
    for number in range(3):
        (top, bottom), (left, right) = field(model, (1, *size), 4, found.cell(number, 1))
        alone = np.zeros_like(images.x[:1])
        inside = np.s_[0, 0, top : bottom + 1, left : right + 1]
        alone[inside] = images.x[number : number + 1][inside]
        maps = model.trace(params, alone)[3].output
        at = maps[(0, 1, *found.cell(number, 1))]
        np.testing.assert_allclose(at, found.values[number, 1], rtol=1e-5)
