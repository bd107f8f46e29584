"""Layers and their outputs in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnnviz.explain.activity import Activity
from cnnviz.nn.geometry import Padding, Shape
from cnnviz.nn.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Layer,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
)
from cnnviz.ui.words import compact, count_of, percent, shape, signed


def brief(value: float) -> str:
    """Return a number with three digits; says of one that is none what it is."""
    return signed(value, 3).replace("inf", "∞") if value == value else "not a number"


def name_of(layer: Layer) -> str:
    """Return the kind of a layer."""
    return type(layer).__name__


def layer_words(layer: Layer) -> str:
    """Return what a layer does, in a few words."""
    return _WORDS.get(type(layer), lambda _: "")(layer)


def _size(size: Any) -> str:
    return shape(tuple(size) if isinstance(size, tuple) else (size, size))


def _padding(padding: Padding) -> str:
    if padding in (0, "valid"):
        return ""
    return f', padding "{padding}"' if isinstance(padding, str) else f", padding {padding}"


def _steps(layer: Any, usual: Any = 1) -> str:
    stride = "" if layer.stride in (usual, None) else f", stride {layer.stride}"
    return stride + _padding(layer.padding) + _spread(layer)


def _spread(layer: Any) -> str:
    dilation = "" if layer.dilation == 1 else f", dilation {layer.dilation}"
    return dilation + (f", {layer.groups} groups" if getattr(layer, "groups", 1) > 1 else "")


def _convolution(layer: Any) -> str:
    return f"{count_of(layer.out_channels, 'filter')} of {_size(layer.kernel_size)}{_steps(layer)}"


def _pooling(word: str) -> Callable[[Any], str]:
    return lambda layer: f"{word} of {_size(layer.kernel_size)}{_steps(layer, layer.kernel_size)}"


_WORDS: Mapping[type[Layer], Callable[[Any], str]] = {
    Conv2d: _convolution,
    ConvTranspose2d: _convolution,
    MaxPool2d: _pooling("the largest"),
    AvgPool2d: _pooling("the mean"),
    GlobalAvgPool2d: lambda _: "the mean of each map",
    BatchNorm2d: lambda _: "each map to a common scale",
    LocalResponseNorm: lambda layer: f"damped by {layer.size} neighbor maps",
    ReLU: lambda _: "nothing below 0",
    LeakyReLU: lambda layer: f"below 0 only {compact(layer.negative_slope)} of it",
    Sigmoid: lambda _: "squeezed into 0 to 1",
    Tanh: lambda _: "squeezed into −1 to 1",
    Flatten: lambda _: "all maps as one row of numbers",
    Linear: lambda layer: f"{count_of(layer.out_features, 'unit')}, each sees everything",
    Dropout: lambda layer: f"drops {percent(layer.rate)} in training, nothing here",
}


def numbers_words(images: Sequence[Activity]) -> str:
    """Return shape, range, mean and share of zeros in a line, those of two images in turn."""
    told = [
        f"{brief(one.least)} to {brief(one.most)} · mean {brief(one.mean)} · "
        f"{percent(one.zeros)} zeros"
        for one in images
    ]
    if len(told) > 1:
        told = [f"image {number}: {words}" for number, words in enumerate(told, 1)]
    return f"{shape(images[0].shape)} · {'; '.join(told)}"


def remarks(found: Activity) -> str:
    """Return in sentences what deserves a look: silent maps, saturation, numbers that are none."""
    said = []
    maps = len(found.shape) == 3
    if 0 < found.silent < found.shape[0] and maps:
        them = f"{found.silent} of {found.shape[0]} maps are" if found.silent > 1 else "1 map is"
        said.append(f"{them} 0 everywhere for this image.")
    if found.silent == found.shape[0]:
        said.append("Everything is 0 here: nothing of this image reaches the next layer.")
    if found.saturated:
        share = percent(found.saturated)
        said.append(f"{share} are saturated: near the ends of the range, where it is flat.")
    if found.strange:
        said.append(
            f"{found.strange:,} of {count(found.shape):,} numbers are infinite or none at all: the "
            "training has diverged. They are gaps in the pictures; an earlier step may be sound."
        )
    return " ".join(said)


def count(sizes: Shape) -> int:
    """Return how many numbers there are in a shape."""
    total = 1
    for size in sizes:
        total *= size
    return total


def unit_words(unit: tuple[int, ...]) -> str:
    """Return the place of a unit: unit 7, or channel 3, row 10, column 12."""
    if len(unit) == 1:
        return f"unit {unit[0]}"
    return f"channel {unit[0]}, row {unit[1]}, column {unit[2]}"
