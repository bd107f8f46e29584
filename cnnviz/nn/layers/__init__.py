"""All layers there are. A new layer is one class in a file here and one line in `LAYERS`."""

from cnnviz.nn.layers.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from cnnviz.nn.layers.avg_pool import AvgPool2d, GlobalAvgPool2d
from cnnviz.nn.layers.base import Layer
from cnnviz.nn.layers.conv import Conv2d
from cnnviz.nn.layers.conv_transpose import ConvTranspose2d
from cnnviz.nn.layers.dropout import Dropout
from cnnviz.nn.layers.linear import Flatten, Linear
from cnnviz.nn.layers.max_pool import MaxPool2d
from cnnviz.nn.layers.normalization import BatchNorm2d, LocalResponseNorm

__all__ = [
    "LAYERS",
    "AvgPool2d",
    "BatchNorm2d",
    "Conv2d",
    "ConvTranspose2d",
    "Dropout",
    "Flatten",
    "GlobalAvgPool2d",
    "Layer",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "MaxPool2d",
    "ReLU",
    "Sigmoid",
    "Tanh",
]

LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer
    for layer in (
        Conv2d,
        ConvTranspose2d,
        MaxPool2d,
        AvgPool2d,
        GlobalAvgPool2d,
        BatchNorm2d,
        LocalResponseNorm,
        ReLU,
        LeakyReLU,
        Sigmoid,
        Tanh,
        Flatten,
        Linear,
        Dropout,
    )
}
