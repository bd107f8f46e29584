"""Inputs for the numbers of whatever stands in a registry: one widget for each field."""

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

import streamlit as st

from cnnviz.ui.state import field_key
from cnnviz.ui.train.hints import FIELDS, title

T = TypeVar("T")
MOST = 1e9


def whole_input(
    label: str, key: str, default: int, most: int, *, least: int = 1, help: str = ""
) -> int:
    """Draw an input for a whole number that stands under `key`; return it within its range."""
    keep(key, within(st.session_state.get(key), least, most, default))
    st.number_input(label, least, most, default, key=key, help=help, persist_state="session")
    return int(within(st.session_state.get(key), least, most, default))


def real_input(
    label: str, key: str, default: float, *, least: float = 0.0, most: float = MOST, help: str = ""
) -> float:
    """Draw an input for a number that stands under `key`; return it within its range."""
    keep(key, within(st.session_state.get(key), least, most, default))
    step = step_size(st.session_state[key])
    st.number_input(
        label, least, most, default, step, "%g", key=key, help=help, persist_state="session"
    )
    return float(within(st.session_state.get(key), least, most, default))


def optional_input(label: str, key: str, most: int, shown: str, *, help: str = "") -> int | None:
    """Draw an input for a whole number that may be left empty; `shown` says what that means."""
    value = st.session_state.get(key)
    keep(key, None if value is None else within(value, 1, most, most))
    st.number_input(
        label, 1, most, None, key=key, placeholder=shown, help=help, persist_state="session"
    )
    value = st.session_state.get(key)
    return None if value is None else int(within(value, 1, most, most))


def choice_input(label: str, key: str, options: list[str], default: str, **more: Any) -> str:
    """Draw a list of options; return the chosen one, the default where that makes no sense."""
    value = st.session_state.get(key)
    keep(key, value if value in options else default)
    st.selectbox(label, options, key=key, persist_state="session", **more)
    value = st.session_state.get(key)
    return value if value in options else default


def keep(key: str, value: Any) -> None:
    """Set a shared value before its widget is drawn, and only if it is another one.

    Setting a value makes the browser take it over, even from under somebody who is typing.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def within(value: Any, least: float, most: float, default: float) -> Any:
    """Return a number that lies in its range and is of the default's kind, or the default."""
    kind = type(default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    return kind(value) if least <= value <= most else default  # NaN is in no range


def step_size(value: float) -> float:
    """Return the power of ten that the arrows of an input add: 0.01 at 0.05, 0.001 at 0.001."""
    return 10.0 ** math.floor(math.log10(value)) if value else 0.1


def described(registry: Mapping[str, type[T]], name: str, defaults: Mapping[str, Any]) -> T:
    """Draw a widget for each field of `registry[name]` and return the description they make.

    Raises
    ------
    ValueError
        Where the numbers make no sense together, in the description's own sentence.
    """
    kind = registry[name]
    values: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]  # registries hold dataclasses
        default = defaults.get(field_key(name, field.name))
        if default is None:
            values[field.name] = _pair(name, field.name, defaults)
        else:
            values[field.name] = _single(title(field.name), field.name, name, default)
    return kind(**values)


def _pair(kind: str, field: str, defaults: Mapping[str, Any]) -> tuple[float, ...]:
    keys = [(place, field_key(kind, field, place)) for place in range(2)]
    return tuple(
        real_input(
            f"{title(field)} {place + 1}", key, defaults[key], help=FIELDS[f"{field}_{place + 1}"]
        )
        for place, key in keys
    )


def _single(label: str, field: str, kind: str, default: Any) -> Any:
    key, help = field_key(kind, field), FIELDS.get(field, "")
    if isinstance(default, bool):
        st.session_state.setdefault(key, default)
        st.toggle(label, key=key, help=help, persist_state="session")
        return bool(st.session_state[key])
    if isinstance(default, int):
        return whole_input(label, key, default, 10**9, help=help)
    return real_input(label, key, default, help=help)
