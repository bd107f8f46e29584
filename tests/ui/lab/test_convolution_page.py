"""The Convolution page, run without a browser."""

import json
from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data import DataChoice
from cnnviz.nn.model import Sequential
from cnnviz.runs import layout
from cnnviz.ui.convolution.state import KERNEL_TITLES, TABLE
from cnnviz.ui.inside.drawing import encode_drawing
from cnnviz.ui.lab.source import DRAWING_TABLE
from cnnviz.ui.pictures import pictures
from tests.browser import ROOT
from tests.runs.run_tools import whole_run

pytestmark = pytest.mark.usefixtures("own_manager")
NOTHING = "Nothing is drawn yet: press Draw, or choose another input."


def opened(**params: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    for key, value in params.items():
        page.query_params[f"conv_{key}"] = value
    return page.switch_page("pages/2_Convolution.py").run()


def faults(page: AppTest) -> list[str]:
    return [str(one.value) for one in (*page.exception, *page.error)]


def picture(page: AppTest) -> dict[str, Any]:
    """What travels to the linked picture."""
    (one,) = (c.proto for c in page.get("bidi_component") if c.key == "_conv_picture")
    return dict(json.loads(one.json))


def numbers(data: dict[str, Any], name: str) -> list[float]:
    kind = np.dtype(data["type"]).newbyteorder("<")
    return [float(number) for number in np.frombuffer(b64decode(data[name]), kind)]


def run_code(page: AppTest) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(page.code[0].value, names)
    return names


def test_it_begins_with_the_worked_example() -> None:
    page = opened()
    assert not faults(page)
    assert numbers(picture(page), "after") == [4, 3, 4, 2, 4, 3, 2, 3, 4]
    assert run_code(page)["z"] == 4
    assert "# z = 4" in page.code[0].value
    assert any("both agree everywhere" in one.value for one in page.markdown)
    assert any("the first output is 4" in one.value for one in page.caption)
    page.text_input("conv_padding").set_value("1").run()
    assert not any("the first output is 4" in one.value for one in page.caption)


def test_two_channels_bring_their_kernel() -> None:
    page = opened()
    page.selectbox("conv_from").select("two").run()
    assert page.selectbox("conv_kernel").value == "two"
    data = picture(page)
    assert (data["names"], data["shown"]) == ([0, 1], [0, 1])
    products = np.multiply(numbers(data, "input"), numbers(data, "weight"))
    assert products.reshape(2, 2, 2).sum(axis=0).tolist() == [[26, 40], [58, 80]]
    assert run_code(page)["z"] == 204
    assert not faults(page)
    page.selectbox("conv_from").select("own").run()
    assert page.selectbox("conv_kernel").value == "cross"
    assert not faults(page)


def test_a_link_that_names_the_input_alone_brings_its_kernel_too() -> None:
    page = opened(**{"from": "two"})
    assert not faults(page)
    assert page.selectbox("conv_kernel").value == "two"
    assert run_code(page)["z"] == 204
    run = whole_run(layout.runs_root())
    page = opened(**{"from": "run", "run": run.id})
    assert not faults(page)
    assert page.selectbox("conv_kernel").value == "run"


@pytest.mark.parametrize("kernel", [key for key in KERNEL_TITLES if key not in ("two", "run")])
def test_every_kernel_meets_a_picture_of_a_data_set(kernel: str) -> None:
    page = opened(**{"from": "picture", "image": "7", "kernel": kernel, "padding": "same"})
    assert not faults(page)
    data = picture(page)
    shown = pictures(DataChoice("digits")).test.batch(slice(7, 8))[0]
    np.testing.assert_array_equal(numbers(data, "input"), shown.ravel())
    assert len(numbers(data, "after")) == 28 * 28


def test_a_chosen_cell_stands_in_the_link_and_its_line_gives_its_number() -> None:
    page = opened(cell="1,2", bias="-2.5", activation="ReLU", kernel="sobel-x")
    names = run_code(page)
    data = picture(page)
    assert data["cell"] == [1, 2]
    assert names["z"] == numbers(data, "before")[5]
    assert names["y"] == numbers(data, "after")[5]
    assert page.query_params["conv_cell"] == "1,2"
    page.text_input("conv_stride").set_value("3").run()
    assert picture(page)["cell"] == [0, 0]
    assert not faults(page)


def test_all_of_it_stands_in_the_link() -> None:
    first = opened(
        **{"from": "own", "grid": "1,2,3;4,5,6;7,8,9.5", "kernel": "own", "weights": "1,-1;0.5,2"},
        stride="2, 1",
        padding="full",
        dilation="1, 2",
        bias="0.25",
        activation="Tanh",
        cell="1,3",
        depth="1",
        weights_depth="1",
    )
    params = {key: value for key, value in first.query_params.items() if key.startswith("conv_")}
    assert set(params) == set(TABLE) - {
        "conv_data",
        "conv_image",
        "conv_run",
        "conv_layer",
        "conv_step",
        "conv_filter",
        "conv_channels",
        *DRAWING_TABLE,
    }
    again = opened(**{key.removeprefix("conv_"): value for key, value in params.items()})
    assert picture(again) == picture(first)
    assert again.query_params == first.query_params
    assert not faults(again)


@pytest.mark.parametrize("text", ["no-such-thing", "-1", "1e300", "nan", "", "1,2;3", "0"])
def test_nothing_in_the_link_breaks_the_page(text: str) -> None:
    sizes = ("conv_stride", "conv_padding", "conv_dilation")  # told in a sentence, see below
    page = opened(**{key.removeprefix("conv_"): text for key in TABLE if key not in sizes})
    assert not faults(page)
    assert numbers(picture(page), "after")


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("dilation", "3", "height 5 + padding 0 + 0 = 5 is smaller than the window of (3 − 1) × 3"),
        ("stride", "0", "stride must be at least 1, received 0"),
        ("stride", "-1", "stride must be at least 1, received -1"),
        ("stride", "1.5", "stride must be an integer, received 1.5"),
        ("dilation", "no", "dilation must be an integer, received 'no'"),
        ("padding", "much", '"valid", "same", "same_lower", "full"; received'),
        (
            "padding",
            "1000000000",
            "height 5 + padding 1,000,000,000 + 1,000,000,000 = 2,000,000,00",
        ),
    ],
)
def test_an_impossible_setting_is_a_sentence_and_the_page_goes_on(
    key: str, text: str, told: str
) -> None:
    page = opened()
    before = page.text_input(f"conv_{key}").value
    page.text_input(f"conv_{key}").set_value(text).run()
    assert not page.exception
    (sentence,) = (one.value for one in page.error)
    assert told in sentence.replace("\\", "")
    page.text_input(f"conv_{key}").set_value(before).run()
    assert not faults(page)


