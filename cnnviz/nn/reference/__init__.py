"""The same operations as loops that read like their definitions: slow, plain, and the oracle.

Those with windows take the geometry as a `Grid`. Padding is nothing that exists here: kernel cells
that fall outside the image are skipped, which for a sum is the same as meeting zeros.
"""

from cnnviz.nn.reference.conv import (
    conv2d,
    conv2d_backward,
    conv_transpose2d,
    conv_transpose2d_backward,
)
from cnnviz.nn.reference.normalization import (
    batch_norm,
    batch_norm_backward,
    channel_statistics,
    local_response_norm,
    local_response_norm_backward,
)
from cnnviz.nn.reference.pool import avg_pool, avg_pool_backward, max_pool, max_pool_backward
from cnnviz.nn.reference.turned import (
    full_convolution,
    input_gradient,
    spread,
    swap_channels,
    turn,
    weight_gradient,
    without_padding,
)
from cnnviz.nn.reference.windows import col2im, im2col, met, positions

__all__ = [
    "avg_pool",
    "avg_pool_backward",
    "batch_norm",
    "batch_norm_backward",
    "channel_statistics",
    "col2im",
    "conv2d",
    "conv2d_backward",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "full_convolution",
    "im2col",
    "input_gradient",
    "local_response_norm",
    "local_response_norm_backward",
    "max_pool",
    "max_pool_backward",
    "met",
    "positions",
    "spread",
    "swap_channels",
    "turn",
    "weight_gradient",
    "without_padding",
]
