"""Moving images: written-out small ones, a naive twin, and what must not change."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import PLAIN, SPLITS

from cnnviz.training import Augment, TrainConfig, initial_state
from cnnviz.training.augment import MOVE, mirrored, shifted, turned
from cnnviz.training.parallel import draw_moves, gradients, split_batch
from cnnviz.training.team import Team

sizes = st.tuples(*(st.integers(1, high) for high in (4, 2, 7, 8)))


def picture(*rows: list[float]) -> Any:
    """One image of one channel."""
    return np.array([[rows]], np.float32)


def shift(x: Any, down: int, right: int, most: int = 3) -> Any:
    """All images moved alike."""
    return shifted(x, np.full(len(x), down), np.full(len(x), right), most)


def turn(x: Any, degrees: float) -> Any:
    """All images turned alike."""
    angle = np.deg2rad(degrees)
    cos, sin = (np.full(len(x), value, np.float32) for value in (np.cos(angle), np.sin(angle)))
    return turned(x, cos, sin)


def turned_slowly(image: Any, degrees: float) -> Any:
    """The same pixel by pixel, in Python's own numbers: each looks up where it comes from."""
    H, W = image.shape
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def at(row: int, column: int) -> float:
        return float(image[row, column]) if 0 <= row < H and 0 <= column < W else 0.0

    def between(row: float, column: float) -> float:
        top, left = math.floor(row), math.floor(column)
        return sum(
            (1 - abs(row - i)) * (1 - abs(column - j)) * at(i, j)
            for i in (top, top + 1)
            for j in (left, left + 1)
        )

    y, x = (H - 1) / 2, (W - 1) / 2
    return np.array(
        [
            [
                between(cos * (i - y) + sin * (j - x) + y, cos * (j - x) - sin * (i - y) + x)
                for j in range(W)
            ]
            for i in range(H)
        ]
    )


def test_a_shift_by_one_pixel_written_out() -> None:
    x = picture([1, 2, 3], [4, 5, 6])
    assert shift(x, 1, 0)[0, 0].tolist() == [[0, 0, 0], [1, 2, 3]]
    assert shift(x, -1, 0)[0, 0].tolist() == [[4, 5, 6], [0, 0, 0]]
    assert shift(x, 0, 1)[0, 0].tolist() == [[0, 1, 2], [0, 4, 5]]
    assert shift(x, -1, -2, most=2)[0, 0].tolist() == [[6, 0, 0], [0, 0, 0]]
    assert x[0, 0].tolist() == [[1, 2, 3], [4, 5, 6]]


def test_each_image_goes_its_own_way() -> None:
    x = np.ones((3, 2, 1, 3), np.float32)
    y = shifted(x, np.array([0, 0, 0]), np.array([0, 1, -2]), 2)
    for channel in (0, 1):
        assert y[:, channel, 0].tolist() == [[1, 1, 1], [0, 1, 1], [1, 0, 0]]


def test_a_flip_written_out() -> None:
    x = np.concatenate([picture([1, 2], [3, 4])] * 2)
    y = mirrored(x, np.array([True, False]))
    assert y[:, 0].tolist() == [[[2, 1], [4, 3]], [[1, 2], [3, 4]]]


def test_quarter_turns_are_exact() -> None:
    assert turn(picture([1, 2], [3, 4]), 90)[0, 0].tolist() == [[2, 4], [1, 3]]
    for size in (3, 8, 28):
        x = np.random.default_rng(size).random((2, 2, size, size), dtype=np.float32)
        for quarters in (1, 2, -1):
            assert (turn(x, 90 * quarters) == np.rot90(x, quarters, (2, 3))).all()
    wide = picture([1, 2, 3], [4, 5, 6])
    assert turn(wide, 180)[0, 0].tolist() == [[6, 5, 4], [3, 2, 1]]


def test_an_eighth_turn_written_out() -> None:
    """√2 / 2 above the middle: between the middle cell, 8, and the corner's way there, zeros."""
    y = turn(picture([0, 0, 0], [0, 8, 0], [0, 0, 0]), 45)[0, 0]
    near = math.sqrt(0.5)
    assert y[1, 1] == 8
    assert y[0, 1] == pytest.approx(8 * (1 - near) ** 2, rel=1e-6)
    assert y[0, 0] == 0


