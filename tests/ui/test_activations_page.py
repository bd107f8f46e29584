"""The Activations page, run without a browser."""

import json
import re
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data import DataChoice
from cnnviz.explain.activity import written_softmax
from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.nn.layers import ReLU
from cnnviz.nn.losses import CrossEntropy
from cnnviz.nn.model import Sequential
from cnnviz.runs import RunFolder, RunSettings, layout
from cnnviz.runs.create import change_status
from cnnviz.runs.files import pack
from cnnviz.training import TrainConfig
from cnnviz.ui.activations.result import loss_words
from cnnviz.ui.activations.terms import made_of
from cnnviz.ui.activations.words import brief, layer_words
from cnnviz.ui.inside.brought import NOTHING_DRAWN
from cnnviz.ui.pictures import pictures
from tests.browser import ROOT
from tests.runs.run_tools import LAYERS, STEPS, whole_run

PAGE = "pages/7_Activations.py"
SCROLL = ("_act_above", "_act_below")
QUICK = DataChoice("digits", train_images=20, validation_images=10, test_images=10)

pytestmark = pytest.mark.usefixtures("own_manager")


def activations(run: RunFolder, **params: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60).run()
    for key, value in ({"run": run.id} | params).items():
        page.query_params[key] = value
    return page.switch_page(PAGE).run()


def faults(page: AppTest) -> list[str]:
    return [str(one.value) for one in (*page.exception, *page.error)]


def parts(page: AppTest) -> dict[str, dict[str, Any]]:
    """What stands on the scroll, by the names of its parts."""
    boards = [one.proto for one in page.get("bidi_component") if one.key in SCROLL]
    rows = [row for one in boards for row in json.loads(one.json)["rows"]]
    return {part["name"]: part["data"] for row in rows for part in row}


def words(page: AppTest) -> str:
    heads = [f"**{one['title']}** {one['words']}" for one in parts(page).values() if "words" in one]
    return "\n".join((*heads, *(one.value for one in (*page.markdown, *page.caption))))


def small_run(layers: Any = LAYERS, **config: Any) -> RunFolder:
    told = TrainConfig(epochs=1, batch_size=10, **config)
    return whole_run(layout.runs_root(), RunSettings(QUICK, "mine", tuple(layers), told))


@pytest.fixture
def run() -> RunFolder:
    return whole_run(layout.runs_root())


def trace_of(run: RunFolder, image: int = 0, step: int = STEPS) -> list[Any]:
    settings = run.settings()
    x, _ = pictures(settings.data).test.batch(slice(image, image + 1))
    params = run.params(step)
    return Sequential.from_specs(settings.layers).trace(params, x)


def test_every_layer_with_its_numbers_and_the_engines_pictures(run: RunFolder) -> None:
    page = activations(run, look_image="7")
    assert not faults(page)
    trace = trace_of(run, image=7)
    for number, name in enumerate(("Conv2d", "BatchNorm2d", "ReLU", "Flatten", "Dropout"), 1):
        assert f"**{number} · {name}**" in words(page)
    tile, after = (parts(page)[name] for name in ("1-0", "3-0"))
    assert tile["shape"] == [3, 8, 8]
    assert tile["palette"] == "diverging"
    assert (after["palette"], after["low"]) == ("gray", 0)
    assert after["high"] == pytest.approx(float(trace[2].output.max()))
    zeros = 100 * float((trace[2].output == 0).mean())
    assert f"{zeros:.1f} % zeros" in words(page)


def test_softmax_adds_up_as_printed(run: RunFolder) -> None:
    page = activations(run)
    (table,) = (one.value for one in page.markdown if "exp(z\u00a0−\u00a0max)" in one.value)
    rows = [line.replace("*", "").split("|")[1:-1] for line in table.splitlines()[2:]]
    for column, total in ((3, rows[-1][3]), (4, "100.00\u00a0%")):
        cells = [row[column].strip() for row in rows]
        values = [float(one.replace("%", "").replace("−", "-")) for one in cells]
        small = sum(value for value, text in zip(values, cells, strict=True) if "e" in text)
        assert sum(values[:-1]) - small == pytest.approx(values[-1], abs=1e-9)
        assert cells[-1] == total.strip()
    logits = trace_of(run)[-1].output
    label = int(re.search(r"test image 0: (\d)", words(page))[1])  # type: ignore[index]
    loss = CrossEntropy()(logits, np.array([label]))[0]
    assert f"= **{loss:,.4g}**" in words(page)


