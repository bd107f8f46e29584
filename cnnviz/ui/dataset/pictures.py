"""Three views of the images themselves: samples, numbers, and moved at random as in a training."""

from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data.statistics import samples, statistics
from cnnviz.figures.counts import class_figure, histogram_figure
from cnnviz.training.augment import Augment, Moves
from cnnviz.ui.components.board import Pixel, board
from cnnviz.ui.components.chart import chart, plotly_loader
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.dataset.chosen import Chosen, look_at
from cnnviz.ui.dataset.state import (
    ALL,
    CLASS,
    FLIP,
    IMAGE,
    PAGE,
    ROTATE,
    SEED,
    SHIFT,
    USUAL_MOVES,
    counter,
    next_of,
)
from cnnviz.ui.inside.choices import picked
from cnnviz.ui.inside.memory import remembered
from cnnviz.ui.train.fields import number_input
from cnnviz.ui.train.numbers import Numbers
from cnnviz.ui.words import compact, count_of, percent, plain

BOARD = "data"
OF_EACH, OF_ONE, VERSIONS = 12, 60, 23
CLICK = " Click one to follow it through the network, layer by layer."
SAMPLES = "In the order of the set, class by class."
MEANS = (
    "Each pixel is the mean of this pixel over all images of the class: sharp where they agree, "
    "gray where they differ."
)
MOVED = (
    "In a training each training image is moved anew in every epoch, by this very code; validation "
    "and test images stay as they are."
)


