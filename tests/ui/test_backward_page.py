"""The Backward page, run without a browser."""

import json
import re
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.explain.backward import way_back
from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.nn.layers import Conv2d
from cnnviz.ui.backward.page import question
from cnnviz.ui.backward.phases import PHASES
from cnnviz.ui.lab.card import mark
from tests.browser import ROOT

PAGE = "pages/5_Backward.py"


def backward_page(**params: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60).run()
    for key, value in params.items():
        page.query_params[f"back_{key}"] = value
    return page.switch_page(PAGE).run()


def faults(page: AppTest) -> list[str]:
    return [str(one.value) for one in (*page.exception, *page.error)]


def panels(page: AppTest, key: str) -> dict[str, Any]:
    (found,) = (one.proto for one in page.get("bidi_component") if one.key == key)
    return {panel["name"]: panel for panel in json.loads(found.json)["panels"]}


def words(page: AppTest) -> str:
    return "\n".join(one.value for one in page.markdown)


def press(page: AppTest, label: str) -> AppTest:
    return next(one for one in page.button if one.label == label).click().run()


def test_the_small_example() -> None:
    page = backward_page(stride="2", size="5, 6", padding="[1, 0], [0, 1]", channels="2")
    assert not faults(page)
    assert "1 row and 1 column of zeros between neighbors" in words(page)
    assert "3 − 1 = 2 above and below" in words(page)
    assert "Padding is cut away: 1 above, 0 below, 0 left, 1 right." in words(page)
    assert words(page).count("**0**") == 2
    assert panels(page, "_back_steps")["spread"]["shape"] == [1, 7, 9]
    assert panels(page, "_back_input")["columns"]["shape"] == [1, 18, 6]
    assert panels(page, "_back_weight")["weights"]["shape"] == [1, 1, 18]
    assert page.query_params["back_stride"] == "2"


def test_what_no_window_saw_is_named() -> None:
    page = backward_page(size="6", kernel="2", stride="4")
    assert "which no window saw" not in words(page)
    page = backward_page(size="7", kernel="2", stride="4")
    assert "1 row and 1 column at the end, which no window saw, get zeros" in words(page)


@pytest.mark.parametrize("kind", ["one", "ones", "random"])
def test_every_gradient_goes_back(kind: str) -> None:
    page = backward_page(grad=kind, filters="2", dilation="2", size="8")
    assert not faults(page)
    assert words(page).count("**0**") == 2


@pytest.mark.parametrize("network", ["tiny", "alexnet-mini"])
def test_a_layer_of_a_network(network: str) -> None:
    page = backward_page(of="layer", network=network, layer="4", filter="3", label="7")
    assert not faults(page)
    assert any("Loss " in one.value and "label 7" in one.value for one in page.caption)
    assert page.query_params["back_network"] == network


@pytest.mark.parametrize(
    ("network", "layer", "filters", "seen"), [("tiny", 3, 16, 16), ("alexnet-mini", 5, 64, 32)]
)
def test_all_filters_give_the_channels_whole_gradient(
    network: str, layer: int, filters: int, seen: int
) -> None:
    """The sum over the filters of the group is the gradient that the network has."""
    params = {"of": "layer", "network": network, "layer": str(layer), "channel": "1", "label": "3"}
    page = backward_page(**params, filter=str(filters - 2), sum="all")
    assert not faults(page)
    assert any(f"All {seen} filters that see it" in one.value for one in page.caption)
    assert panels(page, "_back_input")["gradient"]["shape"][1] == seen
    assert panels(page, "_back_weight")["weights"]["shape"][1] == 1
    difference, own, _ = re.findall(r"\*\*([0-9.e-]+)\*\*", words(page))
    assert float(difference) < 1e-6 and float(own) < 1e-6
    assert page.query_params["back_sum"] == "all"
    (linked,) = (one for one in page.get("bidi_component") if one.key == "_back_full")
    data = json.loads(linked.proto.json)
    assert (len(data["names"]), data["shown"]) == (seen, [seen - 2])

    assert page.selectbox("back_sum").options[1] == "all filters that see it"
    page.selectbox("back_sum").select("one").run()
    assert not faults(page)
    assert any(f"Filter {filters - 2} of {filters} back" in one.value for one in page.caption)
    assert "carries all channels back" not in words(page)


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("back_kernel", "9", "is smaller than the window of 9"),
        ("back_size", "13", "from 1 to 12, not 13"),
        ("back_stride", "-1", "stride must be at least 1"),
    ],
)
def test_what_is_impossible_is_one_sentence(key: str, text: str, told: str) -> None:
    page = backward_page()
    page.text_input(key).set_value(text).run()
    (sentence,) = faults(page)
    assert told in sentence


