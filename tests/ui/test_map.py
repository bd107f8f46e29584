"""The map's Python: what it sends, what it takes back."""

from base64 import b64decode

import numpy as np
import pytest

from cnnviz.ui.components.map import (
    Mapped,
    checked,
    chosen_image,
    chosen_part,
    embedding_map,
    map_part,
    scaled,
    whole_part,
)


def mapped(count: int = 3, **changes: object) -> Mapped:
    whole = {
        "points": np.arange(2.0 * count).reshape(count, 2),
        "images": np.zeros((count, 4, 5), np.uint8),
        "labels": np.zeros(count, np.uint8),
        "titles": [f"image {i}" for i in range(count)],
        "wrong": np.zeros(count, bool),
    }
    return Mapped(**{**whole, **changes})


def test_points_fill_a_square_and_keep_their_shape() -> None:
    found = scaled(np.array([[0.0, 10.0], [4.0, 10.0], [2.0, 12.0]]))
    assert found.tolist() == [[0, 0.25], [1, 0.25], [0.5, 0.75]]
    assert scaled(np.full((2, 2), 7.0)).tolist() == [[0.5, 0.5], [0.5, 0.5]]


@pytest.mark.parametrize(
    "changes",
    [{"points": np.zeros((3, 3))}, {"labels": np.zeros(2, np.uint8)}, {"titles": ["one"]}],
)
def test_what_does_not_belong_together_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="two numbers, an image, a class and a title"):
        checked(mapped(**changes))


@pytest.mark.parametrize(
    "state", [None, {}, *({"image": {"place": at}} for at in (3, -1, "1", 1.0, True, None)), "x"]
)
def test_an_image_that_does_not_exist_is_none(state: object) -> None:
    assert chosen_image(state, 3) is None


def test_an_image_that_exists_is_taken() -> None:
    assert chosen_image({"image": {"place": 2, "number": 5}}, 3) == 2


@pytest.mark.parametrize("part", ["1_0.5_0.5_3", "2.25_0_1", "32_0.1234_0.5_0"])
def test_a_part_that_exists_is_taken(part: str) -> None:
    assert map_part(part) == part == chosen_part({"part": part})


@pytest.mark.parametrize(
    "part",
    *[
        [
            "x",
            "2_0.5",
            "2_0.5_0.5_1_1",
            "33_0_0",
            "0.5_0_0",
            "2_nan_0",
            "2_0_1.1",
            "2_0_0_10",
            "2_0_0_-1",
        ]
    ],
)
def test_a_part_that_does_not_exist_is_none(part: str) -> None:
    with pytest.raises(ValueError):
        map_part(part)
    assert chosen_part({"part": part}) is None


def test_the_whole_map_and_no_part() -> None:
    assert chosen_part({"part": ""}) == ""
    assert [chosen_part(state) for state in (None, {}, {"part": 3}, {"part": ["x"]})] == [None] * 4
    assert whole_part("2_0.1_0.2_7") == "1_0.5_0.5_7" and whole_part("2_0.1_0.2") == ""


def test_everything_travels_to_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, object] = {}
    monkeypatch.setattr("cnnviz.ui.components.map._MAP", lambda **more: sent.update(more))
    one = mapped(wrong=np.array([False, True, False]))
    embedding_map(one, ["a", "b"], label="words", of="pca", key="k")
    data = sent["data"]
    assert [*data["wrong"]] == [1] and not data["choosable"] and data["shape"] == (3, 4, 5)
    points = np.frombuffer(b64decode(data["points"]), "<f4").reshape(3, 2)
    assert np.array_equal(points, scaled(one.points))
    assert len(b64decode(data["images"])) == one.images.size
    assert len(data["colors"]["light"]) == len(data["colors"]["dark"]) == 10
