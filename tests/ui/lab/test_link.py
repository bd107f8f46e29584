"""A page of the lab has its own parameters in the URL, and only while it is open."""

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui.state import grid, read_params, write_param


def show() -> None:
    import streamlit as st

    from cnnviz.ui.state import adopt_url, grid, one_of, publish_url
    from cnnviz.ui.train.fields import choice_input, number_input

    tables = {
        "Shapes": {"shape_kernel": int, "shape_padding": one_of({"valid": 0, "same": 0})},
        "Convolution": {"conv_weights": grid(3, 3)},
    }
    page = st.session_state.get("open", "Shapes")
    table = tables[page]
    adopt_url(page, table)
    if page == "Shapes":
        number_input("Kernel", "shape_kernel", 3, whole=True, help="")
        choice_input("Padding", "shape_padding", ["valid", "same"], "valid")
    else:
        st.session_state.setdefault("conv_weights", ((1.0, 0.5), (0.0, -1.0)))
    publish_url(table)


def opened(**params: str) -> AppTest:
    page = AppTest.from_function(show)
    for key, value in params.items():
        page.query_params[key] = value
    return page.run()


def go(page: AppTest, title: str) -> AppTest:
    """Open another page as the menu does: what was set by hand is gone from the URL."""
    page.query_params.clear()
    page.session_state["open"] = title
    return page.run()


def test_going_away_and_coming_back_keeps_the_values() -> None:
    page = opened(shape_kernel="5", embed="true", lr="3", conv_weights="1")
    assert page.query_params == {
        "shape_kernel": "5",
        "shape_padding": "valid",
        "embed": "true",
    }
    page.selectbox("shape_padding").select("same").run()
    page = go(page, "Convolution")
    assert page.query_params == {"conv_weights": "1,0.5;0,-1"}
    page = go(page, "Shapes")
    assert page.number_input("shape_kernel").value == 5
    assert page.selectbox("shape_padding").value == "same"
    assert page.query_params == {"shape_kernel": "5", "shape_padding": "same"}
    assert not page.exception


def test_a_wrong_parameter_is_left_out() -> None:
    page = opened(shape_kernel="1.5", shape_padding="odd", shape_other="1")
    assert page.number_input("shape_kernel").value == 3
    assert page.query_params == {"shape_kernel": "3", "shape_padding": "valid"}


@pytest.mark.parametrize("text", ["", ";", "1,2;3", "1,nan", "a", "1,2,3", "1;2;3", "1,,2"])
def test_what_is_no_table_of_numbers_is_left_out(text: str) -> None:
    assert read_params({"conv_weights": text}, {"conv_weights": grid(2, 2)}) == {}


def test_a_table_of_numbers_survives_the_url() -> None:
    cells = ((1.0, -0.25), (1e-9, 12345.0))
    assert grid(2, 2)(write_param(cells)) == cells
