"""The forward pass that is shown, computed once for each run, step and image."""

from dataclasses import dataclass

import numpy as np

from cnnviz.explain.activity import Activity, activity
from cnnviz.nn.model import LayerTrace
from cnnviz.nn.types import Array
from cnnviz.ui.inside.memory import remembered
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.inside.subject import Subject


@dataclass(frozen=True, eq=False)
class Forward:
    """What every layer makes of one image, outside training; one record a layer."""

    subject: Subject
    trace: list[LayerTrace]
    numbers: list[Activity]

    def output(self, layer: int) -> Array:
        """Return what comes out of a layer, by its number from 1, for the one image."""
        array: Array = self.trace[layer - 1].output[0]
        return array


def forward(moment: Moment, subject: Subject) -> Forward:
    """Return the forward pass of an image at a moment of a run."""
    key = ("forward", str(moment.run.path), moment.step, subject.key)
    trace, numbers = remembered(key, lambda: _forward(moment, subject))
    return Forward(subject, trace, numbers)


def _forward(moment: Moment, subject: Subject) -> tuple[list[LayerTrace], list[Activity]]:
    with np.errstate(all="ignore"):  # a run that has diverged: the page says so
        trace = moment.model.trace(moment.params, subject.x[None])
        return trace, [activity(step.output, step.layer) for step in trace]


def common_limits(passes: list[Forward], layers: range) -> tuple[float, float]:
    """Return the least and the largest finite number that these layers make of all images."""
    found = [one.numbers[layer - 1] for one in passes for layer in layers]
    ends = [(one.least, one.most) for one in found if np.isfinite(one.least)]
    return (min(low for low, _ in ends), max(high for _, high in ends)) if ends else (0.0, 1.0)
