"""Learning rates over the course of a training, as factors of the base rate."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

from cnnviz.nn.checks import number


def progress(step: int, total_steps: int) -> float:
    """Return 0 at the first step (number 1) and 1 at the last one."""
    return min(max((step - 1) / max(total_steps - 1, 1), 0.0), 1.0)


def cosine(start: float, end: float, part: float) -> float:
    """Return the value between start (part 0) and end (part 1) on half a cosine wave."""
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2


@dataclass(frozen=True)
class Schedule(ABC):
    """A course of the learning rate."""

    @abstractmethod
    def factor(self, step: int, total_steps: int) -> float:
        """Return what the base rate is multiplied with at `step`, counted from 1."""


@dataclass(frozen=True)
class Constant(Schedule):
    """The base rate throughout."""

    def factor(self, step: int, total_steps: int) -> float:
        """Return 1."""
        return 1.0


@dataclass(frozen=True)
class Step(Schedule):
    """The rate times `gamma` each time another fraction `every` of the training is over."""

    every: float = 0.25
    gamma: float = 0.5

    def __post_init__(self) -> None:
        """Check the numbers."""
        number(self.every, "Step: every", least=0, open_start=True)
        number(self.gamma, "Step: gamma", least=0, open_start=True)

    def factor(self, step: int, total_steps: int) -> float:
        """Return gamma ** (how often `every` has passed)."""
        done = (step - 1) / max(total_steps, 1)
        try:
            return float(self.gamma ** math.floor(done / self.every + 1e-9))
        except OverflowError:  # a growing rate, which then diverges as any that is too large
            return math.inf


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Up to the base rate, then down to almost nothing, on cosines (Smith and Topin 2018).

    `warmup` is the part of the training that goes up, `start` and `end` are factors.
    """

    warmup: float = 0.3
    start: float = 0.04
    end: float = 0.0001

    def __post_init__(self) -> None:
        """Check the numbers."""
        number(self.warmup, "OneCycle: warmup", least=0, below=1)
        number(self.start, "OneCycle: start", least=0)
        number(self.end, "OneCycle: end", least=0)

    def factor(self, step: int, total_steps: int) -> float:
        """Return the factor: `start` first, 1 at `warmup`, `end` last."""
        done = progress(step, total_steps)
        if done < self.warmup:
            return cosine(self.start, 1.0, done / self.warmup)
        return cosine(1.0, self.end, (done - self.warmup) / (1 - self.warmup))


SCHEDULES: dict[str, type[Schedule]] = {"Constant": Constant, "Step": Step, "OneCycle": OneCycle}
