"""The same operations as loops that read like their definitions: slow, plain, and the oracle.

Each function takes the geometry as a `Grid`. Padding is nothing that exists here: kernel cells
that fall outside the image are skipped, which for a sum is the same as meeting zeros.
"""

from cnnviz.nn.reference.conv import conv2d, conv2d_backward
from cnnviz.nn.reference.pool import max_pool, max_pool_backward
from cnnviz.nn.reference.windows import col2im, im2col, met, positions

__all__ = [
    "col2im",
    "conv2d",
    "conv2d_backward",
    "im2col",
    "max_pool",
    "max_pool_backward",
    "met",
    "positions",
]
