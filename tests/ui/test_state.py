"""The URL: what it says is taken over, what makes no sense is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.ui.state import SHARED, read_params, write_param
from cnnviz.ui.train.codec import check_layers
from cnnviz.ui.train.defaults import Recipe


@pytest.mark.parametrize(
    "text", ["0", "-1", "1e9", "text", "nan", "inf", "", "1.5", "٣", "1" * 5000, "0x10", "None"]
)
def test_a_batch_that_makes_no_sense_is_left_out(text: str) -> None:
    read = read_params({"batch": text})
    assert read in ({}, {"batch": 3})  # Python reads the Arabic three as a three


@pytest.mark.parametrize("text", ["0", "-1", "1e9", "text", "nan", "inf", "-inf", ""])
def test_a_learning_rate_that_makes_no_sense_is_left_out(text: str) -> None:
    assert read_params({"lr": text}) == {}


@given(st.sampled_from([*SHARED, "other"]), st.text(max_size=30))
def test_no_text_breaks_it(key: str, text: str) -> None:
    assert set(read_params({key: text})) <= {key}


@pytest.mark.parametrize("network", ARCHITECTURES)
def test_a_recipe_survives_the_url(network: str) -> None:
    values = Recipe(network, 1497).values() | {"seed": 7, "network": network, "images": 1497}
    values["layers"] = check_layers(ARCHITECTURES[network].layers)
    params = {key: write_param(value) for key, value in values.items()}
    assert read_params(params) == values
    assert len(params["layers"]) < 500


def test_ids_are_ids() -> None:
    good = "20261120-233000-im2col-lenet-3f2a"
    assert read_params({"run": good}) == {"run": good}
    assert read_params({"run": "../../etc/passwd"}) == {}
