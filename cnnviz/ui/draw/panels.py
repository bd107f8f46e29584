"""What the Draw page draws: the answers to a drawing, and the drawings that were kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.figures.prediction import Curve, prediction_figure, probability_figure
from cnnviz.ui.components.board import Part
from cnnviz.ui.components.chart import chart
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.draw.curves import Followed
from cnnviz.ui.draw.prediction import Probs, exactly, predicted, top
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.inside.subject import Subject
from cnnviz.ui.lab.trained import run_title

SEEN_SIZE, SEEN_SIZE_OF_TWO, BARS_HEIGHT, CURVES_HEIGHT = 196, 112, 290, 320
SEEN_HELP = "28 × 28 pixels from 0 to 1: this and nothing else goes into the network."
TILES_HELP = (
    "As the network gets them. Beneath each one its number, what you say it is, and how sure the "
    "network is of that now. Click one to have it on the pad again."
)
CURVES = "How sure the network was, over the training"
EMPTY_CURVES = "The curves are being computed."


@dataclass(frozen=True, eq=False)
class Shown:
    """A run with the image it gets and what it makes of it; nothing where nothing is drawn."""

    moment: Moment
    names: tuple[str, ...]
    subject: Subject | None
    probs: Probs | None


def answer_rows(shown: Sequence[Shown]) -> list[list[Part]]:
    """Return image and bars of one run, or of two side by side."""
    several = len(shown) > 1
    size = SEEN_SIZE_OF_TWO if several else SEEN_SIZE
    whose = ["the first run", "the second run"] if several else ["the network"]
    seen = [_seen(one, f"seen-{at}", size, whose[at]) for at, one in enumerate(shown)]
    bars = [_bars(one, at, several=several) for at, one in enumerate(shown)]
    return [seen, bars] if several else [[*seen, *bars]]


def _seen(one: Shown, name: str, size: int, who: str) -> Part:
    x = one.subject.x if one.subject else np.zeros((1, 28, 28), np.float32)
    label = f"What {who} sees, 28 × 28"
    return tiles(name, x, label=label, limits=(0, 1), size=size, help=SEEN_HELP, quiet=True)


def _bars(one: Shown, at: int, *, several: bool) -> Part:
    title = f"Prediction after step {one.moment.step:,}"
    if several:
        title = f"{run_title(one.moment.run)} · step {one.moment.step:,}"
    if one.probs is None:
        return chart(
            f"bars-{at}",
            None,
            alt=title,
            height=BARS_HEIGHT,
            title=title,
            empty="Nothing is drawn yet.",
        )
    texts = [exactly(float(share)) for share in one.probs]
    listed = ", ".join(f"{name} {text}" for name, text in zip(one.names, texts, strict=True))
    return chart(
        f"bars-{at}",
        prediction_figure(one.probs, one.names, texts, second=at > 0),
        alt=f"{title}: {listed}",
        height=BARS_HEIGHT,
        title=title,
    )


def kept_part(moment: Moment, followed: Sequence[Followed], chosen: int | None) -> Part:
    """Return the drawings that were kept, with how sure the network is of each now."""
    sure = [float(predicted(moment, one.subject)[one.label]) for one in followed]
    return tiles(
        "kept",
        np.concatenate([one.subject.x for one in followed]),
        label="Kept drawings",
        help=TILES_HELP,
        captions=[f"{one.name}\n{exactly(p)}" for one, p in zip(followed, sure, strict=True)],
        titles=[one.name for one in followed],
        limits=(0, 1),
        size=84,
        choosable=True,
        chosen=chosen,
        quiet=True,
    )


def curves_part(curves: Sequence[Curve], moments: Sequence[Moment]) -> Part:
    """Return the curves of the drawings that were kept, with the cursor of the timeline."""
    moment = moments[0]
    figure = probability_figure(
        curves,
        moment.step,
        revision=moment.run.id,
        last=max(one.steps[-1] for one in moments),
    )
    told = [f"{one.name} {exactly(float(one.probs[-1]))}" for one in curves if len(one.probs)]
    return chart(
        "curves",
        figure if told else None,
        alt=f"{CURVES}. At the end: {', '.join(told)}",
        height=CURVES_HEIGHT,
        title=CURVES,
        empty=EMPTY_CURVES,
    )


def taken_for(shown: Shown) -> int:
    """Return the class that an image is taken for, 0 where nothing is said of it."""
    return 0 if shown.probs is None else top(shown.probs)