def test_a_link_begins_at_the_cells_that_were_pinned() -> None:
    page = backward_page(cell="1,2", input_at="columns.5", weight_at="weights.99", steps_at="x.0")
    assert not faults(page)
    components = [one for one in page.get("bidi_component") if one.key.startswith("_back")]
    found = {one.key: json.loads(one.proto.json) for one in components}
    assert found["_back_full"]["cell"] == [1, 2]
    assert found["_back_input"]["start"] == ["columns", 5]
    assert found["_back_weight"]["start"][0] == "weights"  # there is no cell 99: the usual one
    assert found["_back_weight"]["start"][1] < 9
    assert found["_back_steps"]["start"][0] == "output"
    assert page.query_params["back_input_at"] == "columns.5"


@pytest.mark.parametrize("text", ["0", "-1", "1e9", "nan", "nothing", "a,b", "columns.²"])
def test_nonsense_in_the_url_breaks_nothing(text: str) -> None:
    keys = (
        "view",
        "of",
        "grad",
        "network",
        "label",
        "layer",
        "eps",
        "phase",
        "tensor",
        "lr",
        "out",
        "sum",
        "cell",
        "steps_at",
        "input_at",
    )
    for view in ("layer", "check", "step"):
        assert not faults(backward_page(**{**dict.fromkeys(keys, text), "view": view}))


def test_a_link_to_a_network_that_is_not_here_says_so() -> None:
    page = backward_page(view="check", network="gone")
    assert [one.value for one in page.info] == [
        "There is no network or run gone here; tiny is shown."
    ]
    assert not page.run().info


def test_every_tensor_is_checked_and_epsilon_tells() -> None:
    page = backward_page(view="check")
    page = press(page, "Check every tensor")
    assert not faults(page)
    (table,) = page.dataframe
    assert len(table.value) == 7
    assert set(table.value["verdict"]) == {"✅ agrees"}
    assert "**All 7 tensors agree** with ε = 1e−6." in words(page)
    page.select_slider("back_eps").set_value(-13).run()
    assert "❌ differs" in set(page.dataframe[0].value["verdict"])
    assert page.query_params["back_eps"] == "-13"


def test_a_step_goes_phase_by_phase() -> None:
    page = backward_page(view="step", tensor="7.weight", index="3, 1", lr="0.01")
    for phase, one in enumerate(PHASES):
        assert not faults(page)
        assert f"Phase {phase + 1} of 5: **{one.title}**" in words(page)
        assert page.query_params["back_phase"] == str(phase)
        if phase < len(PHASES) - 1:
            page = press(page, "Next")
    assert "w ← w − lr · dw" in words(page)
    assert page.query_params["back_tensor"] == "7.weight"
    page = press(page, "Previous")
    assert "Phase 4 of 5" in words(page)


@pytest.mark.parametrize("network", [*ARCHITECTURES])
def test_every_network_takes_a_step(network: str) -> None:
    page = backward_page(view="step", network=network, phase="2")
    assert not faults(page)
    assert "dw is a sum over" in words(page)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("8", "There is no place 8 in an array of 8 × 1 × 5 × 5: the last one is 7, 0, 4, 4;"),
        ("0, 0, -1", "There is no place 0, 0, -1"),
        ("x", "A place is 4 whole numbers with commas between, not “x”."),
    ],
)
def test_a_place_that_is_none_is_one_sentence(text: str, told: str) -> None:
    page = backward_page(view="step")
    page.text_input("back_index").set_value(text).run()
    (sentence,) = faults(page)
    assert told in sentence


def test_another_tensor_is_followed_at_its_strongest_place() -> None:
    page = backward_page(view="step", index="1, 0, 0, 0", phase="2")
    page.selectbox("back_tensor").select("7.bias").run()
    assert not faults(page)
    assert "," not in page.text_input("back_index").value
    assert "dw is a sum over 1 position: " in words(page)


def test_the_card_asks_for_another_stride() -> None:
    back = way_back(
        Conv2d(1, (3, 2), stride=(1, 2), use_bias=False),
        *(np.zeros(size) for size in ((1, 6, 7), (1, 1, 3, 2), (1, 4, 3))),
    )
    asked = question(back)
    assert "Were the stride **2 × 3**, and the gradient of the output 4 × 3" in asked.text
    assert asked.arithmetic == (
        "(4 − 1) × 2 + 1 + 2 × (3 − 1) = 11 and (3 − 1) × 3 + 1 + 2 × (2 − 1) = 9."
    )
    assert mark(asked, [11.0, 9.0]).right
    assert "without the zeros around" in mark(asked, [7.0, 9.0]).words


def test_an_epsilon_of_a_link_says_what_to_press() -> None:
    page = backward_page(view="check", eps="-12")
    assert "ε = 1e−12 is chosen: press **Check every tensor**" in words(page)
