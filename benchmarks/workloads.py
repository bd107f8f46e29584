"""The four training workloads that speed is measured with, for ours, the textbook's and PyTorch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np

from benchmarks import textbook
from cnnviz.data import Split
from cnnviz.nn.architectures import build
from cnnviz.nn.layers import Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU
from cnnviz.nn.model import Sequential
from cnnviz.nn.optim import SGD, Adam, Optimizer
from cnnviz.nn.summary import summarize
from cnnviz.training import TrainConfig
from cnnviz.training.parallel import gradients, update
from cnnviz.training.state import initial_state
from cnnviz.training.team import Team

SHAPE = (1, 28, 28)
THREADS = 2
Step = Callable[[], object]


@dataclass(frozen=True)
class Workload:
    """A network with its batch and optimizer."""

    network: str
    batch: int
    optimizer: Optimizer
    lr: float

    @property
    def model(self) -> Sequential:
        """The network."""
        return build(self.network)

    def flops(self) -> float:
        """Return the operations of a training step in matrix products: 2 for each MAC, three
        products a layer, without the gradient by the first layer's input, which nobody needs.
        """
        macs = [row.macs for row in summarize(self.model, SHAPE)]
        first = next(count for count in macs if count)
        return 2.0 * self.batch * (3 * sum(macs) - first)


WORKLOADS = (
    Workload("im2col-lenet", 64, SGD(momentum=0.9), 0.01),
    Workload("tf2-cnn", 50, Adam(), 0.0001),
    Workload("gluon-lenet", 256, SGD(), 0.01),
    Workload("simple-convnet", 100, Adam(), 0.0001),
)


def batches(split: Split, size: int, images: int = 5_000) -> Iterator[np.ndarray]:
    """Yield the indices of one batch after the other, over and over."""
    order = np.random.default_rng(0).permutation(min(images, len(split)))
    whole = len(order) // size
    return cycle(np.split(order[: whole * size], whole))


def ours(work: Workload, split: Split, team: Team, parts: int = THREADS) -> Step:
    """Return a complete training step of this project, as the training loop takes it."""
    config = TrainConfig(batch_size=work.batch, lr=work.lr, optimizer=work.optimizer, threads=parts)
    model, picks = work.model, batches(split, work.batch)
    state = initial_state(model, SHAPE, config)
    team.begin(model, config, state)

    def step() -> float:
        number = state.step + 1
        result = gradients(team, split, next(picks), config, number)
        update(team, state, work.batch, config, work.lr)
        state.step = number
        return result.loss

    return step


def textbooks(work: Workload, split: Split) -> Step:
    """Return a training step of the textbook's network."""
    rng = np.random.default_rng(0)
    layers, shape = [], SHAPE
    for layer in work.model.layers:
        layers.append(textbook_layer(layer, shape, rng))
        shape = layer.output_shape(shape)
    kept = work.optimizer
    optimizer = (
        textbook.Adam(work.lr) if isinstance(kept, Adam) else textbook.SGD(work.lr, kept.momentum)
    )
    network, ready = textbook.Network(layers, optimizer), floats(split, work.batch)
    return lambda: network.step(*next(ready))


def textbook_layer(layer: Layer, shape: tuple[int, ...], rng: np.random.Generator) -> Any:
    """Return the textbook's layer in the place of ours."""
    match layer:
        case Conv2d():
            pad = layer.grid(shape).pads[0][0]
            return textbook.Conv(shape[0], layer.out_channels, layer.kernel_size, pad, rng)
        case Linear():
            return textbook.Linear(shape[0], layer.out_features, rng)
        case MaxPool2d():
            return textbook.MaxPool(layer.kernel_size)
        case ReLU():
            return textbook.ReLU()
        case Flatten():
            return textbook.Flatten()
    raise ValueError(f"The textbook has no {type(layer).__name__}.")


def floats(split: Split, size: int, dtype: type = np.float64) -> Iterator[tuple[Any, Any]]:
    """Yield batches made ready beforehand: images as floats, labels as integers."""
    count = min(5_000, len(split)) // size
    picks = batches(split, size)
    ready = [split.batch(next(picks)) for _ in range(count)]
    return cycle([(x.astype(dtype), labels.astype(np.int64)) for x, labels in ready])


def pytorchs(work: Workload, split: Split, *, channels_last: bool) -> Step:
    """Return a training step of PyTorch, in its default memory format or channels-last."""
    import torch

    memory = torch.channels_last if channels_last else torch.contiguous_format
    layers, shape = [], SHAPE
    for layer in work.model.layers:
        layers.append(pytorch_layer(layer, shape))
        shape = layer.output_shape(shape)
    model = torch.nn.Sequential(*layers).to(memory_format=memory)
    kept = work.optimizer
    optimizer = (
        torch.optim.Adam(model.parameters(), work.lr)
        if isinstance(kept, Adam)
        else torch.optim.SGD(model.parameters(), work.lr, kept.momentum)
    )
    ready = cycle(
        [
            (torch.from_numpy(x).to(memory_format=memory), torch.from_numpy(labels))
            for x, labels in (
                batch
                for _, batch in zip(
                    range(5_000 // work.batch), floats(split, work.batch, np.float32), strict=False
                )
            )
        ]
    )

    def step() -> float:
        x, labels = next(ready)
        optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step


def pytorch_layer(layer: Layer, shape: tuple[int, ...]) -> Any:
    """Return PyTorch's module in the place of a layer."""
    from torch import nn

    match layer:
        case Conv2d():
            padding = layer.grid(shape).pads[0][0]
            return nn.Conv2d(shape[0], layer.out_channels, layer.kernel_size, padding=padding)
        case Linear():
            return nn.Linear(shape[0], layer.out_features)
        case MaxPool2d():
            return nn.MaxPool2d(layer.kernel_size)
        case ReLU():
            return nn.ReLU()
        case Flatten():
            return nn.Flatten()
    raise ValueError(f"No twin for {type(layer).__name__}.")
