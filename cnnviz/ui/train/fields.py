"""Inputs of the settings, and for whatever stands in a registry one for each of its fields."""

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import streamlit as st

from cnnviz.ui.state import field_key
from cnnviz.ui.train.hints import hint, title
from cnnviz.ui.train.typed import Description


def number_input(
    label: str,
    key: str,
    usual: float | None,
    *,
    whole: bool = False,
    shown: str = "",
    help: str,
    drawn: bool = True,
) -> Any:
    """Draw an input for a number that stands under `key`; return what was typed, unchecked.

    It has no limits of its own: the browser would keep a number beyond them to itself, and the
    page would go on with the last one. An emptied field takes the usual number; where that is
    None it stays empty, and `shown` says what that means. An input that is not `drawn`, as what
    it stands in is closed, means what it meant last.
    """
    keep(key, number_or(usual, st.session_state.get(key)))
    if drawn:
        st.number_input(
            label,
            value=None if usual is None else float(usual),
            step=1.0 if whole else step_size(st.session_state[key] or 0.0),
            format="%g",
            key=key,
            placeholder=shown or None,
            help=help,
            persist_state="session",
        )
    typed = number_or(usual, st.session_state.get(key))
    return as_whole(typed) if whole else typed


def choice_input(
    label: str, key: str, options: list[str], default: str, *, drawn: bool = True, **more: Any
) -> str:
    """Draw a list of options; return the chosen one, the default where that makes no sense."""
    value = st.session_state.get(key)
    keep(key, value if value in options else default)
    if drawn:
        st.selectbox(label, options, key=key, persist_state="session", **more)
    value = st.session_state.get(key)
    return value if value in options else default


def keep(key: str, value: Any) -> None:
    """Set a shared value before its widget is drawn, and only if it is another one.

    Setting a value makes the browser take it over, even from under somebody who is typing.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def follow(key: str, value: Any) -> None:
    """Set an input to a value that may be changed elsewhere too, each time it has been."""
    if st.session_state.get(f"{key}-known") != value:
        st.session_state[f"{key}-known"] = value
        keep(key, value)


def number_or(usual: float | None, value: Any) -> float | None:
    """Return `value` if it is a finite number, however large, or else the usual one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return usual
    return value


def as_whole(value: Any) -> Any:
    """Return 3 for the 3.0 that an input gives; what is no whole number, or too large, stays."""
    countable = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return int(value) if countable else value


def step_size(value: float) -> float:
    """Return the power of ten that the arrows of an input add: 0.01 at 0.05, 0.001 at 0.001."""
    return 10.0 ** min(max(math.floor(math.log10(abs(value))), -9), 9) if value else 0.1


def field_inputs(
    kind: type[Any], defaults: Mapping[str, Any], *, drawn: bool = True
) -> Description:
    """Draw a widget for each field of a description; return it as typed, unchecked."""
    values: dict[str, Any] = {}
    for field in fields(kind):
        default = defaults.get(field_key(kind.__name__, field.name))
        if default is None:
            values[field.name] = _pair(kind.__name__, field.name, defaults, drawn)
        else:
            values[field.name] = _single(kind.__name__, field.name, default, drawn)
    return kind, values


def _pair(kind: str, field: str, defaults: Mapping[str, Any], drawn: bool) -> tuple[float, ...]:
    keys = [(f"{field}_{place + 1}", field_key(kind, field, place)) for place in range(2)]
    return tuple(
        number_input(title(name), key, defaults[key], help=hint(kind, name), drawn=drawn)
        for name, key in keys
    )


def _single(kind: str, field: str, default: Any, drawn: bool) -> Any:
    key, label, help = field_key(kind, field), title(field), hint(kind, field)
    if isinstance(default, bool):
        st.session_state.setdefault(key, default)
        if drawn:
            st.toggle(label, key=key, help=help, persist_state="session")
        return bool(st.session_state[key])
    whole = isinstance(default, int)
    return number_input(label, key, default, whole=whole, help=help, drawn=drawn)
