"""The calculator against the engine on arrays: images that probe which rows an output sees."""

import numpy as np

from cnnviz.explain.arithmetic import remarks, unseen
from cnnviz.explain.cone import cells_met, inputs_met, seen_by, seen_by_layers
from cnnviz.explain.setting import Setting
from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers import Conv2d, ConvTranspose2d, Flatten, Layer, Linear, ReLU
from cnnviz.nn.model import Sequential
from cnnviz.nn.reach import Reach
from cnnviz.nn.summary import summarize
from tests.explain.random_settings import working_settings


def answers(layer: Layer, shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows of the input change which ones of the output, (in, out), and columns.

    One image for each row and each column, with ones there and zeros elsewhere; all weights are
    1, and there is no bias.
    """
    _, H, W = shape
    rows, columns = np.arange(H), np.arange(W)
    images = np.zeros((H + W, *shape), np.float32)
    images[rows, :, rows] = 1
    images[H + columns, :, :, columns] = 1
    params = {
        name: np.full(size, name == "weight", np.float32)
        for name, size in layer.parameter_shapes(shape).items()
    }
    y, _ = layer.forward(params, images)
    assert y.shape[1:] == layer.output_shape(shape)
    changed = (y > 0).any(axis=1)
    return changed[:H].any(axis=2), changed[H:].any(axis=1)


def expected(setting: Setting, axis: int) -> np.ndarray:
    """Return the same from the calculator."""
    grid, size = setting.grid(), setting.size[axis]
    met = inputs_met(grid, axis) if setting.transposed else cells_met(grid, axis)
    table = np.zeros((size, len(met)), bool)
    for output, cells in enumerate(met):
        table[cells, output] = True
    return table


def test_shape_padding_and_what_is_dropped_are_what_arrays_show() -> None:
    """5,000 drawn settings: every row and column that an output sees, and that none sees."""
    compared = 0
    for setting in working_settings(seed=2, count=5250, largest=7):
        layer, shape = setting.layer(), (1, *setting.size)
        assert layer.output_shape(shape)[1:] == setting.output()
        tables = [expected(setting, axis) for axis in (0, 1)]
        if not all(table.any() for table in tables):
            continue  # one axis sees padding alone, so nothing answers along the other
        grid = setting.grid()
        for axis, (found, table) in enumerate(zip(answers(layer, shape), tables, strict=True)):
            assert (found == table).all(), setting
            silent = np.flatnonzero(~found.any(axis=0 if setting.transposed else 1))
            assert silent.tolist() == unseen(grid, axis)
            seen = [np.flatnonzero(column) for column in found.T if column.any()]
            field = Reach((setting.window(),)).receptive_field[axis]
            for cells in seen:
                whole = not setting.transposed and len(cells) == setting.kernel[axis]
                width = int(cells[-1] - cells[0]) + 1
                assert width == field if whole else width <= field
        assert bool(remarks(setting)) >= any(unseen(grid, axis) for axis in (0, 1))
        compared += 1
    assert compared >= 5000


def drawn_chain(rng: np.random.Generator) -> tuple[Layer, ...]:
    """Return two or three layers whose weights are all 1."""

    def layer() -> Layer:
        kind = Conv2d if rng.random() < 0.7 else ConvTranspose2d
        kernel, stride, dilation = (rng.integers(1, most, 2).tolist() for most in (4, 3, 3))
        pads = rng.integers(0, 2, (2, 2)).tolist()
        padding = "same" if rng.random() < 0.3 else pads
        return kind(1, kernel, stride=stride, dilation=dilation, padding=padding, use_bias=False)

    return tuple(layer() for _ in range(rng.integers(2, 4)))


def test_the_cone_of_a_chain_is_what_changes_its_output() -> None:
    rng, shape, compared = np.random.default_rng(4), (1, 6, 7), 0
    for _ in range(400):
        model = Sequential(drawn_chain(rng))
        try:
            _, rows, columns = model.output_shape(shape)
        except ValueError:
            continue
        seen = seen_by_layers(model, shape, len(model.layers))
        params = [
            {"weight": np.ones(one.parameter_shapes((1, 9, 9))["weight"])} for one in model.layers
        ]
        row, column = int(rng.integers(rows)), int(rng.integers(columns))
        y, caches = model.forward(params, np.zeros((1, *shape)))
        grad = np.zeros_like(y)
        grad[0, 0, row, column] = 1
        reached = model.backward(params, caches, grad)[0][0, 0] > 0
        cells = [{row}, {column}]
        for one in reversed(seen):
            met = (one.rows, one.columns)
            cells = [{i for cell in cells[axis] for i in met[axis][cell]} for axis in (0, 1)]
        wanted = np.zeros(shape[1:], bool)
        wanted[np.ix_(sorted(cells[0]), sorted(cells[1]))] = True
        assert (reached == wanted).all(), model
        compared += 1
    assert compared > 200


def test_what_a_layer_behind_all_of_them_sees_is_what_changes_its_output() -> None:
    rng, shape, compared, less = np.random.default_rng(5), (1, 8, 9), 0, 0
    for _ in range(600):
        model = Sequential((*drawn_chain(rng), Flatten(), Linear(1)))
        try:
            model.output_shape(shape)
        except ValueError:
            continue
        rows = summarize(model, shape)
        params = [
            {name: np.ones(size) for name, size in one.parameter_shapes(row.input_shape).items()}
            for one, row in zip(model.layers, rows, strict=True)
        ]
        _, caches = model.forward(params, np.zeros((1, *shape)))
        reached = model.backward(params, caches, np.ones((1, 1)))[0][0, 0] > 0
        if not reached.any():  # one axis sees padding alone
            assert rows[-1].receptive_field == (0, 0)
            continue
        fields = [np.ptp(np.flatnonzero(reached.any(axis=axis))) + 1 for axis in (1, 0)]
        assert rows[-1].receptive_field == tuple(fields), model
        compared, less = compared + 1, less + (fields < [8, 9])
    assert compared > 300 and less > 50


def test_layers_without_windows() -> None:
    assert seen_by(ReLU(), (3, 4, 5)).rows is None
    assert not seen_by(Flatten(), (3, 4, 5)).everything
    assert seen_by(Linear(10), (60,)).everything
