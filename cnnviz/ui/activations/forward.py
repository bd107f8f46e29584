"""The forward pass that is shown, computed once for each run, step and image."""

from dataclasses import dataclass

import numpy as np

from cnnviz.explain.activity import Activity, activity
from cnnviz.explain.apart import differences
from cnnviz.nn.model import LayerTrace
from cnnviz.nn.types import Array
from cnnviz.ui.inside.memory import remembered
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.inside.subject import Subject


@dataclass(frozen=True, eq=False)
class Forward:
    """What every layer makes of one image, outside training; one record a layer.

    `prefix` is that of the keys under which the image is chosen.
    """

    prefix: str
    subject: Subject
    trace: list[LayerTrace]
    numbers: list[Activity]

    def output(self, layer: int) -> Array:
        """Return what comes out of a layer, by its number from 1, for the one image."""
        array: Array = self.trace[layer - 1].output[0]
        return array


def forward(moment: Moment, prefix: str, subject: Subject) -> Forward:
    """Return the forward pass of an image at a moment of a run."""
    key = ("forward", str(moment.run.path), moment.step, subject.key)
    trace, numbers = remembered(key, lambda: _forward(moment, subject))
    return Forward(prefix, subject, trace, numbers)


def _forward(moment: Moment, subject: Subject) -> tuple[list[LayerTrace], list[Activity]]:
    with np.errstate(all="ignore"):  # a run that has diverged: the page says so
        trace = moment.model.trace(moment.params, subject.x[None])
        return trace, [activity(step.output, step.layer) for step in trace]


def series(passes: list[Forward], layer: int) -> list[Array]:
    """Return what a layer makes of each image; of two images their difference, too."""
    outputs = [one.output(layer) for one in passes]
    if len(outputs) == 1:
        return outputs
    with np.errstate(invalid="ignore"):
        return [*outputs, outputs[0] - outputs[1]]


def trace_of(passes: list[Forward], about: int) -> list[LayerTrace]:
    """Return what each layer did with an image, counted from 0; behind two, their difference."""
    if about < len(passes):
        return passes[about].trace
    return differences(passes[0].trace, passes[1].trace)


def common_limits(passes: list[Forward], layers: range) -> tuple[float, float]:
    """Return the least and the largest finite number of all that these layers show.

    Of two images as far below zero as above, so that their difference fits into it.
    """
    found = [one.numbers[layer - 1] for one in passes for layer in layers]
    ends = [end for one in found for end in (one.least, one.most) if np.isfinite(end)]
    if not ends:
        return 0.0, 1.0
    if len(passes) == 1:
        return min(ends), max(ends)
    apart = (np.abs(series(passes, layer)[-1]) for layer in layers)
    most = max(
        *map(abs, ends), *(float(np.nanmax(a, initial=0.0, where=np.isfinite(a))) for a in apart)
    )
    return -most, most
