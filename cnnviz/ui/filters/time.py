"""How the weights of a layer, and the gradients they get, are spread over the training."""

import numpy as np
import streamlit as st

from cnnviz.explain.filters import bank
from cnnviz.explain.images import evenly
from cnnviz.explain.spread import Spread, gradient_spread, spread_of
from cnnviz.figures.filters import spread_figure
from cnnviz.ui.components.board import board
from cnnviz.ui.components.chart import chart
from cnnviz.ui.filters.bank import Bank, some_steps, weights_at
from cnnviz.ui.filters.state import WHOSE, WHOSES
from cnnviz.ui.guard import guard
from cnnviz.ui.inside.choices import switched
from cnnviz.ui.inside.memory import remembered
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.inside.work import macs, measured
from cnnviz.ui.pictures import pictures

WEIGHT_STEPS, GRADIENT_STEPS = 24, 8
BATCH = 100
HEIGHT = 300


def over_time(found: Bank, unit: int) -> None:
    """Draw the histograms of weights and of gradients."""
    whose = switched("Whose", WHOSE, WHOSES)
    chosen = unit if whose == "filter" else None
    with guard():
        weights(found, chosen)
    with guard():
        gradients(found, chosen)


def weights(found: Bank, unit: int | None) -> None:
    """Draw the weights at some checkpoints."""
    moment = found.moment
    steps = some_steps(moment.steps, moment.step, WEIGHT_STEPS)

    def make() -> Spread:
        there, arrays = weights_at(moment, found.number, steps)
        return spread_of(there, [array if unit is None else array[unit] for array in arrays])

    key = ("weights", str(moment.run.path), found.number, unit, steps)
    spread = remembered(key, make)
    st.markdown(weight_words(found, unit, spread))
    draw("weights", found, spread, "weights")


def gradients(found: Bank, unit: int | None) -> None:
    """Draw the gradients at a few checkpoints, when they have been computed."""
    moment = found.moment
    steps = some_steps(lasting_steps(moment), moment.step, GRADIENT_STEPS)
    images = pictures(moment.settings.data).validation
    places = evenly(len(images), BATCH)
    x, labels = images.batch(places)
    model = moment.model
    layer = found.layer
    loss = moment.settings.config.loss

    def part(gradient: np.ndarray) -> np.ndarray:
        filters = bank(layer, gradient)
        return filters if unit is None else filters[unit]

    spread = measured(
        ("gradients", str(moment.run.path), found.number, unit, steps),
        f"Compute the gradients at {len(steps)} checkpoints",
        gradient_spread(model, steps, moment.at, found.number - 1, x, labels, loss, part),
        3 * macs(model, 0, len(model.layers)) * len(places) * len(steps),
        name="_filters_gradients",
        help=f"One way forward and back with the same {len(places)} validation images at each.",
    )
    if spread is None:
        st.caption("Where the gradients of these weights are small, the layer hardly learns.")
        return
    st.markdown(gradient_words(spread, len(places)))
    draw("gradients", found, spread, "gradients")


def lasting_steps(moment: Moment) -> tuple[int, ...]:
    """Return the checkpoints; while there come more, those up to the one that is shown.

    So what was computed from them is still of the same ones when the next checkpoint is there.
    """
    if not moment.status.active:
        return moment.steps
    return tuple(step for step in moment.steps if step <= moment.step)


def draw(name: str, found: Bank, spread: Spread, what: str) -> None:
    """Draw a heatmap of numbers over steps."""
    step = found.moment.step
    figure = spread_figure(spread.steps, spread.edges, spread.shares, step, what)
    alt = f"How the {what} are spread at {len(spread.steps)} checkpoints; step {step:,} is marked."
    board([[chart(name, figure, alt=alt, height=HEIGHT)]], key=f"_filters_{name}_chart")


def whose_words(found: Bank, unit: int | None) -> str:
    """Return whose numbers are meant."""
    return f"filter {unit}" if unit is not None else f"all {found.count} filters"


def weight_words(found: Bank, unit: int | None, spread: Spread) -> str:
    """Return how the weights' spread has changed."""
    size = found.now[0].size * (1 if unit is not None else found.count)
    first, last = spread.deviations[0], spread.deviations[-1]
    text = (
        f"The {size:,} weights of {whose_words(found, unit)}: a column for each of "
        f"{len(spread.steps)} checkpoints, deeper in color where more of them lie. "
    )
    if not np.isfinite([first, last]).all():
        return text + "Where a column is missing they are no numbers any more."
    if len(spread.steps) == 1:
        return text + f"Their standard deviation is {first:.3g}."
    grown = last / first if first else np.inf
    told = (
        "They have hardly spread"
        if abs(grown - 1) < 0.05
        else ("They have drawn apart" if grown > 1 else "They have come together")
    )
    return (
        f"{text}{told}: the standard deviation went from {first:.3g} at step {spread.steps[0]:,} "
        f"to {last:.3g} at step {spread.steps[-1]:,}."
    )


def gradient_words(spread: Spread, images: int) -> str:
    """Return how the gradients' spread has changed."""
    known = np.isfinite(spread.deviations)
    if not known.any():
        return "The gradients are no numbers at any of these checkpoints: the training diverged."
    sizes = spread.deviations[known]
    steps = [step for step, there in zip(spread.steps, known, strict=True) if there]
    largest = int(sizes.argmax())
    text = (
        f"The gradients of the mean loss on {images} validation images by these weights, at "
        f"{len(spread.steps)} checkpoints: their standard deviation is {sizes[0]:.2g} at step "
        f"{steps[0]:,}, {sizes[-1]:.2g} at step {steps[-1]:,}"
    )
    if 0 < largest < len(sizes) - 1:
        text += f", and largest, {sizes[largest]:.2g}, at step {steps[largest]:,}"
    end = (
        "the layer hardly changes any more: it has learned, or its filters have died."
        if sizes[-1] < sizes.max() / 10
        else "there is still something to learn, or to forget."
    )
    return f"{text}: {end}"
