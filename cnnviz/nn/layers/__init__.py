"""All layers there are. A new layer is one class in a file here and one line in `LAYERS`."""

from cnnviz.nn.layers.activations import ReLU
from cnnviz.nn.layers.base import Layer
from cnnviz.nn.layers.conv import Conv2d
from cnnviz.nn.layers.dropout import Dropout
from cnnviz.nn.layers.linear import Flatten, Linear
from cnnviz.nn.layers.pool import MaxPool2d

__all__ = ["LAYERS", "Conv2d", "Dropout", "Flatten", "Layer", "Linear", "MaxPool2d", "ReLU"]

LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer for layer in (Conv2d, MaxPool2d, ReLU, Flatten, Linear, Dropout)
}
