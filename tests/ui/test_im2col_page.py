"""The im2col page, run without a browser."""

import json
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.explain.columns import unfold
from cnnviz.nn.layers import Conv2d
from cnnviz.nn.model import Sequential
from cnnviz.runs import layout
from cnnviz.ui.lab.example import first_part
from cnnviz.ui.lab.trained import Trained
from tests.browser import ROOT
from tests.runs.run_tools import SETTINGS, whole_run

PAGE = "pages/4_im2col.py"

pytestmark = pytest.mark.usefixtures("own_manager")


def im2col_page(**params: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    for key, value in params.items():
        page.query_params[key] = value
    return page.switch_page(PAGE).run()


def faults(page: AppTest) -> list[str]:
    return [str(one.value) for one in (*page.exception, *page.error)]


def panels(page: AppTest, key: str = "_col_product") -> dict[str, Any]:
    (found,) = (one.proto for one in page.get("bidi_component") if one.key == key)
    return {panel["name"]: panel for panel in json.loads(found.json)["panels"]}


def words(page: AppTest) -> str:
    return "\n".join(one.value for one in page.markdown)


def test_what_is_shown_first() -> None:
    page = im2col_page()
    assert not faults(page)
    assert panels(page)["columns"]["shape"] == [1, 9, 16]
    assert panels(page)["product"]["shape"] == [1, 2, 16]
    assert "4 cells 9 times: 4 × 9 = 36" in words(page)
    assert "Together 144 entries, which is K × P = 9 × 16." in words(page)
    assert "columns: 9 × 16 × 4 bytes = 576 bytes" in words(page)
    assert "**4 times as much**" in words(page)
    assert page.query_params["col_kernel"] == "3"


def test_a_lesson_is_a_link() -> None:
    link = {
        "col_from": "random",
        "col_size": "5, 7",
        "col_kernel": "3, 2",
        "col_stride": "2, 1",
        "col_padding": "[1, 0], [0, 2]",
        "col_dilation": "1, 2",
        "col_channels": "3",
        "col_filters": "4",
        "col_seed": "5",
    }
    page = im2col_page(**link)
    assert not faults(page)
    assert panels(page)["image"]["shape"] == [3, 6, 9]
    assert panels(page)["columns"]["shape"] == [1, 18, 14]
    assert page.query_params == link


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("col_kernel", "7", "height 6 + padding 0 + 0 = 6 is smaller than the window of 7"),
        ("col_dilation", "3", r"(3 − 1) × 3 + 1 = 7"),
        ("col_stride", "0", "stride must be at least 1, received 0"),
        ("col_stride", "-1", "stride must be at least 1, received -1"),
        ("col_padding", "some", 'padding must be one of "valid"'),
        ("col_size", "29", "height must be a whole number from 1 to 28, not 29"),
        ("col_size", "1000000000", "not 1,000,000,000"),
        ("col_size", "2, 3, 4", "must be an integer or a pair"),
        ("col_kernel", "x", "kernel_size must be an integer, received 'x'"),
    ],
)
def test_what_is_impossible_is_one_sentence(key: str, text: str, told: str) -> None:
    page = im2col_page()
    page.text_input(key).set_value(text).run()
    (sentence,) = faults(page)
    assert told in sentence
    page.text_input(key).set_value("").run()
    assert not faults(page)


@pytest.mark.parametrize("key", ["col_channels", "col_filters", "col_seed"])
@pytest.mark.parametrize("number", [-1.0, 1e9, 2.5])
def test_numbers_out_of_range_are_one_sentence(key: str, number: float) -> None:
    page = im2col_page()
    page.number_input(key).set_value(number).run()
    (sentence,) = faults(page)
    assert "must be a whole number from" in sentence


@pytest.mark.parametrize("text", ["0", "-1", "1e9", "nan", "x", ""])
def test_nonsense_in_the_url_breaks_nothing(text: str) -> None:
    keys = ("from", "image", "run", "channels", "filters", "seed")
    page = im2col_page(**{f"col_{key}": text for key in keys})
    assert not faults(page)


def test_time_is_measured_on_what_is_shown_and_forgotten_with_it() -> None:
    page = im2col_page(col_size="4", col_kernel="2")
    (button,) = (one for one in page.button if one.label == "Measure here and now")
    button.click().run()
    assert "72 products. Largest difference of the results: 0." in words(page)
    page.text_input("col_size").set_value("5").run()
    assert "Largest difference of the results" not in words(page)


