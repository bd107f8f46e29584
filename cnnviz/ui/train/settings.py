"""The settings of the next run: data, network, optimizer and numbers."""

from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.data import Available, DataChoice, available
from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.nn.optim import OPTIMIZERS
from cnnviz.nn.schedules import SCHEDULES
from cnnviz.nn.spec import Spec
from cnnviz.runs.settings import RunSettings
from cnnviz.training.config import TrainConfig
from cnnviz.ui.pictures import Pictures, dataset, pictures
from cnnviz.ui.state import MOST_LR, field_values
from cnnviz.ui.train.defaults import DATA, NETWORK, OWN, SEED, Recipe
from cnnviz.ui.train.fields import (
    choice_input,
    described,
    optional_input,
    real_input,
    whole_input,
)
from cnnviz.ui.train.hints import SETTINGS
from cnnviz.ui.train.network import headline
from cnnviz.ui.words import plain

PENDING = "_pending"
CONFIG_KEYS = {"lr": "lr", "batch": "batch_size", "epochs": "epochs", "seed": "seed"}


@dataclass(frozen=True)
class Choice:
    """What is chosen: settings that can be started, or why they cannot."""

    settings: RunSettings | None
    problem: str = ""


def settings_panel(strip: DeltaGenerator, words: DeltaGenerator, row: DeltaGenerator) -> Choice:
    """Draw the settings into the strip, what they mean into the words, and the rest into the row.

    What makes no sense becomes a sentence among the words, and the reason why nothing can start.
    """
    try:
        settings = _draw(strip, row)
        with words:
            _say(pictures(settings.data))
        return Choice(settings)
    except ValueError as error:
        words.error(str(error), icon="⚠️")
        return Choice(None, str(error))


def network_layers() -> tuple[Spec, ...]:
    """Return the layers of the chosen network."""
    name = st.session_state.get("network", NETWORK)
    own = st.session_state.get("layers")
    if name == OWN and own:
        return tuple(own)
    return ARCHITECTURES[name if name in ARCHITECTURES else NETWORK].layers


def adopt_pending() -> None:
    """Take over values that were set after the widgets had been drawn; None: the default."""
    for key, value in st.session_state.pop(PENDING, {}).items():
        st.session_state[key] = value


def load_settings(settings: RunSettings) -> None:
    """Put a run's settings into the panel; for callbacks, before anything is drawn."""
    config, data = settings.config, settings.data
    named = settings.network in ARCHITECTURES and _same_layers(settings)
    values: dict[str, Any] = {
        "data": data.dataset,
        "images": data.train_images,
        "validation": data.validation_images,
        "test": data.test_images,
        "network": settings.network if named else OWN,
        "optimizer": type(config.optimizer).__name__,
        "schedule": type(config.schedule).__name__,
        "threads": config.threads,
        **{key: getattr(config, name) for key, name in CONFIG_KEYS.items()},
        **field_values(type(config.optimizer), config.optimizer),
        **field_values(type(config.schedule), config.schedule),
    }
    for key, value in values.items():
        st.session_state[key] = value
    if not named:
        st.session_state["layers"] = list(settings.layers)


def _same_layers(settings: RunSettings) -> bool:
    return tuple(settings.layers) == tuple(ARCHITECTURES[settings.network].layers)