def test_another_loss_is_told_beside_the_logarithm() -> None:
    page = activations(small_run(loss=CrossEntropy(0.1)))
    assert "This run learns by cross-entropy with label smoothing 0.1, which is" in words(page)


def test_the_timeline_moves_every_picture(run: RunFolder) -> None:
    page = activations(run, look_step="0")
    assert "Before any training" in words(page)
    now = parts(activations(run))
    for name, array in (("1-0", "pixels"), ("6-0", "values")):
        assert parts(page)[name][array] != now[name][array]
    assert parts(page)["pixels-0"]["pixels"] == now["pixels-0"]["pixels"]


MADE = {
    2: "running mean",
    3: "ReLU: max(",
    4: "becomes unit",
    5: "Dropout is off",
    6: "products, the largest first",
}


def test_how_a_number_was_made(run: RunFolder) -> None:
    page = activations(run)
    for layer, told in MADE.items():
        taken_apart(page, layer)
        assert told in words(page)
        assert "It sees " in words(page)


def test_a_convolution_is_the_linked_picture(run: RunFolder) -> None:
    page = activations(run, look_layer="1", look_unit="2", look_cell="1,3")
    assert "Layer 1, Conv2d, channel 2, row 1, column 3" in words(page)
    assert "It sees 5 × 5 pixels: rows 3 to 7, columns 9 to 13." in words(page)
    (linked,) = (one.proto for one in page.get("bidi_component") if one.key == "_act_linked")
    data = json.loads(linked.json)
    assert (data["cell"], data["activation"]) == ([1, 3], "")
    page.number_input("_act_row").set_value(6.0).run()
    assert page.query_params["look_cell"] == "6,3"
    page.number_input("_act_row").set_value(99.0).run()
    assert "Row" in faults(page)[0]
    assert page.query_params["look_cell"] == "6,3"
    next(one for one in page.button if one.label == "Close").click().run()
    assert not faults(page)
    assert "look_layer" not in page.query_params
    page.selectbox("_act_layer").set_value(6).run()
    assert "Layer 6, Linear, unit" in words(page)
    page.selectbox("_act_layer").set_value(0).run()
    assert "How this number was made" not in words(page)


@pytest.mark.parametrize(("label", "title"), [("Filter 2", "Filters"), ("Convolution",) * 2])
@pytest.mark.parametrize("step", [7, STEPS])
def test_the_ways_on_take_the_cell_along(run: RunFolder, label: str, title: str, step: int) -> None:
    chosen = {"look_layer": "1", "look_unit": "2", "look_cell": "1,3", "look_image": "4"}
    page = activations(run, look_step=str(step), **chosen)
    value = trace_of(run, image=4, step=step)[0].output[0, 2, 1, 3]
    next(one for one in page.button if one.label == label).click().run()
    assert not faults(page)
    assert page.title[0].value == title
    if title == "Convolution":
        told = float(re.search(r"# z = (\S+)", page.code[0].value)[1].rstrip(","))  # type: ignore[index]
        assert told == pytest.approx(float(value), rel=1e-5)
    else:
        assert (page.session_state["look_layer"], page.session_state["look_unit"]) == (1, 2)


def test_a_kind_of_layer_that_nobody_has_described_is_shown() -> None:
    class Doubled(ReLU):
        """A layer of tomorrow."""

    layer = Doubled()
    (step,) = Sequential((layer,)).trace([{}], np.array([[1.5, -1]], np.float32))
    assert made_of(step, {}, (0,), None) == "= **1.5**"
    assert layer_words(layer) == ""


def test_folded_activations_belong_to_the_layer_before(run: RunFolder) -> None:
    page = activations(run, act_fold="1", look_layer="3")
    assert "**2–3 · BatchNorm2d + ReLU**" in words(page)
    assert "running mean" in words(page)
    assert "ReLU: max(" in words(page)


