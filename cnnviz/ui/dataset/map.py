"""The map of the images: by their pixels, or by what comes out of a layer."""

from collections.abc import Generator, Hashable
from dataclasses import dataclass
from functools import partial
from math import prod

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data.statistics import spread
from cnnviz.explain.aside import aside
from cnnviz.explain.embedding import Neighbors, Principal, outputs, pca, pca_macs, tsne
from cnnviz.runs.folder import list_runs
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.training.evaluate import judge
from cnnviz.training.events import Evaluation
from cnnviz.ui.components.map import Mapped, embedding_map, whole_part
from cnnviz.ui.dataset.chosen import Chosen, look_at
from cnnviz.ui.dataset.state import (
    AT,
    COUNT,
    COUNTS,
    METHOD,
    METHODS,
    OF,
    SOURCES,
    USUAL_COUNT,
)
from cnnviz.ui.inside.choices import picked, switched
from cnnviz.ui.inside.judged import MOST_AT_ONCE
from cnnviz.ui.inside.layers import LAYER, layer_input
from cnnviz.ui.inside.links import set_state
from cnnviz.ui.inside.moment import Moment, moment_bar
from cnnviz.ui.inside.work import macs, measured, work
from cnnviz.ui.state import MAPPED
from cnnviz.ui.train.fields import keep
from cnnviz.ui.words import percent, plain

MAP = "map"
SPREAD = "Spread evenly over all."
NO_RUN = "Once something has been trained here, images can be mapped by the outputs of its layers."
METHOD_HELP = (
    "PCA looks at the images from the side from which they differ most: distances keep their "
    "meaning. t-SNE keeps neighbors together and pulls the rest apart: who lies beside whom means "
    "something, how far groups are apart and how large they are means little."
)
LOOK_FOR = {
    True: "By their pixels, images that look alike lie together. Choose the outputs of a layer to "
    "see how the network sorts them.",
    False: "The deeper the layer and the later the step, the farther apart the classes should lie: "
    "move the timeline and compare with step 0. Where groups touch, mistakes are made.",
}
TSNE_HELP = "Takes some seconds, on a busy machine a minute; it can be broken off."


@dataclass(frozen=True, eq=False)
class Source:
    """The numbers by which images are mapped: what they are, and where they come from."""

    words: str
    key: Hashable
    layer: int | None
    moment: Moment | None

    def numbers(
        self, chosen: Chosen, places: NDArray[np.intp]
    ) -> Generator[float, None, NDArray[np.float32]]:
        """Return the work of making them for some of the images: (N, D)."""
        x, _ = chosen.split.batch(places)
        if self.layer is None or self.moment is None:
            return x.reshape(len(x), -1)
        return (yield from outputs(self.moment.model, self.moment.params, self.layer, x))

    @property
    def size(self) -> int:
        """How many numbers an image has."""
        if self.layer is None or self.moment is None:
            return prod(INPUT_SHAPE)
        return prod(self.moment.model.shapes(INPUT_SHAPE)[self.layer - 1])

    @property
    def cost(self) -> int:
        """The multiplications that the numbers of an image take."""
        return (
            0
            if self.layer is None or self.moment is None
            else macs(self.moment.model, 0, self.layer)
        )


def map_view(chosen: Chosen) -> None:
    """Draw the map."""
    runs = list_runs()
    moment = moment_bar() if runs else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = switched("Method", METHOD, METHODS, METHOD_HELP)
        source = _source_input(moment)
        if not runs:
            st.caption(NO_RUN, width="stretch")
        words = count_words(len(chosen.split))
        usual = min(USUAL_COUNT, max(words))
        count = picked("Images", COUNT, words, SPREAD, usual=usual, width=120)
    places = spread(len(chosen.split), count)
    key = (method, source.key, chosen.key, len(places))
    found: Principal | Neighbors | None
    if method == "pca":
        label, task = f"Map {len(places):,} images", principal(source, chosen, places)
        cost = source.cost * len(places) + pca_macs(len(places), source.size)
        found = measured(("map", *key), label, task, cost, name="_data_pca", most=MOST_AT_ONCE)
    else:
        label = f"Compute t-SNE of {len(places):,} images"
        neighbors = _neighbors(source, chosen, places)
        found = work(("map", *key), label, neighbors, name="_data_tsne", help=TSNE_HELP)
    if found is None:
        st.caption(METHOD_HELP)
        return
    judged = _judged(moment, chosen, places)
    if moment is not None:
        st.caption(LOOK_FOR[source.layer is None])
    of = f"{method} {source.layer} {chosen.key} {len(places)}"
    _draw(found, chosen, places, judged, _told(found, source, len(places)), of)