def _draw(strip: DeltaGenerator, row: DeltaGenerator) -> RunSettings:
    sets = available()
    with strip:
        grid = st.grid("auto", min_column_width=50, gap=("small", "xsmall"))
    with grid.cell(column_span=3):
        name = _data_input(sets)
    total = _training_images(name)
    with grid.cell(column_span=2):
        images = whole_input("Images", "images", total, total, help=SETTINGS["images"])
    with grid.cell(column_span=3):
        network = _network_input()
    recipe = Recipe(network, images).values()
    with grid.cell(column_span=2):
        optimizer = choice_input(
            "Optimizer",
            "optimizer",
            list(OPTIMIZERS),
            recipe["optimizer"],
            help=SETTINGS["optimizer"],
        )
    with grid.cell(column_span=2):
        lr = real_input(
            "Learning rate", "lr", recipe["lr"], least=1e-8, most=MOST_LR, help=SETTINGS["lr"]
        )
    with grid.cell(column_span=2):
        batch = whole_input("Batch", "batch", recipe["batch"], 1_000_000, help=SETTINGS["batch"])
    with grid.cell(column_span=2):
        epochs = whole_input("Epochs", "epochs", recipe["epochs"], 10_000, help=SETTINGS["epochs"])
    with grid.cell(column_span=2):
        seed = whole_input("Seed", "seed", SEED, 2**53 - 1, least=0, help=SETTINGS["seed"])
    with row, st.popover("More numbers", icon="🎛️", help=SETTINGS["more"]):
        choice, config = _more(name, images, optimizer, recipe)
    return RunSettings(
        data=choice,
        network=network,
        layers=network_layers(),
        config=TrainConfig(lr=lr, batch_size=batch, epochs=epochs, seed=seed, **config),
    )


def _data_input(sets: list[Available]) -> str:
    titles = {one.name: one.title for one in sets}
    return choice_input(
        "Data",
        "data",
        list(titles),
        DATA,
        format_func=lambda name: (titles.get(name) or name).partition(" (")[0],
        on_change=_data_changed,
        help=SETTINGS["data"],
    )


def _network_input() -> str:
    names = [*ARCHITECTURES, *([OWN] if st.session_state.get("layers") else [])]
    return choice_input(
        "Network", "network", names, NETWORK, on_change=_network_changed, help=SETTINGS["network"]
    )


def _data_changed() -> None:
    """Another data set: all of its images, and the epochs that suit their number."""
    for key in ("images", "validation", "test", "epochs"):
        st.session_state.pop(key, None)


def _network_changed() -> None:
    """Another network: the numbers that train it well."""
    if st.session_state["network"] == OWN:
        return
    images = st.session_state.get("images") or 1
    for key, value in Recipe(st.session_state["network"], images).values().items():
        st.session_state[key] = value


def _training_images(name: str) -> int:
    """Return how many training images there are; of a set that cannot be read, none."""
    return len(dataset(name).train)


def _more(
    name: str, images: int, optimizer: str, recipe: dict[str, Any]
) -> tuple[DataChoice, dict[str, Any]]:
    st.caption("The optimizer's numbers")
    with st.grid("auto", min_column_width=132):
        chosen = described(OPTIMIZERS, optimizer, recipe)
    st.caption("The learning rate over the training")
    with st.grid("auto", min_column_width=132):
        kind = choice_input(
            "Schedule", "schedule", list(SCHEDULES), recipe["schedule"], help=SETTINGS["schedule"]
        )
        schedule = described(SCHEDULES, kind, recipe)
    st.caption("Images held out, and processors")
    with st.grid("auto", min_column_width=132):
        validation = optional_input(
            "Validation", "validation", max(1, images - 1), "a tenth", help=SETTINGS["validation"]
        )
        tested = optional_input(
            "Test", "test", len(dataset(name).test), "all", help=SETTINGS["test"]
        )
        threads = whole_input("Parts", "threads", 2, 64, help=SETTINGS["threads"])
    everything = images == len(dataset(name).train)
    choice = DataChoice(name, None if everything else images, validation, tested)
    return choice, {"optimizer": chosen, "schedule": schedule, "threads": threads}


def _say(shown: Pictures) -> None:
    """Say in words what is trained on."""
    st.caption(
        f"Trains on **{shown.train_images:,}** images of {plain(shown.title)}; "
        f"**{len(shown.validation):,}** more are held out for validation, and "
        f"**{len(shown.test):,}** are kept for the test at the end. {headline(network_layers())}",
        help=plain(shown.note),
    )
