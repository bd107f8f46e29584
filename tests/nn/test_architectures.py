import json

import pytest

from cnnviz.nn.architectures import ARCHITECTURES, build
from cnnviz.nn.gradcheck import check_gradients
from cnnviz.nn.model import check_classifier
from cnnviz.nn.optim import OPTIMIZERS
from cnnviz.nn.schedules import SCHEDULES
from cnnviz.nn.spec import from_spec
from cnnviz.nn.summary import summarize, totals

IMAGE = (1, 28, 28)
PARAMETERS = {
    "im2col-lenet": 44_426,
    "tf2-cnn": 3_274_634,
    "gluon-lenet": 170_988,
    "simple-convnet": 433_890,
    "same-valid-net": 14_194,
    "lenet-5": 61_706,
    "alexnet-mini": 243_754,
    "deep-convnet": 147_162,
    "sprint": 52_442,
    "tiny": 5_386,
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_it_builds_and_its_settings_can_be_read(name: str) -> None:
    architecture = ARCHITECTURES[name]
    assert architecture.name == name
    check_classifier(build(name), IMAGE, 10)
    assert totals(summarize(build(name), IMAGE)).parameters == PARAMETERS[name]
    from_spec(OPTIMIZERS, architecture.optimizer, what="optimizer")
    from_spec(SCHEDULES, architecture.schedule, what="schedule")
    assert json.loads(json.dumps(architecture.layers)) == list(architecture.layers)
    assert architecture.source.endswith(".")


@pytest.mark.parametrize("name", [name for name in ARCHITECTURES if name != "tf2-cnn"])
def test_gradients(name: str) -> None:
    assert max(check_gradients(build(name), IMAGE, few=2, elements=10).values()) < 1e-6


def test_same_then_valid() -> None:
    shapes = build("same-valid-net").shapes(IMAGE)
    assert (shapes[0], shapes[2]) == ((8, 28, 28), (8, 13, 13))


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="There is no network 'lenet'; there are im2col-lenet, "):
        build("lenet")