@given(size=sizes, degrees=st.floats(-180, 180), seed=st.integers(0, 99))
def test_a_turn_is_that_of_the_naive_loop(size: Any, degrees: float, seed: int) -> None:
    x = np.random.default_rng(seed).random(size, dtype=np.float32)
    y = turn(x, degrees)
    assert y.dtype == np.float32
    for n, c in np.ndindex(*size[:2]):
        np.testing.assert_allclose(y[n, c], turned_slowly(x[n, c], degrees), atol=1e-4)


@given(size=sizes, seed=st.integers(0, 99))
def test_no_move_is_the_image_itself(size: Any, seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal(size).astype(np.float32)
    assert (shift(x, 0, 0) == x).all()
    assert (turn(x, 0) == x).all()


def test_draws_stay_within_their_bounds_and_reach_them() -> None:
    moves = Augment(2, 30, True).draw(4000, np.random.default_rng(0))
    for name in ("down", "right"):
        assert np.unique(moves[name]).tolist() == [-2, -1, 0, 1, 2]
    degrees = np.rad2deg(np.arctan2(moves["sin"], moves["cos"]))
    assert -30 <= degrees.min() < -29.5
    assert 29.5 < degrees.max() <= 30
    assert 0.45 < moves["mirrored"].mean() < 0.55
    assert not Augment(2).draw(99, np.random.default_rng(0))["mirrored"].any()


def test_what_is_not_asked_for_costs_nothing() -> None:
    config = TrainConfig()
    assert draw_moves(config, 8, 1) is None
    x = np.ones((2, 1, 3, 3), np.float32)
    assert config.augment.apply(x, np.zeros(2, MOVE)) is x


@pytest.mark.parametrize(
    "augment", [Augment(2), Augment(rotate=25), Augment(flip=True), Augment(1, 9.5, True)]
)
@given(size=st.integers(1, 23), parts=st.integers(1, 9), step=st.integers(1, 9))
def test_any_number_of_parts_sees_the_same_images_to_the_bit(
    augment: Augment, size: int, parts: int, step: int
) -> None:
    config = TrainConfig(augment=augment, threads=parts)
    moves = draw_moves(config, size, step)
    assert moves is not None
    indices = np.arange(size)
    whole = augment.apply(SPLITS.train.batch(indices)[0], moves)
    pieces = [
        augment.apply(part.x, part.moves)
        for part in split_batch(SPLITS.train, indices, config, step)
        if part.moves is not None
    ]
    assert np.concatenate(pieces).tobytes() == whole.tobytes()


def test_a_batch_is_moved_anew_each_step_the_same_again_and_by_the_seed() -> None:
    state = initial_state(PLAIN, (1, 6, 7), TrainConfig())

    def loss(step: int, **changes: Any) -> float:
        config, team = TrainConfig(**{"augment": Augment(2), **changes}), Team()
        team.begin(PLAIN, config, state)
        return gradients(team, SPLITS.train, np.arange(8), config, step).loss

    assert loss(1) == loss(1)
    assert len({loss(1), loss(2), loss(1, seed=1), loss(1, augment=Augment())}) == 4
    assert loss(1, threads=1) == pytest.approx(loss(1, threads=5))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"shift": -1}, "Shift must be at least 0, received -1."),
        ({"shift": 1.5}, "Shift must be an integer, received 1.5."),
        ({"rotate": -1}, "Rotate must be at least 0 and finite, received -1."),
        ({"rotate": "far"}, "Rotate must be a number, received 'far'."),
        (
            {"rotate": 200},
            "Rotate must be at most 180 degrees to either side, which is every direction "
            "already, received 200.",
        ),
        ({"flip": 1}, "Flip must be true or false, received 1."),
    ],
)
def test_moves_that_mean_nothing(values: Any, told: str) -> None:
    with pytest.raises(ValueError) as error:
        Augment(**values)
    assert str(error.value) == told


def test_a_shift_out_of_sight() -> None:
    Augment(shift=5).check_size(6, 7)
    with pytest.raises(ValueError) as error:
        Augment(shift=6).check_size(6, 7)
    assert str(error.value) == (
        "A shift of up to 6 pixels would push images of 6×7 out of sight; choose at most 6 − 1 = 5."
    )
