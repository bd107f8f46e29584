"""Ways out of a dead end work, are near, and sliders stop where it gets impossible."""

import numpy as np
import pytest

from cnnviz.explain.nearest import LIMITS, room, ways_out
from cnnviz.explain.setting import Setting, made
from tests.explain.random_settings import random_setting


def words(setting: Setting) -> list[str]:
    return [way.words for way in ways_out(setting)]


def test_a_kernel_that_is_too_large() -> None:
    assert words(Setting(size=(4, 4), kernel=(7, 7))) == ["kernel 4", "image 7", 'padding "same"']
    assert words(Setting(size=(4, 9), kernel=(7, 5))) == [
        "kernel 4 × 5",
        "image 7 × 9",
        'padding "same"',
    ]
    dilated = Setting(size=(6, 6), dilation=(3, 3), padding=0)
    assert words(dilated) == ["kernel 2", "image 7", "dilation 2", "padding 1"]


def test_sides_of_padding_are_named_in_their_order() -> None:
    setting = Setting(size=(4, 4), kernel=(7, 4), padding=((1, 1), (0, 2)))
    assert words(setting) == ["kernel 6 × 4", "image 5", "padding 1, 2 · 0, 2"]


def test_padding_that_pooling_cannot_take() -> None:
    setting = Setting("MaxPool2d", (4, 6), (2, 2), padding=3)
    assert words(setting) == ["kernel 4", "dilation 3", "padding 1"]


def test_output_padding_needs_a_stride() -> None:
    setting = Setting("ConvTranspose2d", (4, 4), padding=0, output_padding=(2, 2))
    assert words(setting) == ["dilation 3", "output padding 0", "stride 3"]


def test_a_number_beyond_all_bounds_is_led_back() -> None:
    assert words(Setting(kernel=(10**9, 10**9)))[0] == "kernel 28"


def test_what_works_needs_no_way_out() -> None:
    assert ways_out(Setting()) == []


def test_every_way_out_works_and_nothing_nearer_does() -> None:
    rng, dead_ends = np.random.default_rng(0), 0
    while dead_ends < 150:
        setting = random_setting(rng, 5)
        if not setting.problem():
            continue
        dead_ends += 1
        for way in ways_out(setting):
            assert not way.setting.problem()
            changed = [
                name for name in LIMITS if getattr(way.setting, name) != getattr(setting, name)
            ]
            assert len(changed) == 1, (setting, way)


@pytest.mark.parametrize(
    ("field", "now", "expected"),
    [("kernel", 3, (1, 6)), ("size", 6, (3, 64)), ("stride", 1, (1, 64)), ("dilation", 1, (1, 2))],
)
def test_a_slider_goes_as_far_as_it_works(field: str, now: int, expected: tuple[int, int]) -> None:
    setting = Setting(size=(6, 6))
    found = room(lambda n: made(setting, field, (n, n)), now, 1, 64)
    assert found == expected
    assert made(setting, field, (expected[0],) * 2).problem() == ""


def test_an_impossible_value_has_the_whole_slider() -> None:
    setting = Setting(size=(6, 6))
    assert room(lambda n: made(setting, "kernel", (n, n)), 9, 1, 11) == (1, 11)
