"""The Draw page, run without a browser."""

import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data import load, split
from cnnviz.nn.losses import softmax
from cnnviz.nn.model import Sequential
from cnnviz.runs import RunFolder
from cnnviz.ui.draw.prediction import exactly, verdict
from cnnviz.ui.draw.state import kept_drawings
from cnnviz.ui.inside.drawing import encode_drawing
from tests.browser import ROOT
from tests.runs.run_tools import DATA, SETTINGS, STEPS, whole_run

SEVEN = np.zeros((56, 56), np.uint8)
SEVEN[10:16, 14:42] = SEVEN[16:48, 32:38] = 255
WORD = encode_drawing(SEVEN)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return whole_run(tmp_path_factory.mktemp("trained"))


@pytest.fixture
def run(trained: RunFolder, tmp_path: Path) -> RunFolder:
    return RunFolder(Path(copytree(trained.path, tmp_path / "runs" / trained.id)))


def draw_page(**params: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60).run()
    for key, value in params.items():
        page.query_params[key] = value
    return page.switch_page("pages/8_Draw.py").run()


def faults(page: AppTest) -> list[str]:
    return [str(one.value) for one in (*page.exception, *page.error)]


def parts(page: AppTest, key: str) -> dict[str, Any]:
    (found,) = (one.proto for one in page.get("bidi_component") if one.key == key)
    return {part["name"]: part["data"] for row in json.loads(found.json)["rows"] for part in row}


def words(page: AppTest) -> str:
    return "\n".join(one.value for one in (*page.markdown, *page.caption))


def probs(run: RunFolder, step: int, x: Any) -> Any:
    model = Sequential.from_specs(run.settings().layers)
    return softmax(model.predict(run.params(step), x.astype(np.float32)))[0]


def press(page: AppTest, label: str) -> AppTest:
    return next(one for one in page.button if one.label == label).click().run()


def test_before_anything_is_drawn_it_says_what_to_do(run: RunFolder) -> None:
    page = draw_page()
    assert not faults(page)
    assert "Draw on the pad" in words(page)
    assert next(one for one in page.button if one.label == "Keep").disabled


def test_without_a_run_it_leads_to_training() -> None:
    page = draw_page(look_drawing=WORD)
    assert not faults(page)
    assert "Nothing has been trained here yet" in page.info[0].value


def test_the_prediction_is_the_engines_own_at_each_step(run: RunFolder) -> None:
    for step in (0, 7, STEPS):
        page = draw_page(run=run.id, look_step=str(step), look_drawing=WORD)
        assert not faults(page)
        (subject,) = (parts(page, "_draw_answers")["seen-0"],)
        x = np.frombuffer(b64decode(subject["pixels"]), "<f4").reshape(1, 1, 28, 28)
        assert 0.05 < x.mean() < 0.4
        expected = probs(run, step, x)
        figure = json.loads(parts(page, "_draw_answers")["bars-0"]["figure"])
        shown = [float(row[1]) for row in figure["data"][0]["customdata"]]
        assert shown == pytest.approx(expected.tolist(), rel=1e-6)
        assert f"Taken for **{expected.argmax()}** with {exactly(expected.max())}" in words(page)
    assert "its ink scaled by 0.53 to 20 rows × 15 columns" in words(page)


def test_a_test_image_that_is_left_alone_goes_in_as_it_is(run: RunFolder) -> None:
    page = press(draw_page(look_image="11"), "Put it on the pad")
    assert not faults(page)
    own = split(load("digits"), DATA).test
    seen = parts(page, "_draw_answers")["seen-0"]
    x = np.frombuffer(b64decode(seen["pixels"]), "<f4").reshape(28, 28)
    assert np.array_equal(x, own.images[11] / np.float32(255))
    assert "An image, loaded and left alone. Fed as it is." in words(page)
    assert page.session_state["draw_label"] == own.labels[11]
    assert page.query_params["look_drawing"] == encode_drawing(own.images[11])


def test_a_kept_drawing_becomes_a_curve_over_all_checkpoints(run: RunFolder) -> None:
    page = press(draw_page(look_drawing=WORD, draw_label="7", look_step="7"), "Keep")
    assert not faults(page)
    assert page.query_params["draw_kept"] == f"{WORD},7"
    figure = json.loads(parts(page, "_draw_curves")["curves"]["figure"])
    (line,) = figure["data"]
    steps = np.frombuffer(b64decode(line["x"]["bdata"]), "f4").tolist()
    assert steps == run.checkpoint_steps()
    x = np.frombuffer(b64decode(parts(page, "_draw_kept")["kept"]["pixels"]), "<f4")
    expected = [probs(run, step, x.reshape(1, 1, 28, 28))[7] for step in run.checkpoint_steps()]
    assert np.allclose(np.frombuffer(b64decode(line["y"]["bdata"]), "f4"), expected, rtol=1e-6)
    assert figure["layout"]["shapes"][0]["x0"] == 7
    assert line["name"] == "1 · 7"
    page = press(page, "Forget")
    assert "draw_kept" not in page.query_params
    assert "becomes a curve" in words(page)


def test_curves_that_were_canceled_go_on(run: RunFolder) -> None:
    page = draw_page(look_drawing=encode_drawing(SEVEN.T.copy()))
    page.session_state["_draw_stopped"] = True
    page.session_state["draw_kept"] = ((encode_drawing(SEVEN[::-1].copy()), 1),)
    page.run()
    assert not faults(page)
    assert "Not computed to the end" in words(page)
    page = press(page, "Go on")
    assert not faults(page)
    (line,) = json.loads(parts(page, "_draw_curves")["curves"]["figure"])["data"]
    steps = np.frombuffer(b64decode(line["x"]["bdata"]), "f4").tolist()
    assert steps == run.checkpoint_steps()