def count_words(there: int) -> dict[int, str]:
    """Return how many images a map may have; the first number that is not less stands for all."""
    words = {count: f"{count:,}" for count in COUNTS if count < there}
    enough = [count for count in COUNTS if count >= there]
    return words | dict.fromkeys(enough[:1], f"all {there:,}")


def _neighbors(
    source: Source, chosen: Chosen, places: NDArray[np.intp]
) -> Generator[float, None, Neighbors]:
    """Return the work of a t-SNE map, with what it starts from."""
    return (yield from tsne((yield from source.numbers(chosen, places))))


def principal(
    source: Source, chosen: Chosen, places: NDArray[np.intp]
) -> Generator[float, None, Principal]:
    """Return the work of a PCA map, with what it starts from."""
    x = yield from source.numbers(chosen, places)
    return (yield from aside(lambda: pca(x), 1.0))


def _source_input(moment: Moment | None) -> Source:
    """Draw the choice of pixels or a layer's outputs."""
    if moment is None:
        return Source("pixels", "pixels", None, None)
    if switched("Of", OF, SOURCES) == "pixels":
        return Source("pixels", "pixels", None, moment)
    if not isinstance(st.session_state.get(LAYER), int):
        keep(LAYER, len(moment.model.layers))  # where the classes are farthest apart
    layer = layer_input(moment, lambda layer: True)
    if layer is None:
        raise ValueError("This network has no layers: choose Pixels.")
    kind = type(moment.model.layers[layer - 1]).__name__
    words = f"outputs of layer {layer} ({kind}) at step {moment.step:,}"
    return Source(words, (str(moment.run.path), moment.step, layer), layer, moment)


def _judged(moment: Moment | None, chosen: Chosen, places: NDArray[np.intp]) -> Evaluation | None:
    """Return what the network takes these images for, where it has learned from this data set."""
    if moment is None or not chosen.own:
        return None
    key = ("taken", str(moment.run.path), moment.step, chosen.key, len(places))
    model, params, config = moment.model, moment.params, moment.settings.config
    task = judge(model, params, config, chosen.split.take(places))
    cost = macs(model, 0, len(model.layers)) * len(places)
    label = "Mark what it gets wrong"
    return measured(key, label, task, cost, name="_data_judge", most=MOST_AT_ONCE)


def _draw(
    found: Principal | Neighbors,
    chosen: Chosen,
    places: NDArray[np.intp],
    judged: Evaluation | None,
    told: str,
    of: str,
) -> None:
    st.markdown(told)
    labels = chosen.split.labels[places]
    mapped = Mapped(
        points=found.points,
        images=chosen.split.images[places],
        labels=labels,
        titles=_titles(chosen, places, judged),
        wrong=np.zeros(len(places), bool) if judged is None else judged.predictions != labels,
    )
    look = partial(_look, chosen, places.tolist()) if chosen.linked else None
    if st.session_state.get(MAPPED) not in (None, of):
        set_state({AT: whole_part(st.session_state.get(AT) or "") or None})
    st.session_state[MAPPED] = of
    embedding_map(
        mapped,
        chosen.names,
        label=told,
        of=of,
        part=st.session_state.get(AT) or "",
        key=MAP,
        on_image=look,
        on_part=lambda part: set_state({AT: part or None}),
    )


def _look(chosen: Chosen, places: list[int], number: int) -> None:
    look_at(chosen, places[number])


def _titles(chosen: Chosen, places: NDArray[np.intp], judged: Evaluation | None) -> list[str]:
    """Return what each image is, and what it is taken for."""
    labels = chosen.split.labels[places]
    names = [
        f"{chosen.part} image {place:,}: {chosen.names[label]}"
        for place, label in zip(places.tolist(), labels, strict=True)
    ]
    if judged is None:
        return names
    return [
        f"{name}, taken for {chosen.names[taken]} with {percent(float(sure))}"
        for name, taken, sure in zip(names, judged.predictions, judged.confidences, strict=True)
    ]


def _told(found: Principal | Neighbors, source: Source, count: int) -> str:
    """Return what the map is, in a line or two of Markdown."""
    if isinstance(found, Neighbors):
        return (
            f"{count:,} images by the {plain(source.words)}: neighbors lie together; distances "
            "between groups, and their sizes, mean little. Kullback-Leibler divergence "
            f"{found.divergence:.2f}."
        )
    if not found.shares.any():
        return f"By the {plain(source.words)} all these images are alike: they lie on one point."
    across, up = found.shares
    return (
        f"{count:,} images by the {plain(source.words)}: to the right the direction in which they "
        f"differ most, with {percent(across)} of the whole variance, upward the next one, with "
        f"{percent(up)}; {percent(1 - across - up)} cannot be seen from here."
    )
