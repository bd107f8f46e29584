"""Gradient descent, with or without momentum."""

from dataclasses import dataclass
from typing import ClassVar

from cnnviz.nn.checks import flag, number
from cnnviz.nn.optim.base import Optimizer, decayed
from cnnviz.nn.types import Array


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent, with momentum as PyTorch has it: velocity = momentum · velocity + grad."""

    usual_lr: ClassVar[float] = 0.05

    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        number(self.momentum, "SGD: momentum", least=0, below=1)
        number(self.weight_decay, "SGD: weight_decay", least=0)
        if flag(self.nesterov, "SGD: nesterov") and not self.momentum:
            raise ValueError("SGD: nesterov looks ahead along the momentum, which is 0; raise it.")

    def memory(self) -> dict[str, float]:
        """Return velocities of zero, or nothing without momentum."""
        return {"velocity": 0.0} if self.momentum else {}

    def change(
        self, p: Array, grad: Array, memory: tuple[Array, ...], *, lr: float, step: int
    ) -> None:
        """Follow the gradient, or the velocity."""
        g = decayed(grad, p, self.weight_decay)
        for v in memory:
            v *= self.momentum
            v += g
            g = g + self.momentum * v if self.nesterov else v
        p -= lr * g