def test_a_picture_and_a_runs_layer() -> None:
    page = im2col_page(col_from="picture", col_stride="3")
    assert not faults(page)
    assert panels(page)["columns"]["shape"] == [1, 9, 81]
    assert "col_size" not in page.query_params
    page = im2col_page(col_from="run")
    assert "There is no run with a trained convolution" in faults(page)[0]
    run = whole_run(layout.runs_root())
    page = im2col_page(col_from="run", col_filters="3")
    assert not faults(page)
    assert page.query_params["col_run"] == run.id
    assert any("The first 3 of" in one.value for one in page.caption)
    assert panels(page)["image"]["shape"] == [1, 28, 28]


def test_of_many_channels_the_first_are_shown() -> None:
    rng = np.random.default_rng(0)
    model = Sequential((Conv2d(6, 3), Conv2d(8, 2, stride=2, groups=1)))
    params = model.init((1, 9, 9), rng)
    found = Trained(SETTINGS, 1, 2, model, params)
    x = rng.standard_normal((6, 7, 7)).astype(np.float32)
    shown = first_part(found, x, 5, "Words:")
    assert shown.words == (
        "Words: The first 5 of 8 filters on the first 3 of 6 channels: their part of the sums, "
        "without the bias."
    )
    product = unfold(shown.layer, shown.x, shown.weight).product
    rest = unfold(shown.layer, x[3:], params[1]["weight"][:5, 3:]).product
    whole, _ = model.layers[1].forward(params[1], x[None])
    np.testing.assert_allclose(product + rest, whole[0, :5].reshape(5, -1), rtol=1e-4, atol=1e-5)


def test_the_way_back_has_its_numbers() -> None:
    page = im2col_page(col_size="3", col_kernel="2")
    assert "At row 1, column 1: 5 × 4 = 20." in words(page)
    assert panels(page, "_col_back")["counts"]["limit"] == 4


def test_the_card_is_marked_with_the_arithmetic() -> None:
    page = im2col_page(col_channels="2")
    page.session_state["_col_card_box"] = True
    page.run()
    page.number_input("_col_card_0").set_value(9.0)
    page.number_input("_col_card_1").set_value(16.0)  # what stands on the page
    page.button("_col_card_check").click().run()
    assert "Each channel has its own rows." in page.info[0].value
    assert "That is now." in page.info[0].value
    page.number_input("_col_card_0").set_value(18.0)
    page.number_input("_col_card_1").set_value(30.0)
    page.button("_col_card_check").click().run()
    told = "K = 2 × 3 × 3 = 18 cells in a window, P = 6 × 5 = 30 windows."
    assert told in page.success[0].value


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"col_padding": "1000"}, "6 + padding 1,000 + 1,000 = 2,006, and 64 cells can be shown"),
        ({"col_padding": "same", "col_dilation": "99999"}, "and 64 cells can be shown"),
        (
            {"col_size": "28", "col_kernel": "14", "col_padding": "6", "col_channels": "2"},
            "2 × 14 × 14 rows times 27 × 27 columns = 285,768 entries, and 200,000 can be shown",
        ),
        ({"col_kernel": "7"}, 'the window of 7; use padding="same", a smaller kernel, or a larger'),
    ],
)
def test_what_is_too_large_is_told_and_never_computed(params: dict[str, str], told: str) -> None:
    (sentence,) = faults(im2col_page(**params))
    assert told in sentence


def test_a_wrong_number_leaves_the_other_inputs_where_they_are() -> None:
    page = im2col_page(col_size="0", col_kernel="2")
    assert faults(page) == ["The image's size must be at least 1, received 0."]
    assert [one.label for one in page.text_input] == [
        *("Size", "Kernel", "Stride", "Padding", "Dilation"),
    ]
    assert page.query_params["col_kernel"] == "2"


def test_the_step_of_a_runs_layer_stands_in_the_link() -> None:
    run = whole_run(layout.runs_root())
    page = im2col_page(col_from="run", col_run=run.id, col_step="7")
    assert page.selectbox("col_step").value == 7
    assert page.query_params["col_step"] == "7" and not page.exception
