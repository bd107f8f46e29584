"""The training loop as a generator of events."""

from cnnviz.training.augment import Augment
from cnnviz.training.config import ConfigError, TrainConfig, check_lr
from cnnviz.training.events import (
    Checkpoint,
    Diverged,
    EpochEnd,
    Evaluating,
    Evaluation,
    Event,
    Finished,
    StepEnd,
)
from cnnviz.training.loop import timeline, train
from cnnviz.training.memory import MemoryNeed, TooLargeError, check_memory, memory_need
from cnnviz.training.metrics import confident_mistakes, confusion_counts
from cnnviz.training.splits import Split, Splits
from cnnviz.training.state import TrainState, initial_state, steps_per_epoch, total_steps
from cnnviz.training.timeline import timeline_count, timeline_steps

__all__ = [
    "Augment",
    "Checkpoint",
    "ConfigError",
    "Diverged",
    "EpochEnd",
    "Evaluating",
    "Evaluation",
    "Event",
    "Finished",
    "MemoryNeed",
    "Split",
    "Splits",
    "StepEnd",
    "TooLargeError",
    "TrainConfig",
    "TrainState",
    "check_lr",
    "check_memory",
    "confident_mistakes",
    "confusion_counts",
    "initial_state",
    "memory_need",
    "steps_per_epoch",
    "timeline",
    "timeline_count",
    "timeline_steps",
    "total_steps",
    "train",
]
