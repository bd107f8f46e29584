"""Trained convolutions: layers of runs with their weights, and what came into them."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import streamlit as st

from cnnviz.nn.layers import Conv2d, Layer
from cnnviz.nn.layers.activations import Activation
from cnnviz.nn.model import Sequential
from cnnviz.nn.types import Array, ModelParams, Params
from cnnviz.runs.errors import RunError
from cnnviz.runs.folder import RunFolder, list_runs
from cnnviz.runs.settings import RunSettings
from cnnviz.ui.train.picker import described, settings_of

MOST_RUNS = 50
NO_RUN = (
    "There is no run with a trained convolution here yet: train a network on the Train page, or "
    "choose another input and kernel."
)


@dataclass(frozen=True, eq=False)
class Trained:
    """A convolution of a run as it is after `step`, and the activation that follows it, if any.

    `number` is the layer's place in the network, from 1.
    """

    settings: RunSettings
    step: int
    number: int
    model: Sequential
    params: ModelParams

    @property
    def layer(self) -> Conv2d:
        """The convolution."""
        layer = self.model.layers[self.number - 1]
        if not isinstance(layer, Conv2d):
            raise ValueError(f"Layer {self.number} is {type(layer).__name__}, not Conv2d.")
        return layer

    @property
    def weights(self) -> Params:
        """Its weight and bias."""
        return self.params[self.number - 1]

    @property
    def activation(self) -> Layer | None:
        """The activation right behind it."""
        behind = self.model.layers[self.number : self.number + 1]
        return behind[0] if behind and isinstance(behind[0], Activation) else None

    def input_of(self, x: Array) -> Array:
        """Return what comes into the layer (C, H, W) when the network sees x (1, 28, 28)."""
        before = Sequential(self.model.layers[: self.number - 1])
        y, _ = before.forward(self.params[: self.number - 1], x[None])
        return cast(Array, y[0])


def runs_with_convolutions() -> dict[str, RunFolder]:
    """Return the newest runs that have a convolution and at least one checkpoint, by id."""
    runs = (run for run in list_runs() if convolutions(run) and run.checkpoint_steps())
    return {run.id: run for run, _ in zip(runs, range(MOST_RUNS), strict=False)}


def convolutions(run: RunFolder) -> list[int]:
    """Return the numbers, from 1, of a run's convolutions; none where it cannot be read."""
    settings = settings_of(run)
    layers = settings.layers if settings else ()
    return [number for number, spec in enumerate(layers, 1) if spec.get("type") == "Conv2d"]


def run_title(run: RunFolder) -> str:
    """Return a run in a few words."""
    network, data, when = described(run)
    settings = settings_of(run)
    seed = f"seed {settings.config.seed} · " if settings else ""
    return f"{network} · {data} · {seed}{when}"


def trained(run: RunFolder, number: int, step: int | None = None) -> Trained:
    """Return a convolution after a step, by default the latest; raises RunError."""
    steps = run.checkpoint_steps()
    if not steps:
        raise RunError(f"The run {run.id} has no weights yet: wait for its first checkpoint.")
    return _trained(str(run.path), step if step in steps else steps[-1], number)


@st.cache_resource(max_entries=16, show_spinner=False)
def _trained(path: str, step: int, number: int) -> Trained:
    run = RunFolder(Path(path))
    settings = run.settings()
    return Trained(settings, step, number, Sequential.from_specs(settings.layers), run.params(step))
