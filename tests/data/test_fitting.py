"""Pictures fitted as the data set's images were made."""

import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.data import available, load
from cnnviz.data.dataset import Bytes
from cnnviz.data.fitting import as_it_is, fit, resized, separated
from cnnviz.data.manner import (
    EMPTY,
    Manner,
    Span,
    box_of,
    center_of_mass,
    faults,
    manner_of,
    stroke_width,
)

FOLDER = os.environ.get("CNNVIZ_DATA_DIR", "")
ANY = Span(0, 1, 1000)
DIGITS = Manner("MNIST", "dark", 20, "mass", (14.0, 14.0), ANY, ANY)
CLOTHES = Manner("Fashion-MNIST", "dark", 28, "box", (13.5, 13.5), ANY, ANY)


def bar(size: tuple[int, int], top: int, left: int, height: int, width: int) -> Bytes:
    picture = np.zeros(size, np.uint8)
    picture[top : top + height, left : left + width] = 255
    return picture


def test_ink_is_scaled_to_20_and_centered_by_mass() -> None:
    found = fit(bar((56, 56), 0, 6, 40, 8), DIGITS)
    assert found.pixels.shape == (28, 28)
    ink = found.pixels / 255
    assert box_of(ink) == (4, 24, 12, 16)
    assert center_of_mass(ink) == (13.5, 13.5)
    assert found.steps == (
        "its ink scaled by 0.5 to 20 rows × 4 columns",
        "moved 9 right and 4 down",
    )
    assert not found.notes


def test_clothes_fill_the_frame_and_stand_by_their_box() -> None:
    found = fit(bar((100, 60), 20, 5, 56, 28), CLOTHES)
    assert box_of(found.pixels / 255) == (0, 28, 7, 21)
    assert found.steps[0] == "its ink scaled by 0.5 to 28 rows × 14 columns"


def test_light_and_dark_are_exchanged_where_the_border_is_bright() -> None:
    picture = bar((28, 28), 4, 12, 20, 4)
    found = fit(255 - picture, DIGITS)
    assert np.array_equal(found.pixels, fit(picture, DIGITS).pixels)
    assert found.steps == (
        "light and dark exchanged, as its border is bright",
        "not scaled: its ink has 20 rows × 4 columns",
        "not moved",
    )
    on_bright = replace(DIGITS, background="bright")
    assert np.array_equal(fit(picture, on_bright).pixels, 255 - found.pixels)
    assert "as its border is dark" in fit(picture, on_bright).steps[0]


def test_gray_paper_and_faint_ink_are_evened_out() -> None:
    picture = np.full((28, 28), 200, np.uint8)
    picture[4:24, 12:16] = 100
    ink, steps = separated(picture, DIGITS)
    assert ink.max() == 1 and ink.min() == 0
    assert steps[1:] == [
        "the paper's gray, 55 of 255, taken off",
        "made 2.5 times as strong, so that the strongest ink is 255",
    ]


def test_no_ink_leaves_the_frame() -> None:
    picture = bar((28, 28), 0, 0, 28, 28)  # a full square, and a far speck
    picture[0, :] = picture[:, 0] = picture[-1, :] = picture[:, -1] = 0
    lopsided = bar((200, 200), 30, 30, 8, 100)
    lopsided[30:130, 30:33] = 255
    for one in (picture, lopsided):
        found = fit(one, DIGITS).pixels / 255
        top, bottom, left, right = box_of(found)
        assert max(bottom - top, right - left) == 20


@pytest.mark.parametrize(
    ("scale", "answer"),
    [(0.5, [[2.5, 4.5]]), (0.25, [[3.5]]), (1.0, [[1, 2, 3, 4], [3, 4, 5, 6]])],
)
def test_making_smaller_takes_means(scale: float, answer: list[list[float]]) -> None:
    ink = np.array([[1, 2, 3, 4], [3, 4, 5, 6]], np.float32) / 10
    assert np.allclose(resized(ink, scale), np.array(answer) / 10)


def test_fed_as_it_is() -> None:
    picture = bar((28, 28), 0, 0, 9, 9)
    assert np.array_equal(as_it_is(picture, DIGITS).pixels, picture)
    wide = np.full((10, 56), 40, np.uint8)
    wide[:, 10:20] = 200
    found = as_it_is(wide, DIGITS)
    assert (found.pixels[:11] == 40).all() and (found.pixels[12:16, 6:9] == 200).all()
    assert found.steps == ("fed as it is, scaled by 0.5 from 10 × 56 to 5 rows × 28 columns",)


