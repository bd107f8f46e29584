"""Who computes a training: what lies on the desk, and who takes up the tasks.

A task is plain data with a method `do(desk)`. It gives the same numbers whoever does it, so a
training does not depend on how many there are. BLAS has one thread meanwhile: every product is
computed by one thread in one order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from mmap import mmap
from typing import Any, Protocol

from threadpoolctl import ThreadpoolController

from cnnviz.nn.model import Sequential
from cnnviz.nn.types import ModelParams
from cnnviz.training.config import TrainConfig
from cnnviz.training.shared import Plan, arrays_in, block_size, fill, plan, vectors_in
from cnnviz.training.state import TrainState, trained


@cache
def blas() -> ThreadpoolController:
    """Return the controller of NumPy's BLAS: to find it takes long, to set it does not."""
    return ThreadpoolController().select(user_api="blas")


@dataclass(frozen=True, eq=False)
class Learning:
    """What an update works on: parameters, the optimizer's memories, each part's gradients."""

    params: ModelParams
    optimizer_state: dict[str, ModelParams]
    grads: list[ModelParams]


@dataclass(eq=False)
class Desk:
    """What everybody has who computes: the network, the settings and the arrays.

    Parameters
    ----------
    grads
        The gradients of each part of a batch.
    vectors
        All that an update works on as one array each, where it lies together in memory that others
        see: updated in one go, and gradients are filled in rather than replaced.
    """

    model: Sequential
    config: TrainConfig
    params: ModelParams
    optimizer_state: dict[str, ModelParams]
    grads: list[ModelParams]
    vectors: Learning | None = None

    @property
    def learning(self) -> Learning:
        """What an update works on."""
        return self.vectors or Learning(self.params, self.optimizer_state, self.grads)

    def put(self, part: int, grads: ModelParams) -> None:
        """Keep the gradients of a part."""
        if self.vectors:
            fill(self.grads[part], grads)
        else:
            self.grads[part] = grads


@dataclass(frozen=True)
class SharedDesk:
    """What a desk is made of whose arrays lie in one block of memory, one after the other.

    Parameters
    ----------
    start, size
        Of the block in the file, in bytes.
    plans
        The shapes of what is trained, of buffers, of each of the optimizer's memories, of each
        part's gradients.
    memories
        The names of the optimizer's.
    """

    model: Sequential
    config: TrainConfig
    start: int
    size: int
    plans: list[Plan]
    memories: tuple[str, ...]

    @classmethod
    def of(
        cls, model: Sequential, config: TrainConfig, state: TrainState, start: int
    ) -> "SharedDesk":
        """Return what a training needs."""
        learning = trained(model, state.params)
        buffers = [
            {name: array for name, array in arrays.items() if name not in learnt}
            for arrays, learnt in zip(state.params, learning, strict=True)
        ]
        kept = [learning, buffers, *state.optimizer_state.values()]
        plans = [plan(one) for one in (*kept, *(learning for _ in range(config.threads)))]
        return cls(model, config, start, block_size(plans), plans, tuple(state.optimizer_state))

    def over(self, block: mmap) -> Desk:
        """Return the desk with its arrays in a block of memory."""
        vectors = vectors_in(block, self.plans)
        arrays = [arrays_in(*pair) for pair in zip(vectors, self.plans, strict=True)]
        params = [learning | buffers for learning, buffers in zip(*arrays[:2], strict=True)]
        whole: list[ModelParams] = [[{"all": vector}] for vector in vectors]
        model = self.model.pooled_first()
        learning = self._learning(whole[0], whole[2:])
        parts = self._learning(params, arrays[2:])
        return Desk(model, self.config, params, parts.optimizer_state, parts.grads, learning)

    def _learning(self, params: ModelParams, others: list[ModelParams]) -> Learning:
        count = len(self.memories)
        return Learning(params, dict(zip(self.memories, others, strict=False)), others[count:])


class Task(Protocol):
    """Something to compute; `repeatable` where to do it twice is the same as once."""

    @property
    def repeatable(self) -> bool: ...

    def do(self, desk: Desk) -> Any:
        """Return the result."""
        ...


class Team:
    """One process, alone. A team of several is one of these with helpers (see `runs.helpers`)."""

    desk: Desk

    @property
    def size(self) -> int:
        """How many compute at the same time."""
        return 1

    def begin(self, model: Sequential, config: TrainConfig, state: TrainState) -> None:
        """Put a training on the desk."""
        empty: list[ModelParams] = [[] for _ in range(config.threads)]
        self.desk = Desk(model.pooled_first(), config, state.params, state.optimizer_state, empty)

    def run(self, tasks: Sequence[Task]) -> list[Any]:
        """Return the results in the order of the tasks."""
        with blas().limit(limits=1):
            return self.do(tasks)

    def do(self, tasks: Sequence[Task]) -> list[Any]:
        """Return the results of this process, BLAS as it is."""
        return [task.do(self.desk) for task in tasks]
