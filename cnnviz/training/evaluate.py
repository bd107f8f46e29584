"""How the network does on images that it does not learn from."""

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from cnnviz.nn.losses import Loss, softmax
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import ModelParams
from cnnviz.training.events import Evaluating, Evaluation
from cnnviz.training.parallel import Workers
from cnnviz.training.splits import Split

CHUNK = 125  # images at a time: fixed, so that the sums do not depend on the machine
CHUNKS_PER_EVENT = 8


def probabilities(
    model: Sequential, params: ModelParams, split: Split, indices: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Return the probabilities (n, classes) of a few images."""
    with np.errstate(all="ignore"):
        probs: NDArray[np.float32] = softmax(model.predict(params, split.batch(indices)[0]))
    return probs


def look_at(
    model: Sequential, params: ModelParams, split: Split, loss: Loss, start: int
) -> tuple[float, NDArray[np.float32], NDArray[np.int64]]:
    """Return the sum of the losses, the probabilities and the labels of one chunk."""
    indices = np.arange(start, min(start + CHUNK, len(split)))
    with np.errstate(all="ignore"):
        x, labels = split.batch(indices)
        logits, _ = model.forward(params, x)
        total, probs, _ = loss(logits, labels, denominator=1)
    return total, probs, labels


def evaluate(
    workers: Workers, model: Sequential, params: ModelParams, split: Split, loss: Loss, step: int
) -> Generator[Evaluating, None, Evaluation]:
    """Yield now and then how far it is; return the result."""
    results = []
    span = CHUNK * CHUNKS_PER_EVENT
    for first in range(0, len(split), span):
        starts = range(first, min(first + span, len(split)), CHUNK)
        results += workers.map(lambda start: look_at(model, params, split, loss, start), starts)
        yield Evaluating(step, min(first + span, len(split)), len(split))
    probs = np.concatenate([result[1] for result in results])
    predictions = probs.argmax(axis=1)
    hits = predictions == np.concatenate([result[2] for result in results])
    return Evaluation(
        loss=sum(result[0] for result in results) / len(split),
        accuracy=float(hits.mean()),
        predictions=predictions.astype(np.uint8),
        confidences=probs.max(axis=1).astype(np.float32, copy=False),
    )
