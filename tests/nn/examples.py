"""Descriptions with an input shape for every exported layer: what the discovery tests run over.

A new layer needs a line here; a test says so.
"""

from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers import (
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    Layer,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
)

EXAMPLES: list[tuple[Layer, Shape]] = [
    (Conv2d(4, 3), (2, 5, 7)),
    (Conv2d(3, (2, 3), stride=(2, 1), padding="same"), (2, 5, 7)),
    (Conv2d(2, 2, padding="same_lower", use_bias=False), (3, 4, 5)),
    (Conv2d(2, 3, dilation=(2, 1), padding=((1, 2), (0, 1)), weight_init="xavier"), (1, 5, 4)),
    (Conv2d(5, 2, stride=3, padding="full"), (2, 4, 3)),
    (Conv2d(1, 1), (1, 1, 1)),
    (Conv2d(4, (3, 2), stride=(1, 2), padding=1, groups=2), (6, 5, 4)),
    (Conv2d(6, 2, padding="same", groups=3, use_bias=False), (3, 3, 4)),
    (ConvTranspose2d(4, 3), (2, 3, 5)),
    (ConvTranspose2d(3, (2, 3), stride=(2, 1), padding="same"), (2, 3, 4)),
    (ConvTranspose2d(2, 3, stride=2, padding=1, output_padding=1, use_bias=False), (3, 4, 3)),
    (ConvTranspose2d(4, 2, stride=3, padding="valid", groups=2), (6, 2, 3)),
    (ConvTranspose2d(2, 3, padding=((1, 2), (0, 1)), dilation=(2, 1)), (1, 3, 4)),
    (ConvTranspose2d(2, 2, padding="full", weight_init="xavier"), (2, 3, 4)),
    (MaxPool2d(2), (3, 6, 4)),
    (MaxPool2d(2), (3, 5, 7)),
    (MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0)), (2, 5, 7)),
    (MaxPool2d(2, stride=3, dilation=2), (2, 8, 7)),
    (MaxPool2d(3, stride=1, padding="same"), (1, 4, 5)),
    (ReLU(), (3, 4, 5)),
    (ReLU(), (7,)),
    (LeakyReLU(), (3, 4, 5)),
    (LeakyReLU(0.3), (7,)),
    (Sigmoid(), (3, 4, 5)),
    (Tanh(), (7,)),
    (BatchNorm2d(), (3, 4, 5)),
    (BatchNorm2d(momentum=0.3, eps=0.5), (4, 1, 1)),
    (LocalResponseNorm(), (7, 3, 2)),
    (LocalResponseNorm(size=4, alpha=0.5, beta=1.5, k=2.0), (5, 2, 3)),
    (LocalResponseNorm(size=9, alpha=1.0), (2, 3, 1)),
    (Flatten(), (3, 4, 5)),
    (Linear(6), (5,)),
    (Linear(1, use_bias=False, weight_init="xavier"), (3,)),
    (Dropout(0.3), (3, 4, 5)),
    (Dropout(0), (6,)),
]
