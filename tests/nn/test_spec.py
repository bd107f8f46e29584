"""Descriptions as JSON and back, for layers, optimizers and schedules alike."""

import json
from typing import Any

import pytest

from cnnviz.nn.layers import LAYERS, Conv2d, ReLU
from cnnviz.nn.optim import OPTIMIZERS, SGD, Adam
from cnnviz.nn.schedules import SCHEDULES, OneCycle, Step
from cnnviz.nn.spec import from_spec, to_spec

DESCRIPTIONS: list[tuple[dict[str, type[Any]], Any]] = [
    *((OPTIMIZERS, kind()) for kind in OPTIMIZERS.values()),
    *((SCHEDULES, kind()) for kind in SCHEDULES.values()),
    (OPTIMIZERS, SGD(momentum=0.9, nesterov=True, weight_decay=1e-4)),
    (OPTIMIZERS, Adam(betas=(0.8, 0.9), eps=1e-6)),
    (SCHEDULES, Step(every=0.1, gamma=0.3)),
    (SCHEDULES, OneCycle(warmup=0.0)),
]


@pytest.mark.parametrize(("registry", "description"), DESCRIPTIONS, ids=str)
def test_there_and_back(registry: dict[str, type[Any]], description: Any) -> None:
    written = json.loads(json.dumps(to_spec(description)))
    again = from_spec(registry, written, what="thing")
    assert again == description
    assert to_spec(again) == written
    assert isinstance(hash(again), int)


def test_the_registries_call_classes_by_their_names() -> None:
    for registry in (LAYERS, OPTIMIZERS, SCHEDULES):
        assert all(name == kind.__name__ for name, kind in registry.items())


def test_defaults_may_be_left_out() -> None:
    assert from_spec(LAYERS, {"type": "ReLU"}) == ReLU()
    written = {"type": "Conv2d", "out_channels": 4, "kernel_size": [3, 3]}
    assert from_spec(LAYERS, written) == Conv2d(4, 3)


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (5, 'A layer is written as {"type": "…", …}, received 5.'),
        ({"out_channels": 5}, 'A layer is written as {"type": "…", …}, received'),
        (
            {"type": "Conv"},
            "There is no layer 'Conv'; there are Conv2d, ConvTranspose2d, MaxPool2d, ",
        ),
        ({"type": ["ReLU"]}, "There is no layer ['ReLU']; there are"),
        ({"type": "Dropout", "p": 0.5}, "Dropout has no field 'p'; its fields: rate."),
        ({"type": "ReLU", "slope": 1}, "ReLU has no field 'slope'; its fields: none."),
        ({"type": "Conv2d", "out_channels": 3}, "Conv2d needs the field 'kernel_size'."),
        ({"type": "Linear", "out_features": True}, "Linear: out_features must be an integer"),
        ({"type": "Linear", "out_features": None}, "Linear: out_features must be an integer"),
        ({"type": "Linear", "out_features": 3.0}, "Linear: out_features must be an integer"),
        ({"type": "Linear", "out_features": 0}, "Linear: out_features must be at least 1"),
        ({"type": "Linear", "out_features": 3, "use_bias": "no"}, "Linear: use_bias must be true"),
        ({"type": "Linear", "out_features": 3, "weight_init": 1}, "Linear: weight_init must be"),
        ({"type": "Dropout", "rate": 1}, "Dropout: rate must be at least 0 and below 1"),
        ({"type": "Dropout", "rate": "half"}, "Dropout: rate must be a number, received 'half'."),
    ],
)
def test_what_cannot_be_read(spec: object, sentence: str) -> None:
    with pytest.raises(ValueError) as error:
        from_spec(LAYERS, spec)
    assert str(error.value).startswith(sentence)


def test_the_sentence_says_what_was_looked_for() -> None:
    with pytest.raises(
        ValueError, match="There is no optimizer 'Adan'; there are SGD, AdaGrad, RMSProp"
    ):
        from_spec(OPTIMIZERS, {"type": "Adan"}, what="optimizer")