def test_kept_drawings_stay_when_the_page_is_left(run: RunFolder) -> None:
    page = press(draw_page(look_drawing=WORD), "Keep")
    page.switch_page("dashboard.py").run()
    page.switch_page("pages/8_Draw.py").run()
    assert not faults(page)
    assert len(page.session_state["draw_kept"]) == 1
    assert "kept" in parts(page, "_draw_kept")


def test_of_too_many_the_oldest_goes(run: RunFolder) -> None:
    page = draw_page()
    for row in range(8):
        gray = SEVEN.copy()
        gray[2 + row, 2:40] = 255
        page.session_state["look_drawing"] = encode_drawing(gray)
        page = press(page.run(), "Keep")
    assert len(page.session_state["draw_kept"]) == 6
    assert not faults(page)


def test_a_second_run_stands_beside_the_first(run: RunFolder) -> None:
    other = whole_run(run.path.parent, replace(SETTINGS, network="the other"))
    page = draw_page(run=run.id, look_drawing=WORD, look_other=other.id, draw_kept=f"{WORD},7")
    assert not faults(page)
    shown = parts(page, "_draw_answers")
    assert {"seen-0", "seen-1", "bars-0", "bars-1"} == set(shown)
    assert "the other" in shown["bars-1"]["title"]
    figure = json.loads(parts(page, "_draw_curves")["curves"]["figure"])
    assert [line["name"] for line in figure["data"]] == ["1 · 7", "1 · 7 · the other"]


def test_a_second_run_of_the_same_network_is_told_by_its_start(run: RunFolder) -> None:
    for name, word in (("20200102-030405-tiny-0000", "2 Jan, 03:04"), (f"{run.id}0", f"{run.id}0")):
        copytree(run.path, run.path.with_name(name))
        page = draw_page(run=run.id, look_drawing=WORD, look_other=name, draw_kept=f"{WORD},7")
        figure = json.loads(parts(page, "_draw_curves")["curves"]["figure"])
        assert [line["name"] for line in figure["data"]] == ["1 · 7", f"1 · 7 · {word}"]


def test_a_step_that_will_never_be_does_not_stay_in_the_address(run: RunFolder) -> None:
    page = draw_page(run=run.id, look_step="999999")
    assert "look_step" not in page.query_params and not faults(page)
    assert draw_page(run=run.id, look_step=str(STEPS)).query_params["look_step"] == str(STEPS)


def test_what_makes_no_sense_in_the_address_is_told(run: RunFolder) -> None:
    page = draw_page(run="nonsense", look_step="4", look_fit="perhaps", other="x")
    (told,) = page.toast
    assert r"run=nonsense, look\_fit=perhaps in the address makes no sense" in told.value
    assert page.query_params["run"] == run.id and not faults(page)
    assert not draw_page(look_step="4").toast


def test_a_second_run_without_weights_says_so_once(run: RunFolder) -> None:
    other = RunFolder(Path(copytree(run.path, run.path.with_name("20200101-000000-none-0000"))))
    for file in (other.path / "checkpoints").iterdir():
        file.unlink()
    page = draw_page(run=run.id, look_drawing=WORD, look_other=other.id, draw_kept=f"{WORD},7")
    (sentence,) = faults(page)
    assert "has no weights yet: choose another one" in sentence
    assert set(parts(page, "_draw_answers")) == {"seen-0", "bars-0"}


def test_as_it_is(run: RunFolder) -> None:
    page = draw_page(look_drawing=WORD, look_fit="0")
    assert not faults(page)
    assert "Fed as it is, scaled by 0.5 from 56 × 56 to 28 rows × 28 columns" in words(page)


def test_a_drawing_unlike_the_data_is_told(run: RunFolder) -> None:
    gray = np.zeros((56, 56), np.uint8)
    gray[20:28, 20] = 255
    page = draw_page(look_drawing=encode_drawing(gray))
    assert not faults(page)
    assert "Small: its ink is only 8 of 56 pixels long" in words(page)


def test_a_run_without_its_data_still_answers(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = json.loads((run.path / "settings.json").read_text())
    settings["data"]["dataset"] = "gone"
    (run.path / "settings.json").write_text(json.dumps(settings))
    page = draw_page(look_drawing=WORD)
    assert all("There is no data set “gone” here" in fault for fault in faults(page))
    assert "bars-0" in parts(page, "_draw_answers")


@pytest.mark.parametrize("text", ["", "x", "dAAAA", "-1", "1e9", "nan", ";", ",", "d,7;"])
def test_nonsense_in_the_url_breaks_nothing(run: RunFolder, text: str) -> None:
    names = ("look_drawing", "draw_kept", "draw_label", "look_other", "look_brush", "look_fit")
    page = draw_page(**dict.fromkeys(names, text))
    assert not faults(page)


@pytest.mark.parametrize(
    "text", [f"{WORD},10", f"{WORD},-1", WORD, f"{WORD},7,7", ";".join([f"{WORD},7"] * 7)]
)
def test_what_cannot_have_been_kept_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        kept_drawings(text)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.5, "50.00 %"),
        (0.97312, "97.31 %"),
        (0.999987, "99.9987 %"),
        (0.0004, "0.04 %"),
        (2e-9, "2e-7 %"),
        (float("nan"), "nan %"),
    ],
)
def test_probabilities_are_never_rounded_to_none_or_all(share: float, text: str) -> None:
    assert exactly(share) == text


def test_a_diverged_network_says_so() -> None:
    assert "not finite any more" in verdict(np.full(10, np.nan, np.float32), tuple("0123456789"))
