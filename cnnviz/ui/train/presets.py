"""Settings to begin with, a press each: what to learn from, and a network that learns it well."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.data import Available, DataChoice, available
from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.runs.settings import RunSettings
from cnnviz.ui.train.defaults import Recipe
from cnnviz.ui.train.settings import load_settings


@dataclass(frozen=True)
class Preset:
    """A data set and the network that learns it, with that network's own numbers."""

    title: str
    icon: str
    data: str
    network: str
    promise: str

    def settings(self, data: Available) -> RunSettings:
        """Return the settings that begin a training."""
        layers = ARCHITECTURES[self.network].layers
        config = Recipe(self.network, data.train_images or 0).config()
        return RunSettings(DataChoice(self.data), self.network, layers, config)


PRESETS = (
    Preset("99 % on MNIST", "⚡", "mnist", "im2col-lenet", "The shortest way there."),
    Preset("Fashion-MNIST", "👕", "fashion-mnist", "gluon-lenet", "Clothes are harder: 91 %."),
    Preset("Digits in seconds", "🔢", "digits", "tiny", "Needs no download."),
)


def preset_row() -> None:
    """Draw a button for each preset, which puts its settings into the fields."""
    there = {one.name: one for one in available()}
    nothing = Available("", "", "", None, "", "It is not here yet: a button below downloads it.")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("Begin with", width="content")
        for preset in PRESETS:
            _button(preset, there.get(preset.data, nothing))


def _button(preset: Preset, data: Available) -> None:
    st.button(
        preset.title,
        icon=preset.icon,
        key=f"_preset-{preset.title}",
        type="tertiary",
        disabled=bool(data.problem),
        help=data.problem
        or f"{preset.promise} {preset.network} on {data.title}, with its numbers.",
        on_click=_take,
        args=[preset, data],
    )


def first_preset() -> tuple[Preset, Available]:
    """Return the first preset whose data is here; the last one's always is."""
    there = {one.name: one for one in available() if not one.problem}
    preset = next(preset for preset in PRESETS if preset.data in there)
    return preset, there[preset.data]


def _take(preset: Preset, data: Available) -> None:
    load_settings(preset.settings(data))
