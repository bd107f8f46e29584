"""The picture of a run: everything that is looked at again and again while it goes on."""

import numpy as np

from cnnviz.data import DataError
from cnnviz.figures import AnyFigure
from cnnviz.figures.curves import Value, accuracy_figure, extrema, loss_figure, room
from cnnviz.nn.layers import Conv2d
from cnnviz.nn.model import Sequential
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.runs.records import History
from cnnviz.runs.settings import RunSettings
from cnnviz.ui.components.board import Part, note
from cnnviz.ui.components.chart import chart
from cnnviz.ui.components.status import Number, status
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.pictures import Pictures, pictures
from cnnviz.ui.train.results import results
from cnnviz.ui.train.view import Look, View, strip
from cnnviz.ui.words import STATES, compact, duration, percent

CHART_HEIGHT = 300
MOST_FILTERS = 64


def rows(view: View, look: Look) -> list[list[Part]]:
    """Return everything that is shown of a run."""
    top = [[state(view)], curves(view, look)]
    if view.settings is None:
        return top
    try:
        shown = pictures(view.settings.data)
    except DataError as error:
        return [*top, [filters(view, view.settings), note("strip", STRIP_TITLE, str(error))]]
    return [
        *top,
        [filters(view, view.settings), test_strip(view, shown)],
        results(view, shown, look.cell),
    ]


def state(view: View) -> Part:
    """Return the line with the state, the progress bar and the numbers."""
    sign, word, color = STATES[view.status.state]
    total = view.status.total_steps
    step = f"step {view.status.step:,} of {total:,}" if total else "step –"
    epoch = (
        f"epoch {view.status.epoch} of {view.status.epochs}" if view.status.epochs else "epoch –"
    )
    return status(
        "state",
        badge=f"{sign} {word}",
        color=color,
        words=f"{step} · {epoch}",
        message=view.status.message,
        share=view.status.step / total if total else 0.0,
        numbers=numbers(view),
    )


def numbers(view: View) -> list[Number]:
    """Return the row of numbers above the curves."""
    now = view.status
    last = view.epochs[-1] if view.epochs else None
    test = view.run.evaluation("test") if now.state == "finished" else None
    speed = f"{now.images_per_second:,.0f}" if now.images_per_second else "–"
    return [
        Number("Validation", percent(last.validation_accuracy if last else None), VALIDATION),
        Number("Test", percent(test.accuracy if test else None), TEST),
        Number("Images/s", speed, SPEED),
        Number("Elapsed", duration(now.elapsed), "Time spent training, without pauses."),
        Number("Remaining", duration(now.remaining), "An estimate from the speed so far."),
        Number("Rate used", rate(view.history), RATE),
    ]


VALIDATION = "Share of the held-out images that were got right after the last epoch."
TEST = "Share of the test images that were got right, measured once at the end."
SPEED = "Training images a second: forward, backward and the step."
RATE = "The learning rate of the last step, after the schedule."


def rate(history: History) -> str:
    """Return the learning rate of the last step."""
    return compact(float(f"{history['lr'][-1]:.3g}")) if len(history) else "–"


def curves(view: View, look: Look) -> list[Part]:
    """Return the charts of loss and accuracy."""
    history, epochs, name = view.history, view.epochs, view.run.id
    if not len(history):
        return [curve(title, None, extremes(history, "loss")) for title in ("Loss", "Accuracy")]
    now = view.status
    over = now.state in ("finished", "diverged", "damaged")
    until = 0 if over else room(now.step, now.total_steps)
    loss = loss_figure(
        history,
        epochs,
        run_id=name,
        smoothing=look.smoothing,
        until=until,
        log_scale=look.log,
        loss=view.settings.config.loss.title if view.settings else "",
    )
    accuracy = accuracy_figure(history, epochs, run_id=name, smoothing=look.smoothing, until=until)
    return [
        curve("Loss", loss, extremes(history, "loss")),
        curve("Accuracy", accuracy, extremes(history, "accuracy")),
    ]


def curve(title: str, figure: AnyFigure | None, words: str) -> Part:
    """Return one chart."""
    return chart(
        title,
        figure,
        alt=f"{title}: {words}",
        height=CHART_HEIGHT,
        title=title,
        words=words,
        empty="The curve starts with the first step.",
    )


def extremes(history: History, value: Value) -> str:
    """Return largest, smallest and latest value in words."""
    found = extrema(history, value)
    if found is None:
        return "Largest – · smallest – · latest –"
    form = "{:.4g}".format if value == "loss" else percent
    return " · ".join(
        f"{name} {form(point.value)} (step {point.step:,})"
        for name, point in zip(("Largest", "smallest", "latest"), found, strict=True)
    )


def filters(view: View, settings: RunSettings) -> Part:
    """Return the first convolution's filters as they are now; in their places before."""
    live = view.live
    maps = filter_images(live.weight if live else blank_weight(settings))
    if maps is None:
        return note("filters", "First layer's filters", NO_FILTERS, help=FILTERS)
    when = f"after step {live.step:,}" if live else "appear with the first step"
    return tiles(
        "filters",
        maps,
        label=f"First layer's filters {when}",
        help=FILTERS,
        titles=[f"filter {i}" for i in range(len(maps))],
        palette="diverging",
        size=filter_size(len(maps)),
    )


FILTERS = (
    "The weights of the first convolution: each filter answers where the image looks like it. "
    "Zero is neutral; the scale is the same for all filters."
)
NO_FILTERS = "This network has no convolution (Conv2d): there are no filters to show."
STRIP_TITLE = "Test images with the network's prediction"
STRIP = (
    "The same test images for every run: beneath each one what the network takes it for now, and "
    "how surely. The network never learns from them."
)


def filter_images(weight: np.ndarray) -> np.ndarray | None:
    """Return the filters as images (F, KH, KW), at most 64; None where there are none."""
    if weight.ndim != 4:
        return None
    return np.ascontiguousarray(weight[:MOST_FILTERS, 0], np.float32)


def blank_weight(settings: RunSettings) -> np.ndarray:
    """Return zeros in the shape of the first convolution's weights, to keep their place free."""
    model = Sequential.from_specs(settings.layers)
    inputs = model.input_shapes(INPUT_SHAPE)[:-1]
    shapes = (
        layer.parameter_shapes(shape)["weight"]
        for layer, shape in zip(model.layers, inputs, strict=True)
        if isinstance(layer, Conv2d)
    )
    return np.zeros(next(shapes, ()), np.float32)


def filter_size(count: int) -> int:
    """Return the side of a filter's tile in pixels: the fewer there are, the larger."""
    return 96 if count <= 8 else 64 if count <= 32 else 44


def test_strip(view: View, shown: Pictures) -> Part:
    """Return the same few test images as ever, with what the network says of them now."""
    found = strip(shown, view.live)
    return tiles(
        "strip",
        found.images,
        label=STRIP_TITLE,
        help=STRIP,
        captions=found.captions,
        marks=found.marks,
        titles=found.titles,
    )
