"""The Shapes page, run without a browser."""

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.explain.setting import KINDS
from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.nn.layers import LAYERS
from cnnviz.runs import layout
from cnnviz.ui.shapes.params import CHOICES, TABLE
from cnnviz.ui.state import read_params
from tests.browser import ROOT
from tests.runs.run_tools import SETTINGS, whole_run

SHAPES = "pages/3_Shapes.py"


def opened(**params: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    for key, value in params.items():
        page.query_params[f"shape_{key}"] = value
    return page.switch_page(SHAPES).run()


def faults(page: AppTest) -> list[str]:
    return [str(one.value) for one in (*page.exception, *page.error)]


def said(page: AppTest) -> str:
    return " ".join(one.value for one in (*page.markdown, *page.caption))


def button(page: AppTest, label: str) -> Any:
    return next(one for one in page.button if one.label.startswith(label))


def unfold(page: AppTest, key: str) -> None:
    """Open what is folded up."""
    page.session_state[key] = True
    page.run()


def link(page: AppTest) -> dict[str, str]:
    return {key.removeprefix("shape_"): value for key, value in page.query_params.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_every_layer_with_every_padding(kind: str) -> None:
    page = opened(kind=kind, ceil_mode="1", apart="1", stride_width="2")
    for padding in CHOICES:
        page.selectbox("_shape_padding").select(padding).run()
        assert not faults(page)
        assert "28 × 28 →" in said(page)
        assert (len(page.table), len(page.code)) == (3, 1)
        assert link(page)["padding"] == padding
        assert ("ceil_mode" in link(page)) == kind.endswith("Pool2d")


def test_a_lesson_is_a_link() -> None:
    page = opened(kernel_height="5", stride_height="2", padding="same")
    assert "28 × 28 → 14 × 14" in said(page)
    assert "top 1, bottom 2, left 1, right 2" in said(page)
    assert page.slider("_shape_kernel_height").value == 5
    assert page.selectbox("_shape_padding").value == "same"
    values = page.table[0].value
    assert ("Padding bottom", "P_h − ⌊P_h / 2⌋", "3 − ⌊3 / 2⌋ = **2**") in [
        *values.itertuples(index=False)
    ]


@pytest.mark.parametrize("text", ["0", "-1", "1e9", "text", "1.5", "65", "nan", ""])
def test_wrong_numbers_in_a_link_are_left_out(text: str) -> None:
    keys = ("kernel_height", "stride_height", "padding_top", "view", "kind", "padding", "apart")
    page = opened(**dict.fromkeys(keys, text))
    assert not faults(page)
    assert page.slider("_shape_kernel_height").value == 3


def test_sliders_stop_where_it_gets_impossible_and_say_so() -> None:
    page = opened(size_height="6", dilation_height="2")
    kernel, size = page.slider("_shape_kernel_height"), page.slider("_shape_size_height")
    assert (kernel.min, kernel.max, size.min) == (1, 3, 5)
    assert "input from 5, kernel up to 3, dilation up to 2" in said(page)
    size.set_value(20).run()
    assert page.slider("_shape_kernel_height").max == 10
    assert page.slider("_shape_size_height").value == 20
    assert not faults(page)


def test_an_impossible_link_says_why_and_what_works() -> None:
    page = opened(kernel_height="40")
    assert "height 28 + padding 0 + 0 = 28 is smaller than the window of 40" in page.error[0].value
    assert [one.label for one in page.button if "→" in one.label] == [
        "kernel 28 → 1 × 1",
        "image 40 → 1 × 1",
        'padding "same" → 28 × 28',
    ]
    button(page, "image 40").click().run()
    assert not faults(page)
    assert link(page)["size_height"] == "40"
    assert "40 × 40 → 1 × 1" in said(page)


def test_a_link_begins_where_something_was_pinned() -> None:
    def start(page: AppTest, key: str) -> Any:
        (found,) = [one.proto for one in page.get("bidi_component") if one.key == key]
        return json.loads(found.json)["start"]

    page = opened(at="image.-1.2", padding="same")
    assert start(page, "shape_windows") == ["image", -1, 2]
    assert link(page)["at"] == "image.-1.2"
    for wrong in ("image.1", "image.1.2.3", "else.1.2", "image.1e3.0", "image.97.0", "x", "."):
        assert start(opened(at=wrong), "shape_windows") is None
    page = opened(view="chain", network="tiny", unit="2,3")
    assert start(page, "shape_network_picture") == [2, 3]
    assert start(opened(view="chain", unit="99,0"), "shape_network_picture") is None
    assert not faults(page)


@pytest.mark.parametrize(("number", "near"), [(0.0, 1), (-1.0, 1), (1e9, 64), (1.5, 2)])
def test_a_wrong_number_that_is_typed_is_a_sentence(number: float, near: int) -> None:
    page = opened(typed="1")
    page.number_input("_shape_kernel_height").set_value(number).run()
    told = "Kernel must be a whole number from 1 to 64, not "
    assert page.error[0].value.startswith(told)
    assert "kernel_height" not in link(page)
    assert page.button("_within").label == f"Kernel {near}"
    page.button("_within").click().run()
    assert page.number_input("_shape_kernel_height").value == near
    if near == 64:  # allowed, and larger than the image: there are ways out of that, too
        assert "The nearest settings that work:" in said(page)
    else:
        assert not faults(page)
    page.number_input("_shape_kernel_height").set_value(4.0).run()
    assert not faults(page)
    assert "28 × 28 → 25 × 25" in said(page)


def test_width_begins_where_height_stands() -> None:
    page = opened(kernel_height="7")
    page.toggle("_shape_apart").set_value(True).run()
    assert page.slider("_shape_kernel_width").value == 7
    page.slider("_shape_kernel_width").set_value(3).run()
    assert "28 × 28 → 22 × 26" in said(page)
    page.toggle("_shape_apart").set_value(False).run()
    assert "28 × 28 → 22 × 22" in said(page)
    assert "kernel_width" not in link(page)


def test_going_away_and_coming_back_keeps_everything() -> None:
    page = opened(kind="MaxPool2d", kernel_height="3", ceil_mode="1", padding="number")
    page.slider("_shape_stride_height").set_value(2).run()
    before = link(page)
    page.query_params.clear()
    page = page.switch_page("dashboard.py").run()
    assert not link(page)
    page = page.switch_page(SHAPES).run()
    assert link(page) == before
    assert page.slider("_shape_stride_height").value == 2


def check(page: AppTest, card: str, *numbers: float) -> AppTest:
    for place, number in enumerate(numbers):
        page.number_input(f"_shape_{card}_{place}").set_value(number)
    return button(page, "Check").click().run()


def test_a_card_asks_for_an_output_that_is_not_shown() -> None:
    page = opened(stride_height="2")
    unfold(page, "_shape_size_box")
    assert "stride **3**, not 2" in said(page)
    page = check(page, "size", 26.0, 9.0)
    assert page.info[0].value.startswith("Height: **26** is not it. That would be with stride 1.")
    page = check(page, "size", 9.0, 9.0)
    assert page.success[0].value == (
        "**9, 9** is right. Height: ⌈(28 − 3 + 1) / 3⌉ = 9; width: ⌈(28 − 3 + 1) / 3⌉ = 9."
    )


def test_a_card_asks_for_a_receptive_field_that_is_not_shown() -> None:
    page = opened(view="chain", network="im2col-lenet")
    unfold(page, "_shape_field_box")
    assert "the kernel of layer 1 were **7 × 7**" in said(page)
    assert "layer 6, MaxPool2d" in said(page)
    page = check(page, "field", 18.0, 18.0)
    assert page.success[0].value == (
        "**18, 18** is right. It grows like this: layer 1: 7 × 7, layer 3: 8 × 8, "
        "layer 4: 16 × 16, layer 6: 18 × 18."
    )


def test_every_network_as_a_chain() -> None:
    page = opened(view="chain", code="cnnviz")
    for network, architecture in ARCHITECTURES.items():
        page.selectbox("shape_network").select(network).run()
        assert not faults(page)
        assert len(page.table[0].value) == len(architecture.layers)
        outputs = [*page.table[0].value["output"]]
        told = [line.partition(",  # ")[2] for line in page.code[0].value.splitlines()]
        assert [one for one in told if one] == [one.replace(",", "") for one in outputs]
        assert not button(page, "Train this network").disabled


@pytest.mark.parametrize("view", ["layer", "chain"])
def test_the_framework_of_the_code_stands_in_the_address(view: str) -> None:
    page = opened(view=view)
    assert "import torch" in page.code[0].value and link(page)["code"] == "PyTorch"
    page.session_state["shape_code"] = "Keras"
    page.run()
    assert "import keras" in page.code[0].value and link(page)["code"] == "Keras"
    assert "import keras" in opened(view=view, code="Keras").code[0].value
    assert "import torch" in opened(view=view, code="Fortran").code[0].value


def test_parameters_are_arithmetic_and_what_covers_the_image_is_flagged() -> None:
    page = opened(view="chain", network="im2col-lenet")
    table = page.table[0].value
    assert table["parameters"][3] == "16 × 6 × 5 × 5 + 16 = 2,416"
    assert list(table["sees"][:6]) == ["5 × 5", "5 × 5", "6 × 6", "14 × 14", "14 × 14", "16 × 16"]
    assert list(table["covers"]) == [""] * 7 + ["●"] * 5
    assert table["jump"][5] == "4 × 4"


def test_a_chain_is_edited_in_place_and_trained() -> None:
    page = opened(view="chain", network="im2col-lenet")
    unfold(page, "_shape_box")
    next(one for one in page.text_input if one.label == "Kernel size").set_value("3").run()
    assert not faults(page)
    assert link(page)["network"] == "my-network"
    assert read_params(dict(page.query_params), TABLE)["shape_layers"][0]["kernel_size"] == 3
    assert page.table[0].value["output"][0] == "6 × 26 × 26"
    assert "nn.Conv2d(1, 6, 3),  # 6 × 26 × 26" in page.code[0].value
    button(page, "Train this network").click().run()
    assert not page.exception
    assert page.session_state["network"] == "my-network"
    assert page.session_state["layers"][0]["kernel_size"] == 3
    assert page.title[0].value == "Train"
    assert page.selectbox("network").value == "my-network"


def test_a_chain_that_does_not_fit_says_so_and_shows_what_does() -> None:
    page = opened(view="chain", network="im2col-lenet", rows="9", columns="9")
    assert "Layer 4 (Conv2d)" in page.error[0].value
    assert len(page.table[0].value) == 3
    assert not page.code
    train = button(page, "Train this network")
    assert train.disabled and train.help == page.error[0].value
    page.number_input("shape_rows").set_value(0.0).run()
    assert page.error[0].value.startswith("Height must be a whole number from 1 to 512, not 0")


def test_other_inputs_can_be_looked_at_and_not_trained() -> None:
    page = opened(view="chain", network="tiny", channels="3")
    assert not faults(page)
    assert "1 × 28 × 28, not 3 × 28 × 28" in button(page, "Train this network").help


def test_a_runs_network_is_a_chain() -> None:
    run = whole_run(layout.runs_root())
    page = opened(view="chain", network=run.id)
    assert not faults(page)
    assert len(page.table[0].value) == len(SETTINGS.layers)
    gone = opened(view="chain", network="20261120-233000-gone-3f2a")
    assert "There is no network" in gone.info[0].value
    assert not faults(gone)


def test_every_layer_can_stand_in_a_chain() -> None:
    page = opened(view="chain", network="tiny")
    unfold(page, "_shape_box")
    page.get_by_key("_shape_editor_view").set_value("as JSON").run()
    more = {"Conv2d": ', "out_channels": 4, "kernel_size": 3', "Linear": ', "out_features": 3'}
    more["ConvTranspose2d"] = ', "out_channels": 4, "kernel_size": 2, "stride": 2, "dilation": 3'
    more |= dict.fromkeys(("MaxPool2d", "AvgPool2d"), ', "kernel_size": 2')
    for kind in LAYERS:
        flat = '{"type": "Flatten"}, ' if kind == "Linear" else ""
        layers = f'[{flat}{{"type": "{kind}"{more.get(kind, "")}}}]'
        page.text_area[0].set_value(layers).run()
        assert not faults(page)
        assert len(page.table[0].value) == 1 + bool(flat)


def test_the_table_is_a_picture() -> None:
    page = opened(view="table", kind="ConvTranspose2d")
    assert not faults(page)
    assert "_shape_sizes" in [one.key for one in page.get("bidi_component")]
    page.slider("_shape_size_height").set_value(5).run()
    assert "an input of 5 × 5" in said(page)
    assert not [one for one in page.toggle if one.label == "ceil_mode"]
    page.toggle("_shape_apart").set_value(True).run()
    page.slider("_shape_size_width").set_value(9).run()
    assert "an input of 5 × 9" in said(page)
    assert (link(page)["size_height"], link(page)["size_width"]) == ("5", "9")
    assert not faults(page)


def test_the_table_knows_ceil_mode() -> None:
    def told() -> Any:
        (found,) = [one.proto for one in page.get("bidi_component") if one.key == "_shape_sizes"]
        data = json.loads(found.json)["rows"][0][0]["data"]
        assert (data["kernels"][2], data["strides"][1], data["paddings"][0]) == (3, 2, "valid")
        return data["sizes"][0][2][1]

    page = opened(view="table", kind="MaxPool2d", size_height="6")
    assert told() == [2, 2]
    page.toggle("_shape_ceil_mode").set_value(True).run()
    assert told() == [3, 3]
