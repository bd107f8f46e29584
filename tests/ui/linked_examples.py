"""Convolutions for the linked picture: small whole numbers, and numbers as in a trained network."""

import numpy as np

from cnnviz.explain.cell import Convolved, convolve
from cnnviz.explain.kernels import EXAMPLES
from cnnviz.nn.layers import Conv2d, ReLU, Sigmoid


def example(name: str) -> Convolved:
    """Return a worked example with padding, a bias of −2 and ReLU."""
    one = EXAMPLES[name]
    layer = Conv2d(1, one.weight.shape[2:], padding=1 if name == "one" else 0)
    return convolve(layer, {"weight": one.weight, "bias": np.array([-2.0])}, one.x, ReLU())


def drawn(C: int, size: int, K: int, stride: int, dilation: int, padding: int) -> Convolved:
    """Return a convolution of random float32 numbers with three filters."""
    rng = np.random.default_rng(0)
    x = rng.random((C, size, size), np.float32)
    weight = rng.normal(0, 0.2, (3, C, K, K)).astype(np.float32)
    layer = Conv2d(3, K, stride=stride, dilation=dilation, padding=padding)
    params = {"weight": weight, "bias": rng.normal(0, 0.1, 3).astype(np.float32)}
    return convolve(layer, params, x, Sigmoid())