def test_where_an_image_is_unlike_the_data() -> None:
    manner = replace(DIGITS, share=Span(0.05, 0.12, 0.24), stroke=Span(1.4, 2.4, 4.2))
    good, thin = bar((28, 28), 4, 12, 20, 4), bar((28, 28), 4, 4, 20, 1)
    assert not faults(good, manner)
    assert faults(thin, manner) == (
        "Thin: its strokes are about 1.0 pixels wide, and in MNIST 2.4 on average (1.4 to 4.2): "
        "make them wider.",
    )
    assert faults(bar((28, 28), 4, 4, 20, 16), manner)[0].startswith("Thick: ")
    assert faults(bar((28, 28), 12, 12, 5, 3), manner)[0] == (
        "Small: it is 5 pixels long, and in MNIST usually 20."
    )
    assert faults(bar((28, 28), 4, 12, 20, 2) // 2, manner)[-1].startswith("Little ink: 3 % of")
    assert faults(255 - good, manner) == (
        "Inverted: it stands on bright ground, and the images of MNIST on dark: exchange light "
        "and dark.",
    )
    assert faults(np.zeros((28, 28), np.uint8), manner) == (EMPTY,)
    assert (
        fit(bar((56, 56), 4, 4, 9, 3), manner)
        .notes[0]
        .startswith("Small: its ink is only 9 of 56 pixels long and was enlarged 2.2 times")
    )


def test_a_bars_width_is_its_strokes_width() -> None:
    assert stroke_width(bar((40, 400), 5, 5, 3, 380) / 255) == pytest.approx(3, rel=0.02)
    assert stroke_width(np.zeros((3, 3))) == 0


def test_the_digits_were_made_as_their_module_says() -> None:
    data = load("digits")
    manner = manner_of(data.test.images, data.title)
    assert (manner.background, manner.longest, manner.center) == ("dark", 20, "box")
    assert manner.at == (13.5, 13.5)
    assert manner.share.low < data.test.images.mean() / 255 < manner.share.high
    own = data.test.images[:40]
    assert sum(bool(faults(image, manner)) for image in own) <= 3
    bright = manner_of(255 - data.test.images, "bright ones")
    assert bright.background == "bright"
    assert bright.stroke.mean == pytest.approx(manner.stroke.mean, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "longest", "center", "at"),
    [("mnist", 20, "mass", (14.0, 14.0)), ("fashion-mnist", 28, "box", (13.5, 13.5))],
)
def test_the_well_known_sets_were_made_as_is_written_of_them(
    name: str,
    longest: int,
    center: str,
    at: tuple[float, float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CNNVIZ_DATA_DIR", FOLDER)
    if name not in {one.name for one in available()}:
        pytest.skip(f"{name} is not here: CNNVIZ_DATA_DIR names no folder with it.")
    images = load(name).test.images
    manner = manner_of(images, name)
    assert (manner.background, manner.longest, manner.center) == ("dark", longest, center)
    assert manner.at == pytest.approx(at, abs=0.1)
    again = [fit(np.kron(one, np.ones((2, 2), np.uint8)), manner).pixels for one in images[:100]]
    same = [
        np.abs(found.astype(int) - own).mean() < 1
        for found, own in zip(again, images[:100], strict=True)
    ]
    assert np.mean(same) > 0.6  # enlarged and fitted, most are themselves again


def test_photographs_have_no_background_in_common() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    manner = manner_of(noise * (np.arange(20) % 3 == 0)[:, None, None].astype(np.uint8), "photos")
    assert manner_of(noise, "photos").background == "varied"
    picture = bar((56, 56), 0, 0, 8, 8)
    assert np.array_equal(
        fit(picture, replace(manner, background="varied")).pixels, as_it_is(picture, manner).pixels
    )


@given(
    st.integers(1, 70),
    st.integers(1, 70),
    st.integers(0, 2**32 - 1),
    st.sampled_from([DIGITS, CLOTHES, replace(CLOTHES, background="bright")]),
    st.booleans(),
)
def test_any_picture_becomes_an_image(
    height: int, width: int, seed: int, manner: Manner, noise: bool
) -> None:
    rng = np.random.default_rng(seed)
    gray = rng.integers(0, 256, (height, width), dtype=np.uint8)
    if not noise:
        gray = np.where(gray > 230, gray, rng.integers(0, 256)).astype(np.uint8)
    for found in (fit(gray, manner), as_it_is(gray, manner)):
        assert found.pixels.shape == (28, 28) and found.pixels.dtype == np.uint8
        assert all(found.steps) and all(found.notes)
