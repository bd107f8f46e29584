"""How wrong the outputs are, and in which direction they should move."""

import numpy as np

from cnnviz.nn.types import Array


def log_softmax(logits: Array) -> Array:
    """Return the logarithms of the softmax of each row (N, classes), without overflow."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return log_probs


def softmax(logits: Array) -> Array:
    """Return probabilities (N, classes): positive, each row with sum 1."""
    return np.exp(log_softmax(logits))


def check_labels(labels: Array, images: int, classes: int) -> None:
    """Raise ValueError if `labels` are not one class number for each image."""
    if labels.shape != (images,):
        raise ValueError(
            f"There must be one label for each of {images} images, received shape {labels.shape}."
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(f"Labels must be integers, received {labels.dtype}.")
    if images and not (labels.min() >= 0 and labels.max() < classes):
        raise ValueError(
            f"Labels must be from 0 to {classes - 1} for a network with {classes} outputs, "
            f"received labels from {labels.min()} to {labels.max()}."
        )


def softmax_cross_entropy(
    logits: Array, labels: Array, *, denominator: int | None = None
) -> tuple[float, Array, Array]:
    """Return loss, probabilities (N, classes) and the loss's gradient by the logits.

    Parameters
    ----------
    logits : (N, classes)
    labels : (N,) integers
    denominator
        Images in the whole batch where these are one part of it: the losses of the parts then
        add up to the mean over the batch, and so do their gradients. Default: N.

    Raises
    ------
    ValueError
        If a label is not the number of a class.
    """
    N, classes = logits.shape
    check_labels(labels, N, classes)
    share = N if denominator is None else denominator
    rows = np.arange(N)
    log_probs = log_softmax(logits)
    loss = -float(log_probs[rows, labels].sum(dtype=np.float64)) / share
    probs = np.exp(log_probs)
    grad_logits = probs.copy()
    grad_logits[rows, labels] -= 1
    grad_logits /= share
    return loss, probs, grad_logits
