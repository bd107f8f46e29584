"""The settings of the next run: data, network, optimizer and numbers."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.data import Available, DataError, available
from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.nn.optim import OPTIMIZERS, Optimizer
from cnnviz.nn.spec import Spec
from cnnviz.runs.settings import RunSettings
from cnnviz.training.augment import Augment
from cnnviz.training.config import REGISTRIES
from cnnviz.ui.pictures import Pictures, dataset, pictures
from cnnviz.ui.state import ADOPTED
from cnnviz.ui.train.defaults import DATA, NETWORK, OWN, Recipe, config_values, usual_lr
from cnnviz.ui.train.fields import choice_input, field_inputs, number_input
from cnnviz.ui.train.hints import SETTINGS, title
from cnnviz.ui.train.network import headline
from cnnviz.ui.train.numbers import NUMBERS
from cnnviz.ui.train.typed import STRIP_KEYS, Description, Images, Typed
from cnnviz.ui.words import plain

PENDING = "_pending"


@dataclass(frozen=True)
class Choice:
    """What is chosen: settings that can be started, or why they cannot."""

    settings: RunSettings | None
    problem: str = ""


def settings_panel(strip: DeltaGenerator, words: DeltaGenerator, row: DeltaGenerator) -> Choice:
    """Draw the settings into the strip, what they mean into the words, and the rest into the row.

    Checked is what was typed once everything is drawn: what makes no sense becomes a sentence
    among the words, and the reason why nothing can start.
    """
    try:
        typed = _draw(strip, row)
        settings = typed.settings(_images(typed.data))
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
    data = settings.data
    named = settings.network in ARCHITECTURES and _same_layers(settings)
    values = config_values(settings.config) | {
        "data": data.dataset,
        "images": data.train_images,
        "validation": data.validation_images,
        "test": data.test_images,
        "network": settings.network if named else OWN,
    }
    for key, value in values.items():
        st.session_state[key] = value
    if not named:
        st.session_state["layers"] = list(settings.layers)


def _same_layers(settings: RunSettings) -> bool:
    return tuple(settings.layers) == tuple(ARCHITECTURES[settings.network].layers)


def _draw(strip: DeltaGenerator, row: DeltaGenerator) -> Typed:
    """Draw every field, whatever stands in the others; return what was typed."""
    sets = available()
    with strip:
        grid = st.grid("auto", min_column_width=50, gap=("small", "xsmall"))
    with grid.cell(column_span=3):
        name = _data_input(sets)
    there = _images_or_none(name)
    if there:
        _leave_out_of_link(there)
    with grid.cell(column_span=2):
        images = _number("images", there.train if there else None, "all")
    with grid.cell(column_span=3):
        network = _network_input()
    known = images if NUMBERS["images"].allow(images) else there.train if there else 1
    usual = Recipe(network, known).values()
    with grid.cell(column_span=2):
        optimizer = choice_input(
            "Optimizer",
            "optimizer",
            list(OPTIMIZERS),
            usual["optimizer"],
            on_change=_optimizer_changed,
            help=SETTINGS["optimizer"],
        )
    usual["lr"] = usual_lr(network, optimizer)
    numbers = {"images": images}
    for key in STRIP_KEYS:
        with grid.cell(column_span=2):
            numbers[key] = _number(key, usual[key])
    box = row.popover(
        "More numbers", icon="🎛️", help=SETTINGS["more"], key="_more_numbers", on_change="rerun"
    )
    with box:
        descriptions, others = _more(OPTIMIZERS[optimizer], usual, drawn=bool(box.open))
    return Typed(name, network, network_layers(), numbers | others, usual, descriptions)


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
    """Another data set: all of its images, and the epochs that suit them."""
    for key in ("images", "validation", "test", "epochs"):
        st.session_state.pop(key, None)


def _network_changed() -> None:
    """Another network: the numbers that train it well, its epochs once the images are counted."""
    if st.session_state["network"] == OWN:
        return
    st.session_state.pop("epochs", None)
    for key, value in Recipe(st.session_state["network"], 1).values().items():
        if key not in ("epochs", "seed", "threads"):
            st.session_state[key] = value


def _optimizer_changed() -> None:
    """Another optimizer: a learning rate that suits it."""
    network = st.session_state.get("network", NETWORK)
    st.session_state["lr"] = usual_lr(network, st.session_state["optimizer"])


def _number(key: str, usual: float | None, shown: str = "", *, drawn: bool = True) -> Any:
    """Draw the input of a shared number; return what was typed."""
    one, help = NUMBERS[key], SETTINGS[key]
    return number_input(one.label, key, usual, whole=one.whole, shown=shown, help=help, drawn=drawn)


def _images(name: str) -> Images:
    """Return how many images a set has; raises DataError where it cannot be read."""
    found = dataset(name)
    return Images(found.title, len(found.train), len(found.test))


def _images_or_none(name: str) -> Images | None:
    try:
        return _images(name)
    except DataError:
        return None  # said when everything is drawn


def _leave_out_of_link(there: Images) -> None:
    """Forget numbers of images that a link asked for and that this set does not have."""
    adopted = st.session_state.pop(ADOPTED, set())
    most = {"images": there.train, "validation": there.train - 1, "test": there.test}
    for key in adopted & set(most):
        if (st.session_state.get(key) or 0) > most[key]:
            st.session_state[key] = None


def _more(
    optimizer: type[Optimizer], usual: dict[str, Any], *, drawn: bool
) -> tuple[dict[str, Description], dict[str, Any]]:
    """Draw the numbers that are changed rarely; return descriptions and numbers as typed."""

    def part(words: str) -> AbstractContextManager[Any]:
        """Draw a heading and return where its numbers go."""
        if not drawn:
            return nullcontext()
        st.caption(words)
        return st.grid("auto", min_column_width=132)

    with part("The optimizer's numbers"):
        descriptions = {"optimizer": field_inputs(optimizer, usual, drawn=drawn)}
    with part("The learning rate over the training"):
        descriptions["schedule"] = _described("schedule", usual, drawn)
    with part("What is made small"):
        descriptions["loss"] = _described("loss", usual, drawn)
    with part("Training images moved at random, each one anew whenever it is seen"):
        descriptions["augment"] = field_inputs(Augment, usual, drawn=drawn)
    with part("Images held out, and processors"):
        numbers = {
            "validation": _number("validation", None, "a tenth", drawn=drawn),
            "test": _number("test", None, "all", drawn=drawn),
            "threads": _number("threads", usual["threads"], drawn=drawn),
        }
    return descriptions, numbers


def _described(name: str, usual: dict[str, Any], drawn: bool) -> Description:
    """Draw what there is to choose from, and the fields of what is chosen."""
    registry = REGISTRIES[name]
    kind = choice_input(
        title(name), name, list(registry), usual[name], help=SETTINGS[name], drawn=drawn
    )
    return field_inputs(registry[kind], usual, drawn=drawn)


def _say(shown: Pictures) -> None:
    """Say in words what is trained on."""
    st.caption(
        f"Trains on **{shown.train_images:,}** images of {plain(shown.title)}; "
        f"**{len(shown.validation):,}** more are held out for validation, and "
        f"**{len(shown.test):,}** are kept for the test at the end. {headline(network_layers())}",
        help=plain(shown.note),
    )
