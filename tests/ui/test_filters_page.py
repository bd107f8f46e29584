"""The Filters page, run without a browser."""

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.nn.model import Sequential, flatten_params
from cnnviz.runs import RunFolder, layout
from cnnviz.runs.create import create_run
from cnnviz.runs.files import pack
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.runs.status import RunStatus
from cnnviz.ui.filters.bank import some_steps
from cnnviz.ui.filters.state import PARTS, listed, off_text, written_off
from cnnviz.ui.filters.time import lasting_steps
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.pictures import pictures
from tests.browser import ROOT
from tests.runs.run_tools import SETTINGS, whole_run

PAGE = "pages/6_Filters.py"

pytestmark = pytest.mark.usefixtures("own_manager")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one finished run, trained once for all tests."""
    root = tmp_path_factory.mktemp("runs")
    whole_run(root)
    return root


@pytest.fixture
def run(finished: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunFolder]:
    monkeypatch.setenv("CNNVIZ_RUNS_DIR", str(finished))
    (path,) = finished.iterdir()
    yield RunFolder(path)


def filters_page(**params: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    for key, value in params.items():
        page.query_params[key] = value
    return page.switch_page(PAGE).run()


def sections(page: AppTest) -> Iterator[str]:
    """Open each section of a page in turn."""
    for part in PARTS:
        page.session_state["filters_part"] = part
        page.run()
        yield part


def press(page: AppTest, label: str) -> AppTest:
    return next(one for one in page.button if one.label.startswith(label)).click().run()


def faults(page: AppTest) -> list[str]:
    return [str(one.value) for one in (*page.exception, *page.error)]


def parts(page: AppTest) -> dict[str, dict[str, Any]]:
    """What stands on all boards of the page, by the names of the parts."""
    boards = [one.proto for one in page.get("bidi_component") if one.key.startswith("_filters")]
    rows = [row for one in boards for row in json.loads(one.json)["rows"]]
    return {part["name"]: part["data"] for row in rows for part in row}


def pixels(part: dict[str, Any]) -> np.ndarray:
    array = np.frombuffer(b64decode(part["pixels"]), np.dtype(part["type"]))
    return array.reshape(part["shape"])


def words(page: AppTest) -> str:
    return "\n".join(str(one.value) for one in (*page.markdown, *page.caption, *page.info))


def button(page: AppTest, label: str) -> Any:
    return next(one for one in page.button if one.label == label)


def untrained(*layers: dict[str, Any], spoil: float | None = None) -> RunFolder:
    """Return a run that has only its initial weights."""
    settings = replace(SETTINGS, layers=layers)
    run = RunFolder(create_run(layout.runs_root(), settings))
    model = Sequential.from_specs(layers)
    params = model.init(INPUT_SHAPE, np.random.default_rng(0))
    if spoil is not None:
        for arrays in params:
            for array in arrays.values():
                array[...] = spoil
    folder = run.path / layout.CHECKPOINTS
    folder.mkdir(exist_ok=True)
    (folder / layout.checkpoint_name(0)).write_bytes(pack(flatten_params(params), {}))
    return run


def test_the_filters_are_those_of_the_checkpoint(run: RunFolder) -> None:
    steps = run.checkpoint_steps()
    page = filters_page(run=run.id, look_step=str(steps[2]), filters_show="all")
    assert not faults(page)
    shown = {name: pixels(part) for name, part in parts(page).items()}
    before, now = (run.params(step)[0]["weight"][:, 0] for step in (0, steps[2]))
    np.testing.assert_array_equal(shown["filters-before"], before)
    np.testing.assert_array_equal(shown["filters-now"], now)
    np.testing.assert_array_equal(shown["filters-difference"], now - before)
    film = some_film(run, steps[2])
    np.testing.assert_array_equal(shown["film"], [weights[0, 0] for weights in film])


def some_film(run: RunFolder, step: int) -> list[np.ndarray]:
    shown = some_steps(tuple(run.checkpoint_steps()), step, 12)
    return [run.params(at)[0]["weight"] for at in shown]


@pytest.mark.parametrize("count", [1, 2, 12, 13, 60])
def test_the_film_has_both_ends_and_the_shown_step(count: int) -> None:
    steps = tuple(range(0, 7 * count, 7))
    for step in steps:
        chosen = some_steps(steps, step, 12)
        assert len(chosen) == min(count, 12)
        assert [*chosen] == sorted(set(chosen))
        assert {steps[0], step, steps[-1]} <= set(chosen) <= set(steps)


def test_they_are_ordered_by_what_is_asked_for(run: RunFolder) -> None:
    steps = run.checkpoint_steps()
    before, now = (run.params(step)[0]["weight"] for step in (steps[0], steps[-1]))
    change = np.sqrt(((now - before) ** 2).sum(axis=(1, 2, 3)))
    page = filters_page(run=run.id, filters_order="change", filters_range="own")
    part = parts(page)["filters-now"]
    order = np.argsort(-change)
    np.testing.assert_array_equal(pixels(part), now[order, 0])
    assert part["titles"] == [f"Filter {unit}" for unit in order]
    lines = part["captions"][0].split("\n")
    assert lines[1] == f"Δ {change[order[0]]:.3g}"
    np.testing.assert_allclose(part["reaches"], np.abs(now[order, 0]).max(axis=(1, 2)))
    importance = filters_page(run=run.id, filters_order="importance")
    assert not faults(importance)
    assert parts(importance)["filters-now"]["captions"][0].split("\n")[1].startswith("imp. ")


def test_every_section_runs_and_stands_in_the_link(run: RunFolder) -> None:
    page = filters_page(run=run.id, look_unit="2")
    for part in sections(page):
        assert not faults(page)
        assert page.query_params["filters_part"] == part
        assert page.query_params["look_unit"] == "2"
        assert page.query_params["run"] == run.id


def test_switching_off_costs_what_the_network_says(run: RunFolder) -> None:
    page = filters_page(run=run.id, filters_part="off", filters_off="0,1,2")
    assert not faults(page)
    test = run.evaluation("test")
    assert test is not None
    told = words(page)
    assert f"On all 30 test images the network is right in **{100 * test.accuracy:.1f} %**" in told
    assert "without filters 0, 1 and 2" in told
    assert "every image looks the same to the rest of the network" in told
    button(page, "Switch filter 0 on again").click().run()
    assert page.query_params["filters_off"] == "1,2"
    page.multiselect[0].set_value([]).run()
    assert "filters_off" not in page.query_params
    assert "Choose filters above" in words(page)
    assert not faults(page)


def test_the_ranking_names_the_filter_that_matters_most(run: RunFolder) -> None:
    page = filters_page(run=run.id, filters_part="off")
    assert "matters most: without it" in words(page)
    bars = parts(page)["ranking"]
    assert sorted(bars["names"]) == ["0", "1", "2"]
    assert bars["names"][bars["chosen"]] == "0"
    lost = np.frombuffer(b64decode(bars["values"]), "<f4")
    page = filters_page(run=run.id, filters_part="off", filters_off=bars["names"][0])
    now = parts(page)["ranking"]
    assert now["names"] == [f"{bars['names'][0]} off", *bars["names"][1:]]
    test = run.evaluation("test")
    assert test is not None
    without = 100 * test.accuracy - float(lost[0])
    assert f"and in **{without:.1f} %** without filter {bars['names'][0]}" in words(page)


def test_a_filter_that_is_not_there_is_said(run: RunFolder) -> None:
    page = filters_page(run=run.id, look_unit="7")
    assert "This layer has no filter 7: it has 3, counted from 0 to 2; filter 0 is shown." in words(
        page
    )
    assert page.query_params["look_unit"] == "0"


def test_the_address_says_what_is_shown_and_not_what_was_asked_for(run: RunFolder) -> None:
    asked = {"look_layer": "2", "filters_sheet": "9", "filters_channel": "7"}
    page = filters_page(run=run.id, **asked, filters_part="off", filters_off="1,99")
    assert page.query_params["look_layer"] == "1"
    assert page.query_params["filters_off"] == "1"
    assert not {"filters_sheet", "filters_channel"} & {*page.query_params}


def test_values_can_be_read(run: RunFolder) -> None:
    page = filters_page(run=run.id, look_unit="1")
    weight = run.params(run.checkpoint_steps()[-1])[0]["weight"][1, 0]
    texts = page.dataframe[0].value.to_numpy()
    shown = [[float(text.replace("−", "-")) for text in row] for row in texts]
    np.testing.assert_allclose(shown, weight, rtol=1e-3)
    assert "**Filter 1** of layer 1 after step 39: norm" in words(page)


def test_a_network_without_a_convolution_says_so() -> None:
    run = untrained({"type": "Flatten"}, {"type": "Linear", "out_features": 10})
    page = filters_page(run=run.id)
    assert not faults(page)
    assert "has no convolution, and so no filters: its layers are Flatten, Linear" in words(page)


@pytest.mark.parametrize("order", ["norm", "importance"])
def test_weights_that_are_no_numbers_break_nothing(order: str) -> None:
    run = untrained(*SETTINGS.layers, spoil=float("nan"))
    page = filters_page(run=run.id, filters_order=order, filters_off="0", filters_show="all")
    for part in sections(page):
        assert not faults(page), part


@pytest.mark.parametrize(
    "layer",
    [
        {"type": "ConvTranspose2d", "out_channels": 4, "kernel_size": 3, "stride": 2, "groups": 2},
        {"type": "Conv2d", "out_channels": 6, "kernel_size": [3, 1], "groups": 2},
        {"type": "Conv2d", "out_channels": 80, "kernel_size": 1, "use_bias": False},
    ],
    ids=["transposed", "groups", "many"],
)
def test_every_kind_of_convolution_is_shown(layer: dict[str, Any]) -> None:
    first = {"type": "Conv2d", "out_channels": 4, "kernel_size": 5, "stride": 4}
    end = ({"type": "Tanh"}, {"type": "Flatten"}, {"type": "Linear", "out_features": 10})
    run = untrained(first, layer, *end)
    for channel in ("0", "-1"):
        page = filters_page(run=run.id, look_layer="2", filters_channel=channel, look_unit="3")
        assert parts(page)["filters-now"]["shape"][0] <= 64
        for part in sections(page):
            assert not faults(page), part


def test_a_checkpoint_that_cannot_be_read_is_left_out(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = RunFolder(copytree(run.path, tmp_path / "copies" / run.id))
    monkeypatch.setenv("CNNVIZ_RUNS_DIR", str(copy.path.parent))
    steps = run.checkpoint_steps()
    spoiled = some_steps(tuple(steps), steps[-1], 12)[3]
    (copy.path / layout.CHECKPOINTS / layout.checkpoint_name(spoiled)).write_bytes(b"spoiled")
    page = filters_page(run=run.id)
    assert not faults(page)
    captions = parts(page)["film"]["captions"]
    assert f"step {spoiled:,}" not in captions
    assert f"step {steps[-1]:,}" in captions
    page = filters_page(run=run.id, look_step=str(spoiled))
    (told,) = faults(page)
    assert f"{layout.checkpoint_name(spoiled)} cannot be read" in told


def test_every_named_network_is_shown() -> None:
    page = filters_page()
    for architecture in ARCHITECTURES.values():
        page.session_state["run"] = untrained(*architecture.layers).id
        page.run()
        assert not faults(page), architecture.name
        assert "filters-now" in parts(page), architecture.name


def test_filters_are_listed_as_people_do() -> None:
    assert listed([4]) == "4"
    assert listed([0, 3, 5]) == "0, 3 and 5"
    assert listed(range(12)) == "0, 1, 2, 3, 4, 5, 6, 7 and 4 more"


def test_the_link_holds_filters_that_are_off() -> None:
    assert off_text("3,0,3") == "0,3"
    assert written_off([]) == ""
    with pytest.raises(ValueError, match="counted from 0 to 9999"):
        off_text("10000")
    with pytest.raises(ValueError, match="invalid literal"):
        off_text("a")


def test_nothing_drawn_yet_is_no_fault(run: RunFolder) -> None:
    page = filters_page(run=run.id, filters_part="answers", look_from="drawing")
    assert not faults(page)
    assert "Nothing is drawn yet" in words(page)
    assert "responds most strongly to these 12" in words(page)


def test_what_excites_a_filter_most_are_its_largest_responses(run: RunFolder) -> None:
    page = filters_page(run=run.id, filters_part="answers", look_unit="1")
    part = parts(page)
    captions = [float(text.replace("−", "-")) for text in part["patches"]["captions"]]
    assert captions == sorted(captions, reverse=True)
    params = run.params(run.checkpoint_steps()[-1])
    model = Sequential.from_specs(run.settings().layers)
    test = pictures(run.settings().data).test
    maps = model.trace(params, test.batch(slice(None))[0])[1].output[:, 1]
    largest = maps.max(axis=(1, 2))
    np.testing.assert_allclose(captions, np.sort(largest)[::-1][:12], rtol=5e-3)
    np.testing.assert_array_equal(pixels(part["images"])[0], test.images[largest.argmax()])
    np.testing.assert_allclose(pixels(part["response"])[0], maps[0], atol=1e-6)
    np.testing.assert_allclose(pixels(part["after"])[0], np.maximum(maps[0], 0), atol=1e-6)


def test_what_is_computed_over_a_training_that_goes_on_ends_at_the_shown_step(
    run: RunFolder,
) -> None:
    settings, steps = run.settings(), tuple(run.checkpoint_steps())
    model = Sequential.from_specs(settings.layers)

    def lasting(state: str) -> tuple[int, ...]:
        moment = Moment(run, settings, RunStatus(state), steps, steps[3], False, model, [])
        return lasting_steps(moment)

    assert lasting("training") == steps[:4]
    assert lasting("finished") == steps


def test_the_ways_on_take_step_filter_image_and_cell_along(run: RunFolder) -> None:
    chosen = {"look_step": "7", "look_layer": "1", "look_unit": "2", "look_image": "4"}
    page = filters_page(run=run.id, filters_part="answers", **chosen)
    model, test = Sequential.from_specs(run.settings().layers), pictures(run.settings().data).test
    response = model.trace(run.params(7), test.batch(slice(4, 5))[0])[0].output[0, 2]
    row, column = np.unravel_index(int(response.argmax()), response.shape)
    press(page, "Every layer for this image")
    assert page.title[0].value == "Activations" and not faults(page)
    assert chosen.items() <= page.query_params.items()
    assert page.query_params["look_cell"] == f"{row},{column}"
    page = press(filters_page(run=run.id, filters_part="one", **chosen), "Take it apart")
    assert page.title[0].value == "Convolution" and not faults(page)
    wanted = {"conv_run": run.id, "conv_step": "7", "conv_layer": "1", "conv_filter": "2"}
    assert wanted.items() <= page.query_params.items()
    assert page.query_params["conv_image"] == "4"


def test_before_any_step_nothing_is_before_it(run: RunFolder) -> None:
    page = filters_page(run=run.id, look_step="0", filters_show="all")
    shown = {name for name in parts(page) if name.startswith("filters-")}
    assert shown == {"filters-before"}
    page = filters_page(run=run.id, look_step="7", filters_show="all")
    assert {"filters-before", "filters-now", "filters-difference"} <= set(parts(page))
