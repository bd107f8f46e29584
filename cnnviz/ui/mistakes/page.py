"""The Mistakes page, put together."""

from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.figures.reliability import reliability_figure
from cnnviz.training.metrics import confusion_counts
from cnnviz.training.scores import ClassScores, class_scores, reliability
from cnnviz.ui.components.board import board
from cnnviz.ui.components.chart import chart, plotly_loader
from cnnviz.ui.components.confusion import confusion
from cnnviz.ui.components.scores import scores
from cnnviz.ui.frame import heading
from cnnviz.ui.inside.judged import Found, found
from cnnviz.ui.inside.links import open_page
from cnnviz.ui.inside.moment import Moment, at_a_moment
from cnnviz.ui.mistakes.images import groups, hear, picture, wants_to_go
from cnnviz.ui.mistakes.state import (
    BOARD,
    TABLE,
    bins_input,
    choose,
    chosen_of,
    hear_matrix,
    matrix_name,
    set_input,
)
from cnnviz.ui.mistakes.words import calibration, error_words, what_to_see
from cnnviz.ui.pictures import pictures
from cnnviz.ui.words import percent

__all__ = ["TABLE", "mistakes_page"]

INTRODUCTION = (
    "What the network takes for what, and whether it is right as often as it is sure. Click a "
    "cell or a class for its images, and an image to follow it through the network."
)
MATRIX = (
    "Each row is a class, each column what its images were taken for: right answers stand on the "
    "diagonal."
)
SCORES = (
    "Precision: how much of what was taken for the class is of it. Recall: how much of the class "
    "was recognized. F1 lies between both, nearer to the smaller one."
)
EARLY = (
    "Test images, before this run has finished: fine for curiosity; for choosing settings look at "
    "the validation images."
)


def mistakes_page() -> None:
    """Draw the page from top to bottom."""
    heading("Mistakes", INTRODUCTION)
    at_a_moment(_body, lambda: TABLE)
    plotly_loader()


def _body(moment: Moment) -> None:
    """Draw what is judged, and the judgement."""
    if wants_to_go():
        open_page("Activations")
    shown = pictures(moment.settings.data)
    with st.container(horizontal=True, vertical_alignment="center"):
        which = set_input(moment)
        place = st.container(width="stretch", gap="xsmall")
        clear = st.container(width="content")
        bins = bins_input()
    hear_matrix(matrix_name(moment, which))
    with place:
        split = shown.validation if which == "validation" else shown.test
        result = found(moment, split, which, name="_wrong_judge")
        evaluation = result.judged.evaluation
        st.markdown(
            f"{result.judged.name}: **{percent(evaluation.accuracy)} right**, "
            f"loss {evaluation.loss:.4g}."
        )
        if which == "test" and moment.run.evaluation("test") is None:
            st.caption(EARLY)
    if chosen_of()[0] is not None:
        clear.button("All mistakes", icon="↩️", on_click=choose, args=[None], type="tertiary")
    _panels(moment, result, which, shown.class_names, bins)


def _panels(moment: Moment, result: Found, which: str, names: tuple[str, ...], bins: int) -> None:
    judged, (true, taken) = result.judged, chosen_of()
    counts = confusion_counts(judged.labels, judged.evaluation.predictions, len(names))
    st.caption(what_to_see(counts, names, moment.step, diverged=moment.diverged))
    matrix = confusion(
        "matrix",
        counts,
        names,
        of=matrix_name(moment, which),
        selected=None if true is None or taken is None else (true, taken),
        title="What is taken for what",
        help=MATRIX,
    )
    found_groups = groups(judged, true, taken, names)
    images = [picture(name, group, judged, names) for name, group in found_groups.items()]
    by_class, trust = class_scores(counts), reliability(judged.labels, judged.evaluation, bins)
    table = scores(
        "scores",
        by_class,
        names,
        selected=true if taken is None else None,
        title=f"Class by class: F1 {_mean(by_class)} on average",
        help=SCORES,
    )
    diagram = chart(
        "calibration",
        reliability_figure(trust),
        alt=f"Accuracy over confidence. {error_words(trust)}",
        height=430,
        title="Is it right as often as it is sure?",
        words=calibration(trust, judged.evaluation.accuracy),
    )
    rows = [[matrix, images[0]], *([images[1:]] if images[1:] else []), [table, diagram]]
    told = partial(hear, found=result, which=which, shown=found_groups)
    board(rows, key=BOARD, on_tile=told)


def _mean(found: ClassScores) -> str:
    """Return the mean F1 over the classes that have one."""
    known: NDArray[np.float64] = found.f1[np.isfinite(found.f1)]
    return percent(float(known.mean())) if len(known) else "–"