def test_two_images_and_their_difference_share_a_range(run: RunFolder) -> None:
    page = activations(run, act_two="1", look_image="2", act_image="5", look_layer="1")
    assert not faults(page)
    for layer in (1, 3, 6):
        three = [parts(page)[f"{layer}-{place}"] for place in range(3)]
        ((low, high),) = {(one["low"], one["high"]) for one in three}
        first, second = (trace_of(run, image=image)[layer - 1].output for image in (2, 5))
        farthest = max(float(np.abs(one).max()) for one in (first, second, first - second))
        assert (low, high) == (pytest.approx(-farthest), pytest.approx(farthest))
        assert all(one["choosable"] for one in three)
    assert page.query_params["act_image"] == "5"


def test_either_image_and_the_difference_can_be_taken_apart(run: RunFolder) -> None:
    about = {"act_two": "1", "look_image": "2", "act_image": "5"}
    place = {"look_layer": "6", "look_unit": "4"}
    first, second = (float(trace_of(run, image=image)[-1].output[0, 4]) for image in (2, 5))
    for which, value in (("1", first), ("2", second), ("difference", first - second)):
        page = activations(run, **about, **place, act_about=which)
        assert not faults(page)
        assert f"unit 4: **{brief(value)}**" in words(page)
        assert ("| bias |" in words(page)) == (which != "difference")
        together = re.search(r"\*\*together\*\* \| \| \| \*\*(\S+)\*\*", words(page))
        assert together is not None
        assert float(together[1].replace("−", "-")) == pytest.approx(value, rel=1e-3)
    assert page.query_params["act_about"] == "difference"
    page.segmented_control("act_about").set_value("2").run()
    assert f"unit 4: **{brief(second)}**" in words(page)
    page.toggle("act_two").set_value(False).run()
    assert "act_about" not in page.query_params
    assert f"unit 4: **{brief(first)}**" in words(page)


@pytest.mark.parametrize("fold", ["0", "1"])
def test_the_difference_of_every_layer(run: RunFolder, fold: str) -> None:
    page = activations(run, act_two="1", act_image="5", act_about="difference", act_fold=fold)
    for layer in range(1, len(LAYERS) + 1):
        page.session_state["look_layer"] = layer
        page.run()
        assert not faults(page)
        assert "How this difference was made" in words(page)
        both = layer in (2, 3)  # the normalization and ReLU: each image by itself
        assert words(page).count("\n**Image 2**\n") == 1 + both, layer


@pytest.mark.parametrize("ranges", ["layer", "map", "all"])
def test_color_ranges(run: RunFolder, ranges: str) -> None:
    page = activations(run, act_range=ranges)
    assert not faults(page)
    conv, relu = (parts(page)[f"{number}-0"] for number in (1, 3))
    assert (conv["high"] == relu["high"]) == (ranges == "all")
    assert bool(conv["reaches"]) == (ranges == "map")


def taken_apart(page: AppTest, layer: int) -> None:
    page.session_state["look_layer"] = layer
    page.run()
    assert not faults(page)
    assert "How this number was made" in words(page)


@pytest.mark.parametrize("network", [*ARCHITECTURES])
def test_every_network_and_every_layer_of_it(network: str) -> None:
    layers = ARCHITECTURES[network].layers
    run = small_run(layers)
    page = activations(run)
    for number in (2, len(layers)):
        taken_apart(page, number)


@pytest.mark.parametrize(
    "layers",
    [
        [{"type": "Flatten"}, {"type": "Linear", "out_features": 10}],
        [
            {"type": "ConvTranspose2d", "out_channels": 2, "kernel_size": 3, "stride": 2},
            {"type": "Sigmoid"},
            {"type": "GlobalAvgPool2d"},
            {"type": "LeakyReLU"},
            {"type": "Linear", "out_features": 10},
        ],
        [
            {"type": "Conv2d", "out_channels": 40, "kernel_size": 28, "padding": "full"},
            {"type": "AvgPool2d", "kernel_size": 3, "padding": 1},
            {"type": "Flatten"},
            {"type": "Linear", "out_features": 10},
        ],
    ],
)
def test_unusual_networks(layers: list[dict[str, Any]]) -> None:
    run = small_run(layers)
    page = activations(run, act_fold="1")
    for number in range(1, len(layers) + 1):
        taken_apart(page, number)


def test_more_than_32_maps_are_asked_for() -> None:
    layers = [{"type": "Conv2d", "out_channels": 34, "kernel_size": 25}, *LAYERS[3:]]
    run = small_run(layers)
    page = activations(run)
    assert "2 more maps: switch on “All maps” to see them." in words(page)
    assert parts(page)["1-0"]["shape"][0] == 32
    page.toggle("act_all").set_value(True).run()
    assert parts(page)["1-0"]["shape"][0] == 34
    assert page.query_params["act_all"] == "1"


