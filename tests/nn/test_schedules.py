import math
from typing import Any

import pytest

from cnnviz.nn.schedules import SCHEDULES, Constant, OneCycle, Step


def course(schedule: Any, total: int) -> list[float]:
    return [schedule.factor(step, total) for step in range(1, total + 1)]


def test_constant() -> None:
    assert course(Constant(), 3) == [1, 1, 1]


def test_steps_down_after_each_fraction() -> None:
    assert course(Step(every=0.25, gamma=0.5), 8) == [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125]
    powers = [2.0**-k for k in range(10)]
    assert course(Step(every=0.1, gamma=0.5), 10) == powers, "0.3 / 0.1 is below 3 in binary"
    assert course(Step(every=2.0), 5) == [1] * 5


def test_one_cycle_goes_up_and_down() -> None:
    factors = course(OneCycle(warmup=0.2, start=0.1, end=0.01), 101)
    assert factors[0] == pytest.approx(0.1)
    assert factors[10] == pytest.approx(0.55)
    assert factors[20] == pytest.approx(1)
    assert factors[60] == pytest.approx(0.505)
    assert factors[100] == pytest.approx(0.01)
    assert factors[:21] == sorted(factors[:21])
    assert factors[20:] == sorted(factors[20:], reverse=True)


@pytest.mark.parametrize("kind", SCHEDULES.values())
@pytest.mark.parametrize("total", [1, 2, 7, 1000])
def test_every_factor_is_a_small_positive_number(kind: Any, total: int) -> None:
    assert all(0 < factor <= 1 and math.isfinite(factor) for factor in course(kind(), total))
    assert 0 < kind().factor(total + 5, total) <= 1


def test_one_cycle_without_warmup_starts_at_the_top() -> None:
    assert OneCycle(warmup=0).factor(1, 10) == 1


def test_a_growing_rate_ends_at_infinity_rather_than_with_an_error() -> None:
    assert Step(every=0.001, gamma=10).factor(1000, 1000) == math.inf
    assert Step(every=1e-9, gamma=0.5).factor(1000, 1000) == 0


@pytest.mark.parametrize(
    ("kind", "arguments", "told"),
    [
        (Step, {"every": 0}, "Step: every must be above 0 and finite, received 0."),
        (Step, {"gamma": -1}, "Step: gamma must be above 0 and finite, received -1."),
        (OneCycle, {"warmup": 1}, "OneCycle: warmup must be at least 0 and below 1, received 1."),
        (OneCycle, {"start": -1}, "OneCycle: start must be at least 0 and finite"),
        (OneCycle, {"end": "0"}, "OneCycle: end must be a number, received '0'."),
    ],
)
def test_settings_that_mean_nothing(kind: Any, arguments: Any, told: str) -> None:
    with pytest.raises(ValueError) as error:
        kind(**arguments)
    assert str(error.value).startswith(told)
