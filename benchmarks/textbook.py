"""The baseline of `training_speed`: a network as introductory material writes it in NumPy.

float64, im2col into rows (N·OH·OW, C·KH·KW) by one strided copy for each kernel cell and a
transpose, a pooling that takes argmax over such rows, activations by masks, optimizers as
whole-array expressions. Written as well as such material does, nothing slowed down on purpose.
"""

from typing import Any

import numpy as np

Array = Any


def im2col(x: Array, kernel: int, stride: int, pad: int) -> Array:
    """Return the windows as rows (N·OH·OW, C·KH·KW)."""
    N, C, H, W = x.shape
    OH, OW = ((size + 2 * pad - kernel) // stride + 1 for size in (H, W))
    image = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    columns = np.empty((N, C, kernel, kernel, OH, OW), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            columns[:, :, i, j] = image[
                :, :, i : i + stride * OH : stride, j : j + stride * OW : stride
            ]
    return columns.transpose(0, 4, 5, 1, 2, 3).reshape(N * OH * OW, -1)


def col2im(rows: Array, shape: tuple[int, ...], kernel: int, stride: int, pad: int) -> Array:
    """Add the rows' cells to where they came from."""
    N, C, H, W = shape
    OH, OW = ((size + 2 * pad - kernel) // stride + 1 for size in (H, W))
    columns = rows.reshape(N, OH, OW, C, kernel, kernel).transpose(0, 3, 4, 5, 1, 2)
    image = np.zeros((N, C, H + 2 * pad, W + 2 * pad), rows.dtype)
    for i in range(kernel):
        for j in range(kernel):
            image[:, :, i : i + stride * OH : stride, j : j + stride * OW : stride] += columns[
                :, :, i, j
            ]
    return image[:, :, pad : pad + H, pad : pad + W]


class Conv:
    """A convolution with stride 1."""

    def __init__(self, channels: int, filters: int, kernel: int, pad: int, rng: Any) -> None:
        scale = np.sqrt(2 / (channels * kernel * kernel))
        self.W = rng.standard_normal((filters, channels, kernel, kernel)) * scale
        self.b = np.zeros(filters)
        self.kernel, self.pad = kernel, pad

    def forward(self, x: Array) -> Array:
        N, _, H, W = x.shape
        F = len(self.W)
        OH, OW = (size + 2 * self.pad - self.kernel + 1 for size in (H, W))
        self.shape = x.shape
        self.rows = im2col(x, self.kernel, 1, self.pad)
        y = self.rows @ self.W.reshape(F, -1).T + self.b
        return y.reshape(N, OH, OW, F).transpose(0, 3, 1, 2)

    def backward(self, grad: Array) -> Array:
        F = len(self.W)
        grad = grad.transpose(0, 2, 3, 1).reshape(-1, F)
        self.grads = [(self.rows.T @ grad).T.reshape(self.W.shape), grad.sum(axis=0)]
        return col2im(grad @ self.W.reshape(F, -1), self.shape, self.kernel, 1, self.pad)

    def params(self) -> list[Array]:
        return [self.W, self.b]


class Linear:
    """A dense layer."""

    def __init__(self, features: int, out: int, rng: Any) -> None:
        self.W = rng.standard_normal((features, out)) * np.sqrt(2 / features)
        self.b = np.zeros(out)

    def forward(self, x: Array) -> Array:
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad: Array) -> Array:
        self.grads = [self.x.T @ grad, grad.sum(axis=0)]
        return grad @ self.W.T

    def params(self) -> list[Array]:
        return [self.W, self.b]


class ReLU:
    """max(x, 0) by a mask."""

    def forward(self, x: Array) -> Array:
        self.mask = x <= 0
        y = x.copy()
        y[self.mask] = 0
        return y

    def backward(self, grad: Array) -> Array:
        grad = grad.copy()
        grad[self.mask] = 0
        return grad


class MaxPool:
    """Max pooling by argmax over rows."""

    def __init__(self, size: int) -> None:
        self.size = size

    def forward(self, x: Array) -> Array:
        N, C, H, W = self.shape = x.shape
        OH, OW = (H - self.size) // self.size + 1, (W - self.size) // self.size + 1
        rows = im2col(x, self.size, self.size, 0).reshape(-1, self.size**2)
        self.winner = rows.argmax(axis=1)
        return rows.max(axis=1).reshape(N, OH, OW, C).transpose(0, 3, 1, 2)

    def backward(self, grad: Array) -> Array:
        grad = grad.transpose(0, 2, 3, 1)
        rows = np.zeros((grad.size, self.size**2))
        rows[np.arange(grad.size), self.winner] = grad.ravel()
        rows = rows.reshape(grad.shape[0] * grad.shape[1] * grad.shape[2], -1)
        return col2im(rows, self.shape, self.size, self.size, 0)


class Flatten:
    """Images as vectors."""

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, grad: Array) -> Array:
        return grad.reshape(self.shape)


class SGD:
    """Gradient descent with momentum."""

    def __init__(self, lr: float, momentum: float = 0.0) -> None:
        self.lr, self.momentum = lr, momentum
        self.velocity: list[Array] = []

    def update(self, params: list[Array], grads: list[Array]) -> None:
        self.velocity = self.velocity or [np.zeros_like(p) for p in params]
        for p, g, v in zip(params, grads, self.velocity, strict=True):
            v[...] = self.momentum * v - self.lr * g
            p += v


class Adam:
    """Adam with bias correction in the learning rate."""

    def __init__(self, lr: float) -> None:
        self.lr, self.step = lr, 0
        self.m: list[Array] = []
        self.v: list[Array] = []

    def update(self, params: list[Array], grads: list[Array]) -> None:
        self.m = self.m or [np.zeros_like(p) for p in params]
        self.v = self.v or [np.zeros_like(p) for p in params]
        self.step += 1
        lr = self.lr * np.sqrt(1 - 0.999**self.step) / (1 - 0.9**self.step)
        for p, g, m, v in zip(params, grads, self.m, self.v, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g**2 - v)
            p -= lr * m / (np.sqrt(v) + 1e-8)


class Network:
    """Layers one after the other, with softmax cross-entropy behind."""

    def __init__(self, layers: list[Any], optimizer: Any) -> None:
        self.layers, self.optimizer = layers, optimizer

    def step(self, x: Array, labels: Array) -> float:
        """Learn from a batch; return the loss."""
        for layer in self.layers:
            x = layer.forward(x)
        e = np.exp(x - x.max(axis=1, keepdims=True))
        probs = e / e.sum(axis=1, keepdims=True)
        rows = np.arange(len(labels))
        loss = -np.log(probs[rows, labels] + 1e-12).mean()
        grad = probs.copy()
        grad[rows, labels] -= 1
        grad /= len(labels)
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        learning = [layer for layer in self.layers if hasattr(layer, "params")]
        self.optimizer.update(
            [p for layer in learning for p in layer.params()],
            [g for layer in learning for g in layer.grads],
        )
        return float(loss)
