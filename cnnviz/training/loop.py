"""The training loop: a generator of events.

Pausing is not asking for the next event, stopping is closing the generator, and whoever iterates
gets the same numbers, to the last bit, also from a saved state.
"""

from collections.abc import Generator, Iterator

import numpy as np
from numpy.typing import NDArray

from cnnviz.nn.model import Sequential
from cnnviz.training.config import TrainConfig
from cnnviz.training.evaluate import evaluate
from cnnviz.training.events import (
    Checkpoint,
    Diverged,
    EpochEnd,
    Evaluating,
    Event,
    Finished,
    StepEnd,
)
from cnnviz.training.parallel import gradients, keep_buffers, update
from cnnviz.training.splits import Split, Splits
from cnnviz.training.state import (
    SHUFFLE,
    TrainState,
    close_epoch,
    initial_state,
    learnt,
    steps_per_epoch,
    total_steps,
)
from cnnviz.training.team import Team
from cnnviz.training.timeline import timeline_count, timeline_steps

LARGEST_LOSS = 10_000.0  # to guess among ten classes costs 2.3


def train(
    model: Sequential,
    splits: Splits,
    config: TrainConfig,
    state: TrainState | None = None,
    team: Team | None = None,
) -> Iterator[Event]:
    """Train, telling what happens: a Checkpoint at step 0, a StepEnd for each batch, and so on.

    Parameters
    ----------
    state
        Where to go on; None to start. It is changed in place, and consistent between events: an
        epoch whose last step is done but whose end was not told yet is told first.
    team
        Who computes; None: this process alone. The numbers are the same.

    Raises
    ------
    ValueError
        Where the augmentation could push whole images out of sight.
    """
    shape = image_shape(splits.train)
    config.augment.check_size(*shape[1:])
    if state is None:
        state = initial_state(model, shape, config)
    marks = timeline(state, len(splits.train), config)
    batches = Batches(len(splits.train), config)
    team = team or Team()
    team.begin(model, config, state)
    if state.step in marks:
        yield Checkpoint(state.step)
    event: StepEnd | EpochEnd | Diverged
    while state.epochs_done < config.epochs:
        if state.step == batches.per_epoch * (state.epochs_done + 1):
            event = yield from end_epoch(team, splits, config, state, batches)
        else:
            event = take_step(team, splits.train, config, state, batches)
        yield event
        if isinstance(event, Diverged):
            return
        if isinstance(event, StepEnd) and state.step in marks:
            yield Checkpoint(state.step)
    yield Finished(state.step, (yield from evaluate(team, splits.test, state.step)))


def image_shape(split: Split) -> tuple[int, int, int]:
    """Return (1, H, W), the shape in which a split gives its images."""
    _, H, W = split.images.shape
    return 1, H, W


def timeline(state: TrainState, images: int, config: TrainConfig) -> frozenset[int]:
    """Return the steps whose parameters are worth keeping."""
    sizes = [
        sum(array.nbytes for layer in params for array in layer.values())
        for params in (state.params, *state.optimizer_state.values())
    ]
    count = timeline_count(sizes[0], sum(sizes))
    return frozenset(timeline_steps(total_steps(images, config), count))


class Batches:
    """Which images each step learns from: a new order every epoch, drawn from seed and epoch."""

    def __init__(self, images: int, config: TrainConfig) -> None:
        self.per_epoch = steps_per_epoch(images, config)
        self.total = total_steps(images, config)
        self._images, self._config = images, config
        self._epoch, self._order = -1, np.arange(0)

    def of_step(self, step: int) -> NDArray[np.intp]:
        """Return the images' indices for a step, counted from 1."""
        epoch, batch = divmod(step - 1, self.per_epoch)
        if epoch != self._epoch:
            rng = np.random.default_rng([self._config.seed, SHUFFLE, epoch])
            self._epoch, self._order = epoch, rng.permutation(self._images)
        size = self._config.batch_size
        return self._order[batch * size : (batch + 1) * size]


def take_step(
    team: Team,
    split: Split,
    config: TrainConfig,
    state: TrainState,
    batches: Batches,
) -> StepEnd | Diverged:
    """Learn from one batch; where the loss is no number, change nothing and say so."""
    step = state.step + 1
    indices = batches.of_step(step)
    lr = state.lr * config.schedule.factor(step, batches.total)
    result = gradients(team, split, indices, config, step)
    if exploded(result.loss):
        return Diverged(step, lr, result.loss, divergence(step, state.lr, lr, result.loss))
    update(team, state, len(indices), config, lr)
    keep_buffers(state.params, result.buffers)
    learnt(state, result.loss, result.correct, len(indices))
    epoch = state.epochs_done + 1
    return StepEnd(step, epoch, result.loss, result.correct, len(indices), lr)


def exploded(loss: float) -> bool:
    """Whether a loss is no number any more, or one from which no training comes back."""
    return not loss <= LARGEST_LOSS


def divergence(step: int, base: float, lr: float, loss: float) -> str:
    """Return what happened, in one sentence with one knob to try."""
    return (
        f"The loss became {loss:.3g} at step {step:,} with learning rate {lr:.3g}: "
        f"the steps are too large for this network; try a tenth: {base / 10:.3g}."
    )


def end_epoch(
    team: Team,
    splits: Splits,
    config: TrainConfig,
    state: TrainState,
    batches: Batches,
) -> Generator[Evaluating, None, EpochEnd | Diverged]:
    """Look at the validation images and close the epoch, unless its last step was too large."""
    step = state.step
    validation = yield from evaluate(team, splits.validation, step)
    if exploded(validation.loss):
        lr = state.lr * config.schedule.factor(step, batches.total)
        return Diverged(step, lr, validation.loss, divergence(step, state.lr, lr, validation.loss))
    loss, accuracy = close_epoch(state)
    return EpochEnd(state.epochs_done, step, loss, accuracy, validation)
