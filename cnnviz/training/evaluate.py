"""How the network does on images that it does not learn from."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from cnnviz.nn.losses import softmax
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import ModelParams
from cnnviz.training.config import TrainConfig
from cnnviz.training.events import Evaluating, Evaluation
from cnnviz.training.splits import Split
from cnnviz.training.state import TrainState
from cnnviz.training.team import Desk, Team

CHUNK = 125  # images at a time: fixed, so that the sums do not depend on the machine
CHUNKS_PER_EVENT = 8


def probabilities(
    model: Sequential, params: ModelParams, split: Split, indices: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Return the probabilities (n, classes) of a few images."""
    with np.errstate(all="ignore"):
        probs: NDArray[np.float32] = softmax(model.predict(params, split.batch(indices)[0]))
    return probs


@dataclass(frozen=True, eq=False)
class Look:
    """The task to see what the network makes of images x (n, C, H, W) with labels (n,)."""

    repeatable: ClassVar[bool] = True

    x: NDArray[np.float32]
    labels: NDArray[np.int64]

    def do(self, desk: Desk) -> tuple[float, NDArray[np.float32]]:
        """Return the sum of the losses, and the probabilities (n, classes)."""
        with np.errstate(all="ignore"):
            logits, _ = desk.model.forward(desk.params, self.x)
            total, probs, _ = desk.config.loss(logits, self.labels, denominator=1)
        return total, probs


def evaluate(team: Team, split: Split, step: int) -> Generator[Evaluating, None, Evaluation]:
    """Yield now and then how far it is; return the result."""
    results = []
    span = CHUNK * CHUNKS_PER_EVENT
    for first in range(0, len(split), span):
        last = min(first + span, len(split))
        chunks = np.split(np.arange(first, last), range(CHUNK, last - first, CHUNK))
        results += team.run([Look(*split.batch(chunk)) for chunk in chunks])
        yield Evaluating(step, last, len(split))
    probs = np.concatenate([result[1] for result in results])
    predictions = probs.argmax(axis=1)
    return Evaluation(
        loss=sum(result[0] for result in results) / len(split),
        accuracy=float((predictions == split.labels).mean()),
        predictions=predictions.astype(np.uint8),
        confidences=probs.max(axis=1).astype(np.float32, copy=False),
    )


def judge(
    model: Sequential, params: ModelParams, config: TrainConfig, split: Split
) -> Generator[float, None, Evaluation]:
    """Evaluate parameters outside of a training, with the very numbers it would find.

    Yield the share that is done; return the result.
    """
    team = Team()
    team.begin(model, config, TrainState(params, {}, config.lr))
    steps = evaluate(team, split, 0)
    while True:
        try:
            now = next(steps)
        except StopIteration as done:
            return cast(Evaluation, done.value)
        yield now.done / now.images
