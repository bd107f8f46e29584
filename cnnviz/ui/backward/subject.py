"""Which network the Backward page looks at, with which weights, image and label."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.data import DataChoice
from cnnviz.nn.architectures import ARCHITECTURES, build
from cnnviz.nn.losses import CrossEntropy, Loss
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import Array, ModelParams
from cnnviz.runs.folder import RunFolder
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.ui.lab.inputs import tell
from cnnviz.ui.lab.trained import convolutions, run_title, runs_with_convolutions, trained
from cnnviz.ui.pictures import pictures
from cnnviz.ui.state import Table, name, one_of
from cnnviz.ui.train.defaults import DATA
from cnnviz.ui.train.fields import choice_input, number_input
from cnnviz.ui.train.numbers import Numbers
from cnnviz.ui.words import plain

NETWORK, IMAGE, LABEL, SEED = "back_network", "back_test", "back_label", "back_seed"
USUAL = "tiny"
OWN = "own"
LABELS = {OWN: "its own"} | {str(label): str(label) for label in range(10)}
SEEDS = Numbers("Seed", 0, 9999)

TABLE: Table = {
    NETWORK: name,
    IMAGE: Numbers("Image", 0, 10**6).read,
    LABEL: one_of(LABELS),
}


@dataclass(frozen=True, eq=False)
class Weights:
    """A network with its parameters, the data it is for, and the loss it is trained with."""

    title: str
    model: Sequential
    params: ModelParams
    data: DataChoice
    loss: Loss


@dataclass(frozen=True, eq=False)
class Subject:
    """A network that looks at an image x (1, 28, 28), which `label` says what it is."""

    weights: Weights
    x: Array
    label: int
    class_names: tuple[str, ...]


def weights_input() -> Weights:
    """Draw the list of networks and runs, and the seed of fresh weights; return the choice."""
    runs = runs_with_convolutions()
    fresh = {key: f"{key}, fresh weights" for key in ARCHITECTURES}
    asked = st.session_state.get(NETWORK)
    if asked and asked not in (*runs, *fresh):
        told = f"There is no network or run {plain(str(asked))} here; {USUAL} is shown."
        tell(told, wrong=False)
    options = {key: f"run: {run_title(run)}" for key, run in runs.items()} | fresh
    chosen = choice_input(
        "Network",
        NETWORK,
        [*options],
        USUAL,
        format_func=lambda key: options[key],
        help="A run with its latest weights, or a network as it is before the first step.",
    )
    if chosen in runs:
        return of_run(runs[chosen])
    seed = number_input("Seed", SEED, 0, whole=True, help="Another seed draws other weights.")
    return fresh_weights(chosen, int(SEEDS.check(seed)))


def of_run(run: RunFolder) -> Weights:
    """Return a run's network with its latest weights."""
    found = trained(run, convolutions(run)[0])
    settings = found.settings
    return Weights(run_title(run), found.model, found.params, settings.data, settings.config.loss)


@st.cache_resource(max_entries=4, show_spinner=False)
def fresh_weights(network: str, seed: int) -> Weights:
    """Return a named network before its first step."""
    model = build(network)
    params = model.init(INPUT_SHAPE, np.random.default_rng(seed))
    return Weights(network, model, params, DataChoice(DATA), CrossEntropy())


def subject_input() -> Subject:
    """Draw the inputs for network, image and label; return what they describe.

    Raises
    ------
    ValueError
        One sentence, where there is no such image.
    """
    weights = weights_input()
    shown = pictures(weights.data)
    allowed = Numbers("Image", 0, len(shown.test) - 1)
    help = f"A test image of {shown.title}, 0 to {allowed.most:,}."
    index = int(
        allowed.check(
            number_input("Image", IMAGE, 0, whole=True, help=help), "empty the field for image 0"
        )
    )
    x, labels = shown.test.batch(slice(index, index + 1))
    own = int(labels[0])
    titles = {OWN: f"its own: {shown.class_names[own]}"}
    titles |= {str(label): title for label, title in enumerate(shown.class_names)}
    label = choice_input(
        "Label",
        LABEL,
        [*titles],
        OWN,
        format_func=lambda key: titles[key],
        help="What the loss takes the image for; a wrong label pulls the weights another way.",
    )
    return Subject(weights, x[0], own if label == OWN else int(label), shown.class_names)
