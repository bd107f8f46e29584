"""Printed terms add up to the printed total."""

import math

from hypothesis import given
from hypothesis import strategies as st

from cnnviz.explain.sums import places_for, printed_sum

numbers = st.floats(-1e6, 1e6, allow_nan=False)


def test_what_loses_most_by_rounding_down_gets_the_unit() -> None:
    found = printed_sum([0.333, 0.333, 0.334], 1.0, 1)
    assert found is not None
    assert (found.texts, found.result) == (["0.3", "0.3", "0.4"], "1.0")


def test_a_minus_is_a_minus_sign() -> None:
    found = printed_sum([1.25, -2.5], -1.25)
    assert found is not None
    assert (found.texts, found.result) == (["1.250", "−2.500"], "−1.250")


def test_very_large_numbers_are_powers_of_ten() -> None:
    found = printed_sum([2e12, -5e11], 1.5e12)
    assert found is not None
    assert (found.texts, found.result) == (["2000e9", "−500e9"], "1500e9")


def test_no_terms_and_no_numbers_are_no_sum() -> None:
    assert printed_sum([], 0.0) is None
    for wrong in (math.nan, math.inf):
        assert printed_sum([1.0, wrong], 1.0) is None
        assert printed_sum([1.0], wrong) is None


def test_places_show_four_digits_of_the_largest() -> None:
    assert [places_for([x]) for x in (0.0, 0.0123, 1.5, -123.4, 5e7, 5e10)] == [3, 5, 3, 1, 0, -7]


@given(st.lists(numbers, min_size=1, max_size=30), st.integers(0, 6))
def test_they_always_add_up_and_stay_near(terms: list[float], places: int) -> None:
    total = math.fsum(terms)
    found = printed_sum(terms, total, places)
    assert found is not None
    assert sum(found.terms) == found.total
    for term, units in zip(terms, found.terms, strict=True):
        assert abs(units - term * 10**places) <= 1.5
