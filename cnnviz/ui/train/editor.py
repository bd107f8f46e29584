"""Changing the network: layer by layer in a form, or all of it as JSON."""

import json
from collections.abc import Callable, Sequence
from dataclasses import Field, dataclass, fields
from typing import Any

import streamlit as st

from cnnviz.nn.initializers import INITIALIZERS
from cnnviz.nn.layers import LAYERS
from cnnviz.nn.spec import Spec, as_json, from_spec, to_spec
from cnnviz.ui.train.codec import MOST_LAYERS, check_layers, parse_layers
from cnnviz.ui.train.defaults import OWN
from cnnviz.ui.train.fields import as_whole, step_size
from cnnviz.ui.train.hints import hint, title
from cnnviz.ui.train.network import show_table
from cnnviz.ui.train.settings import network_layers


@dataclass(frozen=True)
class Bench:
    """Where a network is changed.

    Parameters
    ----------
    read : callable
        Returns the layers as they stand.
    layers, network : str
        Names in the session of the reader's own layers, and of the network that is chosen.
    mark : str
        What the names of widgets begin with.
    """

    read: Callable[[], Sequence[Spec]]
    layers: str = "layers"
    network: str = "network"
    mark: str = ""

    def name(self, what: str) -> str:
        """Return the name in the session of a widget or of what it needs."""
        return f"{self.mark}_{what}"


TRAIN = Bench(network_layers)
NEW: dict[str, Spec] = {
    "Conv2d": {"type": "Conv2d", "out_channels": 8, "kernel_size": 3},
    "ConvTranspose2d": {
        "type": "ConvTranspose2d",
        "out_channels": 8,
        "kernel_size": 2,
        "stride": 2,
    },
    "MaxPool2d": {"type": "MaxPool2d", "kernel_size": 2},
    "AvgPool2d": {"type": "AvgPool2d", "kernel_size": 2},
    "Linear": {"type": "Linear", "out_features": 10},
}


def editor() -> None:
    """Draw the Train page's network and what changes it, folded up."""
    box = st.expander("The network, layer by layer", key="_network_box", on_change="rerun")
    if not box.open:
        return
    with box:
        edit(TRAIN)
        show_table(check_layers(TRAIN.read()))


def edit(bench: Bench) -> None:
    """Draw what changes a network; a change makes it the reader's own network."""
    layers = check_layers(bench.read())
    view = st.segmented_control(
        "Change it",
        ["as a form", "as JSON"],
        default="as a form",
        key=bench.name("editor_view"),
        on_change=_forget,
        args=(bench,),
    )
    if view == "as JSON":
        _json_view(bench, layers)
    else:
        _form(bench, layers)
    sentence, refused_for = st.session_state.get(bench.name("editor_error"), ("", None))
    if refused_for == layers:
        st.error(sentence, icon="⚠️")


def change(bench: Bench, layers: Sequence[Spec], selected: int = 0) -> None:
    """Make these layers the reader's own network, if they can be read; for callbacks."""
    try:
        checked = check_layers(list(layers))
    except ValueError as error:
        return _refuse(bench, str(error))
    _forget(bench)
    st.session_state[bench.layers], st.session_state[bench.network] = checked, OWN
    st.session_state[bench.name("revision")] = _revision(bench) + 1
    st.session_state[bench.name("layer")] = min(max(selected, 0), len(checked) - 1)


def _revision(bench: Bench) -> int:
    return int(st.session_state.get(bench.name("revision"), 0))


def _refuse(bench: Bench, sentence: str) -> None:
    """Say why a change was not made, for as long as the network is the one it was meant for."""
    kept = check_layers(bench.read())
    error = bench.name("editor_error")
    st.session_state[error] = (f"{sentence} The network stays as it was.", kept)


def _forget(bench: Bench) -> None:
    st.session_state.pop(bench.name("editor_error"), None)


def _form(bench: Bench, layers: list[Spec]) -> None:
    places, selected = range(len(layers)), bench.name("layer")
    if st.session_state.get(selected) not in places:
        st.session_state[selected] = 0
    place = st.selectbox(
        "Layer",
        places,
        key=selected,
        format_func=lambda i: f"{i + 1} {layers[i]['type']}",
        help="The layer to change, to move or to take out.",
        on_change=_forget,
        args=(bench,),
    )
    with st.grid("auto", min_column_width=140):
        _fields(bench, layers, place)
    _buttons(bench, layers, place)


