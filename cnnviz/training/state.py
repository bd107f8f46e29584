"""What a training knows between two events, and nothing else: enough to go on from there."""

from dataclasses import dataclass

import numpy as np

from cnnviz.nn.geometry import Shape
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import ModelParams
from cnnviz.training.config import TrainConfig

# First number after the seed: keeps the random draws of different uses apart.
INIT, SHUFFLE, DROPOUT, AUGMENT = 0, 1, 2, 3


@dataclass
class TrainState:
    """Parameters, the optimizer's memory, and how far the training is.

    There is no random state: every draw follows from the seed, the epoch and the step. Whoever
    iterates may save the state between two events, and may set `lr`, the base learning rate.

    Parameters
    ----------
    step
        Steps done.
    epochs_done
        Epochs whose end was told; a step count may already be at the end of one more.
    loss_sum, correct, images
        Of the epoch under way: the losses times their images, the hits, the images.
    """

    params: ModelParams
    optimizer_state: dict[str, ModelParams]
    lr: float
    step: int = 0
    epochs_done: int = 0
    loss_sum: float = 0.0
    correct: int = 0
    images: int = 0


def initial_state(model: Sequential, input_shape: Shape, config: TrainConfig) -> TrainState:
    """Return the state before the first step: the same seed gives the same weights."""
    params = model.init(input_shape, np.random.default_rng([config.seed, INIT]))
    return TrainState(params, config.optimizer.init(trained(model, params)), config.lr)


def trained(model: Sequential, params: ModelParams) -> ModelParams:
    """Return the arrays that gradients change: all but the layers' buffers."""
    return [
        {name: array for name, array in arrays.items() if name not in layer.buffers}
        for layer, arrays in zip(model.layers, params, strict=True)
    ]


def steps_per_epoch(images: int, config: TrainConfig) -> int:
    """Return the batches in an epoch; the last may be smaller."""
    return -(-images // config.batch_size)


def total_steps(images: int, config: TrainConfig) -> int:
    """Return the steps of the whole training."""
    return config.epochs * steps_per_epoch(images, config)


def learnt(state: TrainState, loss: float, correct: int, images: int) -> None:
    """Count one more step and its batch."""
    state.step += 1
    state.loss_sum += loss * images
    state.correct += correct
    state.images += images


def close_epoch(state: TrainState) -> tuple[float, float]:
    """Count one more epoch; return its mean loss and its accuracy, and start the next sums."""
    loss, accuracy = state.loss_sum / state.images, state.correct / state.images
    state.loss_sum, state.correct, state.images = 0.0, 0, 0
    state.epochs_done += 1
    return loss, accuracy
