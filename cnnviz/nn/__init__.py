"""The network: layers, losses, optimizers and shapes, in NumPy alone.

Notation
--------
N images, C input channels, H × W input; F filters (output channels), KH × KW kernel,
OH × OW output. K = C·KH·KW is the length of a window, P = OH·OW the number of windows.
Images are NCHW, weights (F, C, KH, KW), columns (N, K, P): one column per window.

"Convolution" is cross-correlation here, as everywhere in deep learning: the kernel is not turned.
"""