def _fields(bench: Bench, layers: list[Spec], place: int) -> None:
    spec = layers[place]
    for field in fields(LAYERS[spec["type"]]):
        key = bench.name(f"field-{_revision(bench)}-{place}-{field.name}")
        more = {"key": key, "help": hint(spec["type"], field.name), "on_change": _set_field}
        _widget(field, spec[field.name], **more, args=(bench, layers, place, field.name, key))


def _widget(field: Field[Any], value: Any, **more: Any) -> None:
    """Draw the input of a field. Numbers have no limits here: the layer says what is wrong."""
    label = title(field.name)
    if field.type is bool:
        st.toggle(label, value, **more)
    elif field.name == "weight_init":
        names = list(INITIALIZERS)
        st.selectbox(label, names, names.index(value), **more)
    elif field.type in (int, float):
        step = 1.0 if field.type is int else step_size(value)
        st.number_input(label, value=float(value), step=step, format="%g", **more)
    else:
        st.text_input(label, size_text(value), placeholder="like the kernel", **more)


def _set_field(bench: Bench, layers: list[Spec], place: int, name: str, key: str) -> None:
    value = st.session_state[key]
    try:
        parsed = parse_size(value) if isinstance(value, str) else as_whole(value)
        checked = from_spec(LAYERS, {**layers[place], name: parsed})
    except ValueError as error:
        return _refuse(bench, f"Layer {place + 1}: {error}")
    change(bench, [*layers[:place], to_spec(checked), *layers[place + 1 :]], place)


def _buttons(bench: Bench, layers: list[Spec], place: int) -> None:
    last = len(layers) - 1
    before, after = layers[:place], layers[place + 1 :]
    layer = layers[place]
    with st.container(horizontal=True):
        _button(
            "Move up",
            "⬆️",
            "It is the first layer." if place == 0 else "",
            lambda: change(bench, [*before[:-1], layer, *before[-1:], *after], place - 1),
        )
        _button(
            "Move down",
            "⬇️",
            "It is the last layer." if place == last else "",
            lambda: change(bench, [*before, *after[:1], layer, *after[1:]], place + 1),
        )
        _button(
            "Remove",
            "🗑️",
            "A network has at least one layer." if last == 0 else "",
            lambda: change(bench, [*before, *after], place),
        )
        st.menu_button(
            "Add behind it",
            list(LAYERS),
            key=bench.name("add_layer"),
            icon="➕",
            help="Put a new layer behind the one that is chosen.",
            disabled=len(layers) >= MOST_LAYERS,
            on_click=_add,
            args=(bench, layers, place),
        )


def _add(bench: Bench, layers: list[Spec], place: int) -> None:
    kind = str(st.session_state[bench.name("add_layer")])
    if kind in LAYERS:
        new = NEW.get(kind, {"type": kind})
        change(bench, [*layers[: place + 1], new, *layers[place + 1 :]], place + 1)


def _button(label: str, icon: str, reason: str, act: Callable[[], None]) -> None:
    st.button(label, icon=icon, disabled=bool(reason), help=reason or None, on_click=act)


def _json_view(bench: Bench, layers: list[Spec]) -> None:
    text = json.dumps(layers)[1:-1].replace("}, {", "},\n{")
    key = bench.name(f"json-{_revision(bench)}-{hash(text)}")
    st.text_area(
        "Layers",
        f"[\n{text}\n]",
        height=300,
        key=key,
        help="One layer a line; press Ctrl+Enter or click outside to apply.",
        on_change=_apply_json,
        args=(bench, key),
    )


def _apply_json(bench: Bench, key: str) -> None:
    try:
        layers = parse_layers(st.session_state[key])
    except ValueError as error:
        return _refuse(bench, str(error))
    change(bench, layers)


def size_text(value: Any) -> str:
    """Return a size as one types it: 5, or 5, 3, or a word; empty for none."""
    if value is None or isinstance(value, str):
        return value or ""
    return (
        json.dumps(as_json(value)).removeprefix("[").removesuffix("]")
        if isinstance(value, list | tuple)
        else str(value)
    )


def parse_size(text: str) -> Any:
    """Return what `size_text` wrote: a number, a list, a word, or None for nothing.

    Lists may also stand in round brackets, and words in capitals.
    """
    lists = text.translate(str.maketrans("()", "[]"))
    try:
        parts = json.loads(f"[{lists}]", parse_float=lambda digits: as_whole(float(digits)))
    except ValueError:
        return text.strip().lower()
    return parts[0] if len(parts) == 1 else parts or None
