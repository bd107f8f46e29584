"""The network's editor on the page: form and JSON show the same network."""

import json
from dataclasses import fields

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.nn.layers import LAYERS
from cnnviz.ui.train.hints import hint
from tests.browser import ROOT

TRAIN = "pages/1_Train.py"


def opened() -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    page.session_state["_network_box"] = True
    page.query_params["network"] = "im2col-lenet"
    return page.switch_page(TRAIN).run()


def press(page: AppTest, label: str) -> AppTest:
    return next(one for one in page.button if one.label == label).click().run()


def types(page: AppTest) -> list[str]:
    return [layer["type"] for layer in page.session_state["layers"]]


def test_layers_are_moved_and_removed_in_the_form() -> None:
    page = press(opened(), "Move down")
    before = [layer["type"] for layer in ARCHITECTURES["im2col-lenet"].layers]
    assert types(page) == [before[1], before[0], *before[2:]]
    assert page.selectbox("network").value == "my-network"
    assert types(press(page, "Move up")) == before
    assert types(press(page, "Remove")) == before[1:]
    assert not page.exception


def test_a_size_is_typed_and_a_wrong_one_is_a_sentence() -> None:
    page = opened()
    size = next(one for one in page.text_input if one.label == "Kernel size")
    size.set_value("3, 5").run()
    assert page.session_state["layers"][0]["kernel_size"] == [3, 5]
    stride = next(one for one in page.text_input if one.label == "Stride")
    stride.set_value("0").run()
    assert any("stride" in one.value and "stays as it was" in one.value for one in page.error)
    assert page.session_state["layers"][0]["stride"] == 1


def test_numbers_are_typed_without_limits_and_a_wrong_one_is_a_sentence() -> None:
    page = opened()
    page.get_by_key("_editor_view").set_value("as JSON").run()
    page.text_area[0].set_value('[{"type": "BatchNorm2d"}, {"type": "Dropout", "rate": 0}]').run()
    page.get_by_key("_editor_view").set_value("as a form").run()
    eps, momentum = (
        next(one for one in page.number_input if one.key.endswith(f"-0-{name}"))
        for name in ("eps", "momentum")
    )
    assert (eps.value, momentum.value) == (1e-5, 0.1)
    assert "ten batches" in momentum.help
    eps.set_value(1e-7).run()
    assert page.session_state["layers"][0]["eps"] == 1e-7
    momentum = next(one for one in page.number_input if one.key.endswith("-0-momentum"))
    momentum.set_value(1.5).run()
    assert any("momentum must be at most 1, received 1.5" in one.value for one in page.error)
    assert page.session_state["layers"][0]["momentum"] == 0.1
    page.selectbox("_layer").set_value(1).run()
    assert next(one for one in page.number_input if one.label == "Rate").value == 0
    assert not page.exception


def test_a_number_of_filters_is_typed_and_a_wrong_one_is_a_sentence() -> None:
    page = opened()
    for typed, told in ((1.5, "an integer, received 1.5"), (1e99, "an integer, received 1e+99")):
        filters = next(one for one in page.number_input if one.label == "Out channels")
        filters.set_value(typed).run()
        assert any(told in one.value for one in page.error)
    filters = next(one for one in page.number_input if one.label == "Out channels")
    filters.set_value(9.0).run()
    assert repr(page.session_state["layers"][0]["out_channels"]) == "9"
    assert not page.error


@pytest.mark.parametrize("kind", LAYERS)
def test_every_field_of_a_layer_says_what_it_is(kind: str) -> None:
    missing = [field.name for field in fields(LAYERS[kind]) if not hint(kind, field.name)]
    assert not missing


def test_json_is_the_same_network_and_is_checked() -> None:
    page = opened()
    page.get_by_key("_editor_view").set_value("as JSON").run()
    text = page.text_area[0]
    assert [layer["type"] for layer in json.loads(text.value)] == [
        layer["type"] for layer in ARCHITECTURES["im2col-lenet"].layers
    ]
    text.set_value('[{"type": "Conv9"}]').run()
    assert any("There is no layer 'Conv9'" in one.value for one in page.error)
    page.text_area[0].set_value(
        '[{"type": "Flatten"}, {"type": "Linear", "out_features": 10}]'
    ).run()
    assert types(page) == ["Flatten", "Linear"]
    assert not page.error


def test_a_network_that_does_not_fit_disables_train_with_the_reason() -> None:
    page = opened()
    page.get_by_key("_editor_view").set_value("as JSON").run()
    page.text_area[0].set_value('[{"type": "Linear", "out_features": 10}]').run()
    train = next(one for one in page.button if one.label == "Train")
    assert train.disabled
    assert train.help.startswith("Layer 1 (Linear)")
    assert [one.value for one in page.error] == [train.help]  # once, although two could say it


def test_a_refusal_is_forgotten_when_the_reader_goes_on() -> None:
    page = opened()
    page.get_by_key("_editor_view").set_value("as JSON").run()
    page.text_area[0].set_value("garbage").run()
    assert page.error
    page.get_by_key("_editor_view").set_value("as a form").run()
    assert not page.error