def test_a_huge_stride_leaves_one_output() -> None:
    page = opened(stride="1000000000")
    assert not faults(page)
    assert numbers(picture(page), "after") == [4]


@pytest.mark.parametrize("key", ["from", "kernel"])
def test_without_a_run_the_page_says_where_to_train_one(key: str) -> None:
    page = opened(**{key: "run"})
    assert not page.exception
    assert "train a network on the Train page" in page.error[0].value
    page.selectbox(f"conv_{key}").select("one" if key == "from" else "cross").run()
    page.selectbox("conv_kernel").select("cross").run()
    assert not faults(page)


def test_a_runs_own_layer_and_image() -> None:
    run = whole_run(layout.runs_root())
    page = opened()
    page.selectbox("conv_from").select("run").run()
    assert not faults(page)
    assert page.selectbox("conv_kernel").value == "run"
    assert page.text_input("conv_stride").value == "3"
    page.number_input("conv_image").set_value(4.0).run()
    page.selectbox("conv_filter").select(2).run()
    x = pictures(run.settings().data).test.batch(slice(4, 5))[0]
    model = Sequential.from_specs(run.settings().layers)
    trace = model.trace(run.params(run.checkpoint_steps()[-1]), x)
    data = picture(page)
    assert numbers(data, "after") == trace[0].output[0, 2].ravel().tolist()
    assert data["activation"] == ""
    assert page.query_params["conv_run"] == run.id
    assert "conv_step" not in page.query_params  # the latest, also where a run goes on
    page.selectbox("conv_step").select(7).run()
    trace = model.trace(run.params(7), x)
    assert numbers(picture(page), "after") == trace[0].output[0, 2].ravel().tolist()
    assert page.query_params["conv_step"] == "7" and page.query_params["conv_filter"] == "2"
    page.selectbox("conv_kernel").select("blur" if "blur" in KERNEL_TITLES else "box").run()
    assert page.text_input("conv_stride").value == "3"
    assert not faults(page)


