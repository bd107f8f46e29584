"""The Data page: works without any run, shows the set's own images, leads on."""

import json
from base64 import b64decode
from collections.abc import Generator
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data import DataChoice, load, split
from cnnviz.data.statistics import statistics
from cnnviz.explain.embedding import outputs, pca, pca_macs
from cnnviz.nn.model import Sequential
from cnnviz.runs import RunFolder, layout
from cnnviz.training.augment import Augment
from cnnviz.ui.components.map import scaled
from cnnviz.ui.dataset.map import Source, count_words, principal
from cnnviz.ui.dataset.pictures import BOARD, VERSIONS, counts_words, moved_words
from tests.browser import ROOT
from tests.explain.looked import result_of
from tests.runs.run_tools import DATA, whole_run

pytestmark = pytest.mark.usefixtures("own_manager")
DIGITS = split(load("digits"), DataChoice("digits"))


@pytest.fixture
def run() -> RunFolder:
    return whole_run(layout.runs_root())


def page_of(**params: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    for key, value in params.items():
        page.query_params[key] = value
    page = page.switch_page("pages/10_Data.py").run()
    assert not page.exception
    return page


def component(page: AppTest, key: str) -> dict[str, object]:
    (found,) = (one.proto for one in page.get("bidi_component") if one.key == key)
    return json.loads(found.json)


def parts(page: AppTest) -> dict[str, dict[str, object]]:
    rows = component(page, BOARD)["rows"]
    return {part["name"]: part["data"] for row in rows for part in row}


def pixels(part: dict[str, object]) -> np.ndarray:
    kind = {"uint8": "u1", "float32": "<f4"}[str(part["type"])]
    return np.frombuffer(b64decode(str(part["pixels"])), kind).reshape(part["shape"])


def told(page: AppTest) -> str:
    return "\n".join(one.value for one in (*page.markdown, *page.caption, *page.error, *page.info))


def test_without_any_run_it_shows_the_digits() -> None:
    page = page_of()
    assert "300 test image" in told(page) and not page.error
    samples = parts(page)["samples"]
    places = np.concatenate([np.flatnonzero(DIGITS.test.labels == k)[:12] for k in range(10)])
    assert np.array_equal(pixels(samples), DIGITS.test.images[places])
    assert samples["titles"][12] == f"test image {places[12]}: 1"
    assert not samples["choosable"]
    page.segmented_control(key="data_part").set_value("train").run()
    assert f"{len(DIGITS.train):,} training images" in told(page)
    assert page.query_params["data_part"] == "train"


def test_one_class_and_other_samples() -> None:
    page = page_of(data_class="3", data_part="train")
    places = np.flatnonzero(DIGITS.train.labels == 3)
    assert np.array_equal(pixels(parts(page)["samples"]), DIGITS.train.images[places[:60]])
    next(one for one in page.button if one.label == "Others").click().run()
    assert np.array_equal(pixels(parts(page)["samples"]), DIGITS.train.images[places[60:120]])
    assert page.query_params["data_page"] == "1"


def test_the_shown_runs_images_lead_on(run: RunFolder) -> None:
    page = page_of()
    assert "30 test images of the shown run" in told(page)
    samples = parts(page)["samples"]
    assert samples["choosable"]
    place = int(str(samples["titles"][4]).split()[2].strip(":"))
    page.session_state[BOARD] = {"cell": None, "tile": {"part": "samples", "at": [4, 0, 0]}}
    own = split(load("digits"), DATA).test
    assert np.array_equal(pixels(samples)[4], own.images[place])


def test_numbers_are_the_sets_own() -> None:
    page = page_of(data_view="numbers", data_part="train")
    found = statistics(DIGITS.train)
    means = pixels(parts(page)["means"])
    assert np.array_equal(means, np.stack([found.mean, *found.means]))
    assert (
        f"{found.histogram[0] / found.histogram.sum():.1%}"[:-1]
        in parts(page)["histogram"]["words"]
    )
    assert "who always said" in parts(page)["counts"]["words"]


def test_moved_images_are_the_trainings_own() -> None:
    params = {"data_image": "5", "data_shift": "3", "data_rotate": "20", "data_flip": "1"}
    page = page_of(data_view="moved", data_part="train", data_seed="2", **params)
    x, _ = DIGITS.train.batch(np.full(VERSIONS, 5))
    augment = Augment(3, 20.0, True)
    expected = augment.apply(x, augment.draw(VERSIONS, np.random.default_rng(2)))[:, 0]
    shown = pixels(parts(page)["moved"])
    assert np.array_equal(shown[0], x[0, 0]) and np.array_equal(shown[1:], expected)
    next(one for one in page.button if one.label == "Again").click().run()
    assert page.query_params["data_seed"] == "3"
    assert not np.array_equal(pixels(parts(page)["moved"])[1:], expected)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"data_shift": "28"}, "out of sight; choose at most 28 − 1 = 27"),
        ({"data_rotate": "200"}, "Rotate must be at most 180 degrees"),
        ({"data_image": "300"}, "Image must be a whole number from 0 to 299, not 300"),
    ],
)
def test_moves_that_make_no_sense_are_told(params: dict[str, str], words: str) -> None:
    assert words in told(page_of(data_view="moved", **params))


