"""Changing the network: layer by layer in a form, or all of it as JSON."""

import json
from collections.abc import Callable, Sequence
from dataclasses import Field, fields
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

ERROR, REVISION, SELECTED, JSON_TEXT = "_editor_error", "_revision", "_layer", "_json"
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
    """Draw the network and what changes it; a change makes it the reader's own network."""
    layers = check_layers(network_layers())
    box = st.expander("The network, layer by layer", key="_network_box", on_change="rerun")
    if not box.open:
        return
    with box:
        view = st.segmented_control(
            "Change it",
            ["as a form", "as JSON"],
            default="as a form",
            key="_editor_view",
            on_change=_forget,
        )
        if view == "as JSON":
            _json_view(layers)
        else:
            _form(layers)
        sentence, refused_for = st.session_state.get(ERROR, ("", None))
        if refused_for == layers:
            st.error(sentence, icon="⚠️")
        show_table(layers)


def change(layers: Sequence[Spec], selected: int = 0) -> None:
    """Make these layers the reader's own network, if they can be read; for callbacks."""
    try:
        checked = check_layers(list(layers))
    except ValueError as error:
        return _refuse(str(error))
    _forget()
    st.session_state["layers"], st.session_state["network"] = checked, OWN
    st.session_state[REVISION] = st.session_state.get(REVISION, 0) + 1
    st.session_state[SELECTED] = min(max(selected, 0), len(checked) - 1)


def _refuse(sentence: str) -> None:
    """Say why a change was not made, for as long as the network is the one it was meant for."""
    kept = check_layers(network_layers())
    st.session_state[ERROR] = (f"{sentence} The network stays as it was.", kept)


def _forget() -> None:
    st.session_state.pop(ERROR, None)


def _form(layers: list[Spec]) -> None:
    places = range(len(layers))
    if st.session_state.get(SELECTED) not in places:
        st.session_state[SELECTED] = 0
    place = st.selectbox(
        "Layer",
        places,
        key=SELECTED,
        format_func=lambda i: f"{i + 1} {layers[i]['type']}",
        help="The layer to change, to move or to take out.",
        on_change=_forget,
    )
    with st.grid("auto", min_column_width=140):
        _fields(layers, place)
    _buttons(layers, place)


def _fields(layers: list[Spec], place: int) -> None:
    spec = layers[place]
    revision = st.session_state.get(REVISION, 0)
    for field in fields(LAYERS[spec["type"]]):
        key = f"_field-{revision}-{place}-{field.name}"
        more = {"key": key, "help": hint(spec["type"], field.name), "on_change": _set_field}
        _widget(field, spec[field.name], **more, args=(layers, place, field.name, key))


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


def _set_field(layers: list[Spec], place: int, name: str, key: str) -> None:
    value = st.session_state[key]
    try:
        parsed = parse_size(value) if isinstance(value, str) else as_whole(value)
        checked = from_spec(LAYERS, {**layers[place], name: parsed})
    except ValueError as error:
        return _refuse(f"Layer {place + 1}: {error}")
    change([*layers[:place], to_spec(checked), *layers[place + 1 :]], place)


def _buttons(layers: list[Spec], place: int) -> None:
    last = len(layers) - 1
    before, after = layers[:place], layers[place + 1 :]
    layer = layers[place]
    with st.container(horizontal=True):
        _button(
            "Move up",
            "⬆️",
            "It is the first layer." if place == 0 else "",
            lambda: change([*before[:-1], layer, *before[-1:], *after], place - 1),
        )
        _button(
            "Move down",
            "⬇️",
            "It is the last layer." if place == last else "",
            lambda: change([*before, *after[:1], layer, *after[1:]], place + 1),
        )
        _button(
            "Remove",
            "🗑️",
            "A network has at least one layer." if last == 0 else "",
            lambda: change([*before, *after], place),
        )
        st.menu_button(
            "Add behind it",
            list(LAYERS),
            key="_add_layer",
            icon="➕",
            help="Put a new layer behind the one that is chosen.",
            disabled=len(layers) >= MOST_LAYERS,
            on_click=_add,
            args=(layers, place),
        )


def _add(layers: list[Spec], place: int) -> None:
    kind = str(st.session_state["_add_layer"])
    if kind in LAYERS:
        new = NEW.get(kind, {"type": kind})
        change([*layers[: place + 1], new, *layers[place + 1 :]], place + 1)


def _button(label: str, icon: str, reason: str, act: Callable[[], None]) -> None:
    st.button(label, icon=icon, disabled=bool(reason), help=reason or None, on_click=act)


def _json_view(layers: list[Spec]) -> None:
    text = json.dumps(layers)[1:-1].replace("}, {", "},\n{")
    key = f"{JSON_TEXT}-{st.session_state.get(REVISION, 0)}-{hash(text)}"
    st.text_area(
        "Layers",
        f"[\n{text}\n]",
        height=300,
        key=key,
        help="One layer a line; press Ctrl+Enter or click outside to apply.",
        on_change=_apply_json,
        args=(key,),
    )


def _apply_json(key: str) -> None:
    try:
        layers = parse_layers(st.session_state[key])
    except ValueError as error:
        return _refuse(str(error))
    change(layers)


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
    """Return what `size_text` wrote: a number, a list, a word, or None for nothing."""
    try:
        parts = json.loads(f"[{text}]")
    except ValueError:
        return text.strip()
    return parts[0] if len(parts) == 1 else parts or None
