"""Settings of a training: plain data both ways, and a sentence for each wrong number."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.nn.losses import CrossEntropy, MeanSquaredError
from cnnviz.nn.optim import SGD, Adam, AdamW, RMSProp
from cnnviz.nn.schedules import Constant, OneCycle, Step
from cnnviz.training import Augment, ConfigError, TrainConfig


def test_plain_data_written_out() -> None:
    assert TrainConfig(seed=7).to_dict() == {
        "epochs": 4,
        "batch_size": 64,
        "lr": 0.05,
        "optimizer": {"type": "SGD", "momentum": 0.9, "nesterov": False, "weight_decay": 0.0},
        "schedule": {"type": "Constant"},
        "seed": 7,
        "threads": 2,
        "loss": {"type": "CrossEntropy", "label_smoothing": 0.0},
        "augment": {"shift": 0, "rotate": 0.0, "flip": False},
    }


def test_settings_from_before_there_were_losses_and_augmentation() -> None:
    plain = TrainConfig(seed=7).to_dict()
    del plain["loss"], plain["augment"]
    assert TrainConfig.from_dict(plain) == TrainConfig(seed=7)


def test_what_augment_leaves_out_is_left_as_it_is() -> None:
    assert TrainConfig.from_dict({"augment": {"shift": 2}}).augment == Augment(shift=2)


@given(
    epochs=st.integers(1, 9_999),
    lr=st.floats(1e-9, 1e3),
    seed=st.integers(0, 2**63 - 1),
    optimizer=st.sampled_from([SGD(), SGD(0.9, True, 0.1), Adam((0.5, 0.9)), AdamW(), RMSProp()]),
    schedule=st.sampled_from([Constant(), Step(0.5, 0.1), OneCycle(0.1)]),
    loss=st.sampled_from([CrossEntropy(), CrossEntropy(0.1), MeanSquaredError()]),
    augment=st.sampled_from([Augment(), Augment(2, 7.5, True)]),
)
def test_json_and_back(**values: object) -> None:
    config = TrainConfig(**values)
    assert TrainConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"epochs": 0}, "epochs must be a whole number from 1 to 9,999, not 0."),
        ({"batch_size": True}, "batch_size must be a whole number from 1 to 1,000,000, not True."),
        ({"batch_size": 1.5}, "batch_size must be a whole number"),
        ({"threads": 65}, "threads must be a whole number from 1 to 64, not 65."),
        ({"seed": -1}, "seed must be a whole number from 0 to"),
        ({"lr": 0}, "The learning rate must be above 0 and finite, received 0."),
        ({"lr": float("nan")}, "The learning rate must be above 0 and finite, received nan."),
        ({"lr": "fast"}, "The learning rate must be a number, received 'fast'."),
    ],
)
def test_a_wrong_number_is_named(values: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigError) as error:
        TrainConfig.from_dict(values)
    assert told in str(error.value)


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(ConfigError, match="no setting 'epoch'; it has epochs, batch_size, lr"):
        TrainConfig.from_dict({"epoch": 3})


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"optimizer": {"type": "Adma"}}, "There is no optimizer 'Adma'; there are SGD, AdaGrad"),
        ({"loss": {"type": "Hinge"}}, "There is no loss 'Hinge'; there are CrossEntropy, Mean"),
        ({"loss": {"type": "MeanSquaredError", "label_smoothing": 0.1}}, "has no field 'label_sm"),
        ({"augment": {"zoom": 2}}, "Augment has no field 'zoom'; its fields: shift, rotate, flip."),
        ({"augment": 2}, 'augment is written as {"shift": 2, …}, received 2.'),
    ],
)
def test_what_is_not_known_is_named(values: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError) as error:
        TrainConfig.from_dict(values)
    assert told in str(error.value)
