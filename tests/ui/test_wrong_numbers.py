"""Wrong numbers on the Train page: one sentence, no Train, and nothing that vanishes."""

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.runs import layout, list_runs
from cnnviz.ui.service import manager
from cnnviz.ui.train.defaults import NETWORK
from cnnviz.ui.train.numbers import NUMBERS
from cnnviz.ui.train.transport import lr_problem
from tests.browser import ROOT
from tests.runs.run_tools import whole_run

FIELDS = [key for key in NUMBERS if key != "smoothing"]


pytestmark = pytest.mark.usefixtures("own_manager")


def opened(**params: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    for key, value in params.items():
        page.query_params[key] = value
    page.session_state["_more_numbers"] = True
    return page.switch_page("pages/1_Train.py").run()


def sentence(page: AppTest) -> str:
    """The one sentence on the page, which must also be the reason at the Train button; or ""."""
    assert not page.exception
    train = next(one for one in page.button if one.label == "Train")
    told = [one.value for one in page.error]
    assert train.disabled == bool(told)
    assert told in ([], [train.help])
    return told[0] if told else ""


def keys(page: AppTest) -> list[str]:
    return [one.key for one in page.number_input]


def test_every_number_is_checked_and_right_again() -> None:
    page = opened()
    drawn = keys(page)
    for key in FIELDS:
        before = page.number_input(key).value
        page.number_input(key).set_value(-1.0).run()
        assert sentence(page).startswith(f"{NUMBERS[key].label} must be")
        assert "not −1: empty the field for" in sentence(page)
        assert page.number_input(key).value == -1
        assert keys(page) == drawn
        page.number_input(key).set_value(before).run()
        assert sentence(page) == ""


def test_the_ranges_are_those_of_the_data_set() -> None:
    page = opened()
    page.number_input("images").set_value(1498.0).run()
    assert "from 1 to 1,497, not 1,498" in sentence(page)
    page.number_input("images").set_value(200.0).run()
    page.number_input("validation").set_value(200.0).run()
    assert "from 1 to 199, not 200" in sentence(page)


def test_numbers_of_a_description_that_clash_leave_every_field_where_it_is() -> None:
    page = opened()
    drawn = keys(page)
    page.number_input("sgd_momentum").set_value(0.0)
    page.toggle("sgd_nesterov").set_value(True).run()
    assert "momentum, which is 0; raise it." in sentence(page)
    assert keys(page) == drawn


def test_numbers_that_are_folded_away_mean_what_they_meant() -> None:
    page = opened(augment_shift="2")
    page.number_input("sgd_momentum").set_value(0.0)
    page.toggle("sgd_nesterov").set_value(True).run()
    page.session_state["_more_numbers"] = False
    page.run()
    assert "sgd_momentum" not in keys(page)
    assert "momentum, which is 0; raise it." in sentence(page)
    page.session_state["_more_numbers"] = True
    page.run()
    assert page.number_input("sgd_momentum").value == 0
    page.number_input("sgd_momentum").set_value(0.5).run()
    page.session_state["_more_numbers"] = False
    page.run()
    assert sentence(page) == ""
    assert (page.query_params["sgd_momentum"], page.query_params["augment_shift"]) == ("0.5", "2")
    next(one for one in page.button if one.label == "Train").click().run()
    config = list_runs(layout.runs_root())[0].settings().config
    assert (config.optimizer.momentum, config.optimizer.nesterov) == (0.5, True)
    assert config.augment.shift == 2


def test_a_wrong_number_stays_and_stands_in_no_link() -> None:
    page = opened()
    page.number_input("epochs").set_value(0.0).run()
    assert "epochs" not in page.query_params
    assert page.query_params["batch"] == str(ARCHITECTURES[NETWORK].batch_size)
    page = page.switch_page("dashboard.py").run().switch_page("pages/1_Train.py").run()
    assert page.number_input("epochs").value == 0
    assert "Epochs must be" in sentence(page)


def test_another_network_brings_right_numbers() -> None:
    page = opened()
    page.number_input("images").set_value(-1.0).run()
    page.number_input("epochs").set_value(0.0).run()
    page.selectbox("network").select("gluon-lenet").run()
    assert page.number_input("epochs").value == 84  # 500 steps of 256 on all 1,497
    assert page.number_input("images").value == -1
    page.number_input("images").set_value(1497.0).run()
    assert sentence(page) == ""


@pytest.mark.parametrize("key", ["images", "validation", "test"])
def test_a_link_that_asks_for_more_images_than_there_are_is_followed_as_far_as_it_can_be(
    key: str,
) -> None:
    page = opened(**{key: "5000", "epochs": "7"})
    assert sentence(page) == ""
    assert page.number_input(key).value == {"images": 1497}.get(key)
    assert page.number_input("epochs").value == 7


def test_whole_numbers_stand_in_the_link_as_such() -> None:
    page = opened(seed="9007199254740991")
    page.number_input("batch").set_value(32.0).run()
    assert page.query_params["batch"] == "32"
    assert page.query_params["seed"] == "9007199254740991"


def test_a_rate_that_no_run_can_learn_at_is_a_sentence() -> None:
    assert lr_problem(0.01, 0.02) == ""
    assert lr_problem(0, 0.02) == (
        "Learning rate now must be a number from 1e-08 to 1,000, not 0: the run goes on with 0.02."
    )


def test_wrong_idle_minutes_change_nothing() -> None:
    whole_run(layout.runs_root())
    page = opened()
    page.number_input("_idle").set_value(0.0).run()
    assert page.error[0].value.endswith("from 0.1 to 1,440, not 0: it stays at 5.")
    assert manager().idle_seconds == 300
    page.number_input("_idle").set_value(7.0).run()
    assert manager().idle_seconds == 420
    assert sentence(page) == ""