def test_moves_in_words() -> None:
    moves = Augment(3, 20.0, True).draw(50, np.random.default_rng(0))
    words = [moved_words(move) for move in moves]
    assert any("mirrored, turned" in one for one in words)
    still = Augment().draw(1, np.random.default_rng(0))[0]
    assert moved_words(still) == "as it is"
    still["down"], still["right"] = -2, 1
    assert moved_words(still) == "2 up, 1 right"


def test_words_on_balance() -> None:
    assert counts_words(np.array([5, 5]), ("a", "b")).startswith("5 of each")
    told = "From 1 (a) to 3 (b): who always said b would be right in 75.0 %."
    assert counts_words(np.array([1, 3]), ("a", "b")) == told


def points(page: AppTest) -> np.ndarray:
    packed = str(component(page, "map")["points"])
    return np.frombuffer(b64decode(packed), "<f4").reshape(-1, 2)


def test_the_map_of_pixels_needs_no_run() -> None:
    page = page_of(data_view="map")
    found = pca(DIGITS.test.images.reshape(300, -1).astype(np.float32) / np.float32(255))
    assert np.allclose(points(page), scaled(found.points), atol=1e-4)
    assert f"with {100 * found.shares[0]:.1f} % of the whole variance" in told(page)
    assert "Once something has been trained here" in told(page)
    assert component(page, "map")["wrong"] == []


def test_the_map_of_a_layer_is_that_of_the_checkpoint(run: RunFolder) -> None:
    page = page_of(data_view="map", data_of="layer", look_layer="4", look_step="7")
    own = split(load("digits"), DATA).test
    model = Sequential.from_specs(run.settings().layers)
    found = pca(result_of(outputs(model, run.params(7), 4, own.batch(slice(None))[0])))
    assert np.allclose(points(page), scaled(found.points), atol=1e-4)
    taken = model.predict(run.params(7), own.batch(slice(None))[0]).argmax(axis=1)
    assert component(page, "map")["wrong"] == np.flatnonzero(taken != own.labels).tolist()
    assert "outputs of layer 4 (Flatten) at step 7" in told(page).replace("\\", "")
    page = page_of(data_view="map", data_of="layer")
    assert page.query_params["look_layer"] == str(len(model.layers))