def test_numbers_of_ones_own_can_be_resized_but_not_to_nothing() -> None:
    page = opened(**{"from": "own"})
    page.number_input("_conv_own_columns").set_value(7.0).run()
    assert picture(page)["size"] == [5, 7]
    assert page.query_params["conv_grid"].startswith("1,1,1,0,0,0,0;")
    page.number_input("_conv_own_rows").set_value(0.0).run()
    assert "Rows must be a whole number from 1 to 28, not 0: it stays" in page.error[0].value
    assert page.number_input("_conv_own_rows").value == 5
    page.number_input("_conv_own_depth").set_value(2.0).run()
    assert picture(page)["names"] == [0, 1]
    assert not faults(page)


def test_a_kernel_of_other_channels_is_a_sentence_with_a_way_out() -> None:
    page = opened(kernel="two")
    assert "The kernel has 2 channels and the input 1" in page.error[0].value
    assert "or an input with 2 channels" in page.error[0].value


def test_behind_a_trained_filter_the_readers_own_settings_come_back() -> None:
    whole_run(layout.runs_root())
    page = opened()
    page.text_input("conv_padding").set_value("SAME").run()
    assert not faults(page)
    page.selectbox("conv_kernel").select("run").run()
    assert (page.text_input("conv_stride").value, page.text_input("conv_padding").value) == (
        "3",
        "valid",
    )
    page.selectbox("conv_kernel").select("cross").run()
    assert not faults(page)
    assert (page.text_input("conv_stride").value, page.text_input("conv_padding").value) == (
        "1",
        "SAME",
    )


def test_predictions_are_marked() -> None:
    page = opened()
    for name in ("size", "product"):
        page.session_state[f"_conv_{name}_box"] = True
    page.run()
    page.number_input("_conv_size_0").set_value(2.0)
    page.number_input("_conv_size_1").set_value(2.0)
    page.button("_conv_size_check").click().run()
    assert "is right. Rows: (5 + 0 + 0 − 3) ÷ 2" in page.success[0].value
    page.number_input("_conv_product_0").set_value(0.0)
    page.button("_conv_product_check").click().run()
    assert "is not it" in page.info[0].value
    page.number_input("_conv_product_0").set_value(1.0)
    page.button("_conv_product_check").click().run()
    assert "4 − 3 = 1, and value × weight is 1 × 1 = 1." in page.success[0].value


def test_the_drawing_that_all_pages_share_is_an_input() -> None:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    page.query_params["conv_from"] = "drawing"
    page.switch_page("pages/2_Convolution.py").run()
    assert [one.value for one in page.error] == [NOTHING]
    gray = np.zeros((28, 28), np.uint8)
    gray[3:9, 4] = np.arange(40, 46)
    page.session_state["look_drawing"] = encode_drawing(gray)
    page.run()
    assert not faults(page)
    drawn = np.reshape(numbers(picture(page), "input"), (28, 28))
    assert np.array_equal(drawn, gray / np.float32(255))
    assert page.query_params["look_drawing"] == encode_drawing(gray)
    page.switch_page("pages/4_im2col.py").run()
    page.selectbox("col_from").select("drawing").run()
    assert not faults(page)
    assert page.query_params["look_drawing"] == encode_drawing(gray)
