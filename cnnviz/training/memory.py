"""Whether a training fits in the machine's memory, before anything is allocated."""

import math
import os
from dataclasses import dataclass

import psutil

from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers.conv import Convolution
from cnnviz.nn.model import Sequential
from cnnviz.nn.summary import summarize, totals
from cnnviz.training.augment import Augment
from cnnviz.training.config import TrainConfig
from cnnviz.training.evaluate import CHUNK

FLOAT_BYTES = 4
BASE_BYTES = 80_000_000  # Python, NumPy, the process itself and a helper
HELPER_BYTES = 20_000_000  # each further one


class TooLargeError(ValueError):
    """The network, the batch or the images need more memory than there is."""


@dataclass(frozen=True)
class MemoryNeed:
    """What a training allocates, in bytes by what for."""

    parts: dict[str, int]

    @property
    def total(self) -> int:
        """Return the sum."""
        return sum(self.parts.values())

    def __str__(self) -> str:
        """Return the sum written out."""
        there = ((name, size) for name, size in self.parts.items() if size)
        terms = " + ".join(f"{name} {megabytes(size)}" for name, size in there)
        return f"{terms} = {megabytes(self.total)}"


def memory_need(
    model: Sequential, input_shape: Shape, config: TrainConfig, images: int
) -> MemoryNeed:
    """Return what training on so many images takes; raises ShapeError like `summarize`."""
    sums = totals(summarize(model, input_shape))
    parameters = sums.parameters * FLOAT_BYTES
    copies = len(config.optimizer.memory())
    batch = min(config.batch_size, images)
    looked_at = min(CHUNK * config.threads, images)  # in an evaluation, which only goes forward
    moved = batch if config.augment == Augment() else 3 * batch  # before, between and after
    buffers = FLOAT_BYTES * buffer_floats(model, input_shape)
    processes = min(config.threads, os.cpu_count() or 1)
    return MemoryNeed(
        {
            "images": images * math.prod(input_shape),
            "parameters": parameters,
            "buffers": buffers * (config.threads + 2),  # in use, of each part, their mean
            f"gradients of {config.threads} parts": parameters * config.threads,
            f"{copies} × parameters for the optimizer": parameters * copies,
            "images of a batch": max(moved, looked_at) * math.prod(input_shape) * FLOAT_BYTES,
            "activations and gradients": max(2 * batch, looked_at) * sums.activation_bytes,
            "padding": max(batch, looked_at) * sums.padded_bytes,
            "columns": max(batch, looked_at) * FLOAT_BYTES * column_floats(model, input_shape),
            "products of rows": config.threads * FLOAT_BYTES * product_floats(model, input_shape),
            "a checkpoint": 2 * (parameters * (1 + copies) + buffers),  # arrays, and as bytes
            "the program": BASE_BYTES + HELPER_BYTES * max(processes - 2, 0),
        }
    )


def convolutions(model: Sequential, input_shape: Shape) -> list[tuple[Convolution, Shape]]:
    """Return the convolutions, each with the shape of its input."""
    pairs = zip(model.layers, model.input_shapes(input_shape)[:-1], strict=True)
    return [(layer, shape) for layer, shape in pairs if isinstance(layer, Convolution)]


def column_floats(model: Sequential, input_shape: Shape) -> int:
    """Return the numbers that one image needs in columns, or on the way back through them."""
    found = convolutions(model, input_shape)
    both = (max(layer.scratch_floats(shape), layer.back_floats(shape)) for layer, shape in found)
    return max(both, default=0)


def product_floats(model: Sequential, input_shape: Shape) -> int:
    """Return the numbers in a convolution's weight gradients, one for each row of windows."""
    found = convolutions(model, input_shape)
    return max(
        (
            layer.grid(shape).output[0] * math.prod(layer.weight_shape(shape[0]))
            for layer, shape in found
        ),
        default=0,
    )


def buffer_floats(model: Sequential, input_shape: Shape) -> int:
    """Return the numbers in all layers' buffers: running statistics, one for each channel."""
    shapes = model.input_shapes(input_shape)
    layers = zip(model.layers, shapes[:-1], strict=True)
    return sum(len(layer.buffers) * shape[0] for layer, shape in layers)


def check_memory(need: MemoryNeed, available: int | None = None) -> None:
    """Raise TooLargeError with the sum where it is more than the memory available now."""
    free = psutil.virtual_memory().available if available is None else available
    if need.total > free:
        raise TooLargeError(
            f"This training needs {need} of memory, but {megabytes(free)} are available: "
            f"choose smaller layers, a smaller batch or fewer images."
        )


def megabytes(size: int) -> str:
    """Return a number of bytes for people."""
    return f"{size / 1e6:,.1f} MB" if size < 1e9 else f"{size / 1e9:,.1f} GB"
