import json
from base64 import b64decode
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
import pytest

from cnnviz.figures import plotly_js, to_json, typed_array
from cnnviz.figures.curves import accuracy_figure, extrema, loss_figure, room
from cnnviz.figures.palette import ON_DARK, TRAINING, VALIDATION
from cnnviz.nn.losses import CrossEntropy
from tests.colors import luminance

FIELDS = np.dtype(
    [
        ("step", "<u4"),
        ("loss", "<f8"),
        ("correct", "<u4"),
        ("images", "<u4"),
        ("lr", "<f8"),
        ("seconds", "<f8"),
    ]
)


class Record(NamedTuple):
    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float


EPOCHS = [Record(1, 2, 0.9, 0.6, 0.8, 0.7), Record(2, 4, 0.5, 0.8, 0.6, 0.75)]


def history(losses: list[float]) -> np.ndarray:
    records = np.zeros(len(losses), FIELDS)
    records["step"] = np.arange(1, len(losses) + 1)
    records["loss"] = losses
    records["images"] = 64
    records["correct"] = 48
    return records


def numbers(spec: dict[str, str]) -> list[float]:
    return np.frombuffer(b64decode(spec["bdata"]), f"<{spec['dtype']}").tolist()


def named(figure: dict[str, Any], name: str) -> dict[str, Any]:
    return next(trace for trace in figure["data"] if trace["name"] == name)


def test_the_raw_curve_stays_beneath_the_smoothed_one() -> None:
    figure = loss_figure(history([2, 1, 4, 0.5]), EPOCHS, run_id="r", smoothing=0.5)
    assert [trace["name"] for trace in figure["data"]] == ["batches", "smoothed", "validation"]
    assert numbers(named(figure, "batches")["x"]) == [1, 2, 3, 4]
    assert numbers(named(figure, "batches")["y"]) == [2, 1, 4, 0.5]
    assert numbers(named(figure, "smoothed")["y"])[0] == 2
    assert numbers(named(figure, "validation")["x"]) == [2, 4]
    assert numbers(named(figure, "validation")["y"]) == pytest.approx([0.8, 0.6])


def test_accuracy_is_the_share_of_right_answers() -> None:
    figure = accuracy_figure(history([2, 1]), EPOCHS, run_id="r")
    assert numbers(named(figure, "batches")["y"]) == [0.75, 0.75]
    assert numbers(named(figure, "validation")["y"]) == pytest.approx([0.7, 0.75])


def test_without_smoothing_the_raw_curve_stands_alone() -> None:
    figure = loss_figure(history([2, 1]), [], run_id="r", smoothing=0)
    assert [trace["name"] for trace in figure["data"]] == ["batches"]


def test_an_axis_of_steps_has_room_and_little_of_it() -> None:
    found = [room(step, 1_000) for step in (1, 2, 3, 125, 126, 500, 501, 999, 1_000, 1_200)]
    assert found == [1, 3, 3, 125, 250, 500, 1_000, 1_000, 1_000, 1_200]
    assert room(0, 0) == 0
    assert room(7, 0) == 7
    for total in range(1, 200):
        for step in range(1, total):
            assert step <= room(step, total) <= 2 * step + 1


def test_many_validations_are_thinned_and_keep_their_epochs_and_extremes() -> None:
    steps, worst = 5_000, 777
    epochs = [Record(i, 2 * i, 1, 1, 9.0 if i == worst else 0.5, 0.9) for i in range(1, steps)]
    shown = named(loss_figure(history([1.0]), epochs, run_id="r"), "validation")
    x, y = numbers(shown["x"]), numbers(shown["y"])
    assert len(x) == len(y) == len(shown["customdata"]) <= 200
    assert shown["customdata"] == [step / 2 for step in x]
    assert (y[x.index(2 * worst)], x[-1]) == (9, 2 * (steps - 1))
    assert (
        shown["marker"]["size"]
        < named(loss_figure(history([1.0]), EPOCHS, run_id="r"), "validation")["marker"]["size"]
    )


@pytest.mark.parametrize("make", [loss_figure, accuracy_figure])
def test_curves_grow_within_an_axis_that_stays(make: Any) -> None:
    figure = go.Figure(make(history([2, 1]), EPOCHS, run_id="r", until=64))
    assert figure.layout.xaxis.autorangeoptions.include == 64


@pytest.mark.parametrize("make", [loss_figure, accuracy_figure])
def test_plotly_accepts_the_figure(make: Any) -> None:
    figure = go.Figure(make(history([2, float("nan"), 1]), EPOCHS, run_id="run-7"))
    assert figure.layout.uirevision == "run-7"
    assert figure.layout.xaxis.title.text == "step"
    assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert all("<extra></extra>" in trace.hovertemplate for trace in figure.data)


def test_the_loss_can_stand_on_a_logarithmic_axis() -> None:
    figure = loss_figure(history([2]), [], run_id="r", log_scale=True)
    assert figure["layout"]["yaxis"]["type"] == "log"


def test_the_loss_says_which_one_it_is() -> None:
    named_so = loss_figure(history([2]), [], run_id="r", loss=CrossEntropy(0.1).title)
    assert named_so["layout"]["yaxis"]["title"]["text"] == (
        "loss (cross-entropy with label smoothing 0.1)"
    )
    unnamed = loss_figure(history([2]), [], run_id="r")
    assert unnamed["layout"]["yaxis"]["title"]["text"] == "loss"


def test_a_long_run_stays_small_and_shows_its_spike() -> None:
    losses = [1.0] * 100_000
    losses[77_777] = 50.0
    text = to_json(loss_figure(history(losses), EPOCHS, run_id="r"))
    assert len(text) < 25_000
    batches = named(json.loads(text), "batches")
    assert max(numbers(batches["y"])) == 50
    assert len(numbers(batches["y"])) <= 2000


def test_extrema_name_step_and_value() -> None:
    found = extrema(history([2, float("nan"), 0.5, 1]))
    assert found is not None
    assert found.largest == (1, 2)
    assert found.smallest == (3, 0.5)
    assert found.latest == (4, 1)
    assert extrema(history([1]), "accuracy") == ((1, 0.75),) * 3


def test_there_are_no_extrema_before_there_is_a_number() -> None:
    assert extrema(history([])) is None
    assert extrema(history([float("nan")])) is None


def test_curves_stand_out_on_both_grounds() -> None:
    # WCAG 2.1, 1.4.11: at least 3 to 1 for graphics
    for color in (TRAINING, VALIDATION):
        assert 1.05 / (luminance(color) + 0.05) > 3
        assert (luminance(ON_DARK[color]) + 0.05) / (luminance("#14181b") + 0.05) > 3


def test_a_figure_object_and_a_plain_dict_travel_alike() -> None:
    spec = typed_array(np.array([1, 2], ">f4"))
    assert spec == {"dtype": "f4", "bdata": "AACAPwAAAEA="}
    assert json.loads(to_json({"data": [], "layout": {}})) == {"data": [], "layout": {}}
    assert json.loads(to_json(go.Figure(layout={"uirevision": "r"})))["layout"]["uirevision"] == "r"


def test_plotly_js_comes_with_the_package() -> None:
    assert "plotly.js v" in plotly_js()[:200]