def test_a_diverged_run_says_so_and_draws_gaps(run: RunFolder) -> None:
    step = run.checkpoint_steps()[-1]
    file = run.path / layout.CHECKPOINTS / layout.checkpoint_name(step)
    arrays = {
        f"{i}.{key}": np.full_like(array, np.nan)
        for i, params in enumerate(run.params(step))
        for key, array in params.items()
    }
    file.write_bytes(pack(arrays, {}))
    page = activations(run, act_two="1")
    assert "numbers are infinite or none at all: the training has diverged" in words(page)
    assert "The network has **no answer**" in words(page)
    assert "Softmax has no answer here" in words(page)
    for layer in (1, 2, 6):
        taken_apart(page, layer)


@pytest.mark.parametrize("text", ["-1", "nan", "99", "3,99"])
def test_nonsense_in_the_url_breaks_nothing(run: RunFolder, text: str) -> None:
    keys = ("look_layer", "look_unit", "look_cell", "act_range", "act_fold", "act_channel")
    assert not faults(activations(run, **dict.fromkeys(keys, text)))
    page = activations(run, look_layer="1", look_unit=text, look_cell=text)
    assert not faults(page)
    assert "How this number was made" in words(page)


def test_the_address_says_what_is_taken_apart_and_not_what_was_asked_for(run: RunFolder) -> None:
    keys = {"look_layer", "look_unit", "look_cell", "act_channel"}
    for asked, kept in (
        (("99", "1", "1,1", "0"), set()),
        (("1", "99", "1,1", "0"), {"look_layer"}),
        (("1", "2", "99,1", "0"), {"look_layer", "look_unit"}),
        (("4", "2", "1,1", "0"), {"look_layer", "look_unit"}),
    ):
        names = ("look_layer", "look_unit", "look_cell", "act_channel")
        page = activations(run, **dict(zip(names, asked, strict=True)))
        assert {*page.query_params} & keys == kept


def test_a_damaged_run_is_a_sentence(run: RunFolder) -> None:
    (run.path / layout.SETTINGS).write_text("{")
    page = activations(run)
    assert not page.exception
    assert len(page.error) == 1


def test_before_the_first_run_there_is_a_way_on() -> None:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60).run()
    page = page.switch_page(PAGE).run()
    assert not faults(page)
    assert any(one.label == "Open the Train page" for one in page.button)


def test_a_second_image_that_is_not_there_yet_hides_nothing(run: RunFolder) -> None:
    page = activations(run, act_two="1", act_from="drawing")
    assert not page.error and [one.value for one in page.info] == [NOTHING_DRAWN]
    assert page.toggle("act_two").value and "1-0" in parts(page)
    page = activations(run, look_from="drawing")
    assert [one.value for one in page.info] == [NOTHING_DRAWN] and page.toggle("act_two")


def test_the_way_on_from_a_second_image_without_a_first_takes_that_one_along(
    run: RunFolder,
) -> None:
    place = {"look_layer": "1", "look_unit": "2", "look_cell": "1,3"}
    page = activations(run, look_from="drawing", act_two="1", act_image="4", **place)
    assert "**Image 2:**" in words(page) and "**Image 1:**" not in words(page)
    next(one for one in page.button if one.label == "Convolution").click().run()
    assert not faults(page)
    assert page.query_params["conv_image"] == "4"


def test_the_loss_of_a_probability_that_rounds_to_zero_is_no_logarithm_of_zero() -> None:
    soft = written_softmax(np.array([0, 500], np.float32))
    assert loss_words(soft, 1, CrossEntropy()) == "Loss: −log p of the label = −log 1 = **0**."
    told = loss_words(soft, 0, CrossEntropy())
    assert "log 0" not in told and told.endswith("log(sum) − (z − max) of the label) = **500**.")


def test_the_end_of_a_diverged_training_is_told(run: RunFolder) -> None:
    change_status(run.path, state="diverged")
    for steps, told in (({}, True), ({"look_step": "1"}, False)):
        captions = [one.value for one in activations(run, **steps).caption]
        assert any("the training had diverged" in one for one in captions) == told
