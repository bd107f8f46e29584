import math

import pytest

from cnnviz.nn.checks import choice, flag, integer, number


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (0, "size must be at least 1, received 0."),
        (-3, "size must be at least 1, received -3."),
        (2.0, "size must be an integer, received 2.0."),
        ("2", "size must be an integer, received '2'."),
        (True, "size must be an integer, received True."),
        (None, "size must be an integer, received None."),
    ],
)
def test_integers(value: object, sentence: str) -> None:
    with pytest.raises(ValueError) as error:
        integer(value, "size", minimum=1)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (1, "rate must be at least 0 and below 1, received 1."),
        (-0.1, "rate must be at least 0 and below 1, received -0.1."),
        (math.nan, "rate must be at least 0 and below 1, received nan."),
        ("a", "rate must be a number, received 'a'."),
        (False, "rate must be a number, received False."),
    ],
)
def test_numbers(value: object, sentence: str) -> None:
    with pytest.raises(ValueError) as error:
        number(value, "rate", least=0, below=1)
    assert str(error.value) == sentence


def test_number_above_its_start() -> None:
    assert number(2, "eps", least=0, open_start=True) == 2.0
    for value in (0, math.inf, 10**400):
        with pytest.raises(ValueError, match="eps must be above 0 and finite"):
            number(value, "eps", least=0, open_start=True)


def test_flags_and_choices() -> None:
    assert flag(False, "use_bias") is False
    assert choice("he", "weight_init", ("he", "xavier")) == "he"
    with pytest.raises(ValueError, match="use_bias must be true or false, received 1"):
        flag(1, "use_bias")
    with pytest.raises(ValueError, match='one of "he", "xavier"; received \'zero\''):
        choice("zero", "weight_init", ("he", "xavier"))
    with pytest.raises(ValueError, match="received 3"):
        choice(3, "weight_init", ("he", "xavier"))