def test_what_takes_long_is_asked_for(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.ui.dataset.map.MOST_AT_ONCE", 0)
    page = page_of(data_view="map", data_of="layer", look_layer="4")
    assert not [one for one in page.get("bidi_component") if one.key == "map"]
    page.button(key="_data_pca").click().run()
    page.run()
    assert component(page, "map")["wrong"] == []  # nobody has asked for that yet
    page.button(key="_data_judge").click().run()
    page.run()
    assert component(page, "map")["wrong"]


def test_tsne_is_computed_when_it_is_asked_for(run: RunFolder) -> None:
    page = page_of(data_view="map", data_method="tsne")
    assert not [one for one in page.get("bidi_component") if one.key == "map"]
    page.button(key="_data_tsne").click().run()
    assert "Kullback-Leibler divergence" in told(page)
    assert points(page).shape == (30, 2)


def test_another_set_than_the_runs_has_no_marks_and_its_test_images_lead_on(
    run: RunFolder, tmp_path: Path
) -> None:
    folder = tmp_path / "cache" / "mine"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 255, (30, 28, 28), np.uint8), np.arange(30) % 10
    names = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    np.savez(folder / "mine.npz", **names)
    page = page_of(data_set="mine", data_view="map", data_of="layer")
    assert "**mine**, 30 test images." in told(page)
    assert component(page, "map")["wrong"] == [] and component(page, "map")["choosable"]
    page = page_of(data_set="mine", data_view="map", data_part="validation")
    assert not component(page, "map")["choosable"]


def test_a_strange_image_on_another_page_is_no_choice_of_the_set(run: RunFolder) -> None:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    page.session_state["look_data"] = "gone"  # Activations looks at an image of another set
    page = page.switch_page("pages/10_Data.py").run()
    assert not page.error and "30 test images of the shown run" in told(page)
    assert page.session_state["look_data"] == "gone"


def test_the_directions_of_many_numbers_are_work_too(monkeypatch: pytest.MonkeyPatch) -> None:
    cost = pca_macs(300, 784)
    assert cost > 2 * 300 * 784 * 12
    monkeypatch.setattr("cnnviz.ui.dataset.map.MOST_AT_ONCE", cost - 1)
    page = page_of(data_view="map")
    assert [one.label for one in page.button if one.key == "_data_pca"] == ["Map 300 images"]
    monkeypatch.setattr("cnnviz.ui.dataset.map.MOST_AT_ONCE", cost)
    assert points(page_of(data_view="map")).shape == (300, 2)


def test_nobody_waits_for_the_directions_who_does_not_want_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go_on = Event(), Event()

    def slow(x: np.ndarray) -> None:
        begun.set()
        go_on.wait(10)

    monkeypatch.setattr("cnnviz.ui.dataset.map.pca", slow)
    source, chosen = Source("pixels", "pixels", None, None), SimpleNamespace(split=DIGITS.test)
    task = principal(source, chosen, np.arange(5))
    assert next(task) == 1.0 and begun.wait(10) and next(task) == 1.0
    task.close()
    go_on.set()


def test_a_diverged_layer_is_told(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*more: object) -> Generator[float, None, np.ndarray]:
        yield 0.0
        return np.full((30, 4), np.nan, np.float32)

    monkeypatch.setattr("cnnviz.ui.dataset.map.outputs", nothing)
    assert "choose an earlier step" in told(page_of(data_view="map", data_of="layer"))


@pytest.mark.parametrize("text", ["-5", "nan", "1e9", "x", ""])
@pytest.mark.parametrize("view", ["images", "numbers", "moved", "map"])
def test_nonsense_in_the_url_breaks_nothing(text: str, view: str) -> None:
    keys = ("part", "class", "page", "image", "shift", "rotate", "flip", "seed", "count", "of")
    page = page_of(data_view=view, **{f"data_{key}": text for key in keys})
    assert not page.error


def test_a_set_that_is_gone_is_told_and_another_can_be_chosen() -> None:
    page = page_of(data_set="gone")
    assert "There is no data set “gone” here" in told(page)
    page.selectbox("_data_set").select("digits").run()
    assert page.query_params["data_set"] == "digits" and not page.error


def test_a_map_offers_no_more_images_than_there_are() -> None:
    assert count_words(300) == {300: "all 300"}
    assert count_words(150) == {300: "all 150"}
    assert count_words(700) == {300: "300", 500: "500", 1_000: "all 700"}
    assert count_words(2_000) == {300: "300", 500: "500", 1_000: "1,000", 2_000: "all 2,000"}
    assert count_words(10_000)[2_000] == "2,000"