def images_view(chosen: Chosen) -> None:
    """Draw samples of each class, or many of one."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = {ALL: "All classes", **dict(enumerate(chosen.names))}
        label = picked("Class", CLASS, words, "Images of this class alone.", width=220)
        st.button("Others", icon="🔀", on_click=next_of, args=[PAGE], help="The next images.")
    one = None if label == ALL else label
    count = OF_EACH if one is None else OF_ONE
    labels = chosen.split.labels
    places = samples(labels, one, count, counter(PAGE))
    if not len(places):
        st.info(f"There is no image of {plain(words[label])} here.", icon="ℹ️")
        return
    first = np.flatnonzero(np.diff(labels[places].astype(int), prepend=-1))
    captions = [""] * len(places)
    for place in first if one is None else []:
        captions[place] = chosen.names[labels[places[place]]]
    part = tiles(
        "samples",
        chosen.split.images[places],
        label=f"{len(places)} of {count_of(len(chosen.split), f'{chosen.part} image')}",
        help=SAMPLES + CLICK * chosen.linked,
        captions=captions if one is None else (),
        titles=[f"{chosen.part} image {place}: {chosen.names[labels[place]]}" for place in places],
        columns=OF_EACH,
        choosable=chosen.linked,
    )
    board([[part]], key=BOARD, on_tile=partial(_look, chosen, places.tolist()))


def _look(chosen: Chosen, places: list[int], pixel: Pixel) -> None:
    look_at(chosen, places[pixel.tile])


def numbers_view(chosen: Chosen) -> None:
    """Draw mean images, how many there are of each class, and how bright pixels are."""
    plotly_loader()
    found = remembered(("statistics", chosen.key), lambda: statistics(chosen.split))
    names = [f"all {len(chosen.split):,}", *chosen.names]
    means = tiles(
        "means",
        np.stack([found.mean, *found.means]),
        label="Mean images",
        help=MEANS,
        captions=names,
        titles=[f"mean of {name}" for name in names],
        limits=(0, 255),
        size=84,
    )
    spread = counts_words(found.counts, chosen.names)
    counts = chart(
        "counts",
        class_figure(found.counts, chosen.names),
        alt=f"Images of each class. {spread}",
        title="Images of each class",
        words=spread,
    )
    black = found.histogram[0] / max(found.histogram.sum(), 1)
    told = (
        f"{percent(black)} of all pixels are 0, the background; the mean is "
        f"{found.mean.mean():.1f} of 255. The scale is logarithmic."
    )
    histogram = chart(
        "histogram",
        histogram_figure(found.histogram),
        alt=f"Pixels of each value. {told}",
        title="How bright pixels are",
        words=told,
    )
    board([[means], [counts, histogram]], key=BOARD)


def counts_words(counts: NDArray[np.int64], names: tuple[str, ...]) -> str:
    """Return how evenly images are divided among the classes."""
    least, most = int(counts.argmin()), int(counts.argmax())
    if counts[least] == counts[most]:
        return f"{counts[least]:,} of each: no class is easier to guess than another."
    return (
        f"From {counts[least]:,} ({names[least]}) to {counts[most]:,} ({names[most]}): who always "
        f"said {names[most]} would be right in {percent(counts[most] / counts.sum())}."
    )


def moved_view(chosen: Chosen) -> None:
    """Draw one image as a training would see it, epoch after epoch."""
    augment, index = _moves_input(chosen)
    x, labels = chosen.split.batch(np.full(VERSIONS, index))
    augment.check_size(*x.shape[2:])
    moves = augment.draw(VERSIONS, np.random.default_rng(counter(SEED)))
    versions = np.concatenate([x[:1], augment.apply(x, moves)])[:, 0]
    told = ["as it is", *map(moved_words, moves)]
    st.caption(f"{MOVED} {_runs_own(chosen)}")
    part = tiles(
        "moved",
        np.ascontiguousarray(versions),
        label=f"{chosen.part.capitalize()} image {index:,}: {chosen.names[labels[0]]}",
        captions=["as it is", *[""] * VERSIONS],
        titles=told,
        limits=(0, 1),
        size=84,
    )
    board([[part]], key=BOARD)


def _runs_own(chosen: Chosen) -> str:
    """Return what the shown run does to its images, in a sentence."""
    if chosen.settings is None or not chosen.own:
        return ""
    own = chosen.settings.config.augment
    if own == Augment():
        return "The shown run does not move its images."
    flip = ", half of them mirrored" * own.flip
    return (
        f"The shown run moves them by up to {count_of(own.shift, 'pixel')} and turns them by up "
        f"to {compact(own.rotate)}°{flip}."
    )


def _moves_input(chosen: Chosen) -> tuple[Augment, int]:
    """Draw the choice of an image and of how it is moved; return both."""
    own = chosen.settings.config.augment if chosen.settings and chosen.own else Augment()
    usual = own if own != Augment() else USUAL_MOVES
    allowed = Numbers("Image", 0, len(chosen.split) - 1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        index = number_input("Image", IMAGE, 0, whole=True, help=f"0 to {len(chosen.split) - 1:,}.")
        shift = number_input(
            "Shift", SHIFT, usual.shift, whole=True, help="Up to so many pixels each way."
        )
        rotate = number_input(
            "Rotate", ROTATE, usual.rotate, help="Up to so many degrees to either side."
        )
        st.session_state.setdefault(FLIP, usual.flip)
        with st.container(width="content"):
            st.toggle(
                "Flip",
                key=FLIP,
                persist_state="session",
                help="Left and right exchanged, for half of the images. Fine for shoes; a "
                "mirrored 2 is no 2.",
            )
        st.button("Again", icon="🎲", on_click=next_of, args=[SEED], help="Other random moves.")
    moves = Augment(shift, float(rotate), bool(st.session_state[FLIP]))
    return moves, int(allowed.check(index, "empty the field for the first one"))


def moved_words(move: Moves) -> str:
    """Return how an image was moved: mirrored, turned 4.3° left, 2 down, 1 right."""
    angle = float(np.degrees(np.arctan2(move["sin"], move["cos"])))
    down, right = int(move["down"]), int(move["right"])
    words = [
        "mirrored" if move["mirrored"] else "",
        f"turned {abs(angle):.1f}° {'left' if angle > 0 else 'right'}" if angle else "",
        f"{abs(down)} {'down' if down > 0 else 'up'}" if down else "",
        f"{abs(right)} {'right' if right > 0 else 'left'}" if right else "",
    ]
    return ", ".join(filter(None, words)) or "as it is"
