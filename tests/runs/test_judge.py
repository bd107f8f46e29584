"""A checkpoint judged later gives the very numbers that its training found."""

from collections.abc import Generator
from typing import Any

import numpy as np
from run_tools import DATA

from cnnviz.data import load, split
from cnnviz.nn.model import Sequential
from cnnviz.runs import RunFolder
from cnnviz.training.evaluate import judge
from cnnviz.training.events import Evaluation


def ended(task: Generator[float, None, Evaluation]) -> tuple[list[float], Evaluation]:
    shares: list[float] = []
    while True:
        try:
            shares.append(next(task))
        except StopIteration as done:
            return shares, done.value


def same(a: Evaluation, b: Evaluation | None) -> bool:
    assert b is not None
    pairs: list[tuple[Any, Any]] = [
        (a.predictions, b.predictions),
        (a.confidences, b.confidences),
        (np.array([a.loss, a.accuracy]), np.array([b.loss, b.accuracy])),
    ]
    return all(one.tobytes() == other.tobytes() for one, other in pairs)


def test_every_epoch_and_the_test_are_found_again(finished: RunFolder) -> None:
    settings, splits = finished.settings(), split(load("digits"), DATA)
    model = Sequential.from_specs(settings.layers)
    for record in finished.epochs():
        params = finished.params(record.step)
        shares, found = ended(judge(model, params, settings.config, splits.validation))
        assert same(found, finished.evaluation(record.epoch))
        assert shares == [1.0]
    last = finished.params(finished.checkpoint_steps()[-1])
    _, found = ended(judge(model, last, settings.config, splits.test))
    assert same(found, finished.evaluation("test"))
