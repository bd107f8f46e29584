"""Choices that pages share, and the tables of those that stand in the URL: a lesson is a link.

Values live in `st.session_state` under the names of a table. The URL is read when a session
begins, when another page opens and when the reader goes back or forward, so that an answer that
is still on its way never overwrites what was just typed; it is written at the end of a page.

`SHARED` is the Train page's table. Another page brings its own: names that begin with one of
`PREFIXES`, each with the reader of its text. It gives the table to `frame`, and to
`publish_url` at its end what of it is in use. Its widgets have these names as keys, and
`persist_state="session"`, as in `cnnviz.ui.train.fields`: so values come back with the reader.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from itertools import chain
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.runs.layout import RUN_ID
from cnnviz.training.augment import Augment
from cnnviz.training.config import REGISTRIES
from cnnviz.ui.answering import WORK_ASKED
from cnnviz.ui.train.codec import decode_layers, encode_layers
from cnnviz.ui.train.numbers import NUMBERS, Numbers
from cnnviz.ui.words import plain

Parse = Callable[[str], Any]
Table = Mapping[str, Parse]
PREFIXES = (
    *("conv_", "shape_", "col_", "back_"),
    *("look_", "filters_", "act_", "draw_", "wrong_", "data_"),
)
CHOSEN = (
    *("look_step", "look_layer", "look_unit", "look_cell", "look_other", "look_class", "look_data"),
    *("act_about", "act_class", "act_data", "filters_off", "wrong_set", "wrong_true"),
    *("wrong_taken", "data_set", "data_page", "data_seed", "data_at"),
    *("conv_cell", "shape_at", "shape_unit", "col_at", "col_back_at"),
    *("back_cell", "back_steps_at", "back_input_at", "back_weight_at"),
)
"""Where one of these does not stand in the URL, none is chosen."""
PAGE = "_page"
PUBLISHED = "_published"  # what the browser was told last to have in its address
MAPPED = "_data-mapped"  # which map the part in view belongs to
MOVING = "_look-moving"  # the run whose timeline is played or dragged: no address is worth keeping
LEFT_OUT = "{} in the address makes no sense here: what is usual stands there instead."
ADOPTED = "_adopted"  # what the URL has set, until the Train page has looked at it


def one_of(words: Mapping[str, Any]) -> Parse:
    """Return a reader of the keys of a table."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"{text!r} is not one of {', '.join(words)}.")
        return text

    return parse


def flag(text: str) -> bool:
    """Read yes or no."""
    return {"1": True, "true": True, "0": False, "false": False}[text.lower()]


def name(text: str) -> str:
    """Read a short name; whether there is such a thing is for the page to say."""
    if not 0 < len(text) <= 80:
        raise ValueError("A name has 1 to 80 letters.")
    return text


def run_id(text: str) -> str:
    """Read the id of a run."""
    if not RUN_ID.fullmatch(text):
        raise ValueError(f"{text!r} is not the id of a run.")
    return text


def grid(rows: int, columns: int) -> Parse:
    """Return a reader of a table of numbers, 1,0;0,1 for instance, at most so large."""

    def parse(text: str) -> tuple[tuple[float, ...], ...]:
        cells = tuple(tuple(map(float, row.split(","))) for row in text.split(";"))
        sizes = {len(row) for row in cells}
        numbers = all(map(math.isfinite, chain(*cells)))
        if len(cells) > rows or len(sizes) != 1 or max(sizes) > columns or not numbers:
            raise ValueError(f"This is no table of at most {rows} × {columns} numbers.")
        return cells

    return parse


SHARED: dict[str, Parse] = {
    "run": run_id,
    "data": name,
    "network": name,
    "layers": decode_layers,
    "log": flag,
    **{name: one_of(registry) for name, registry in REGISTRIES.items()},
    **{key: numbers.read for key, numbers in NUMBERS.items()},
}


def field_key(kind: str, field: str, place: int | None = None) -> str:
    """Return the name of a field of an optimizer or schedule: sgd_momentum, adam_betas_1."""
    return f"{kind}_{field}".lower() + ("" if place is None else f"_{place + 1}")


def field_values(kind: type[Any], description: Any) -> dict[str, Any]:
    """Return the fields of a description under their shared names, pairs as two numbers."""
    found: dict[str, Any] = {}
    for field in fields(kind):
        value = getattr(description, field.name)
        parts = enumerate(value) if isinstance(value, tuple) else [(None, value)]
        found |= {field_key(kind.__name__, field.name, place): part for place, part in parts}
    return found


def field_defaults() -> dict[str, Any]:
    """Return the own defaults of everything that has fields, under their shared names."""
    defaults = field_values(Augment, Augment())
    for registry in REGISTRIES.values():
        for kind in registry.values():
            defaults |= field_values(kind, kind())
    return defaults


def _field_parsers() -> dict[str, Parse]:
    numbers = {whole: Numbers("It", 0, 10**9, whole).read for whole in (True, False)}
    readers: dict[type, Parse] = {bool: flag, int: numbers[True], float: numbers[False]}
    return {key: readers[type(value)] for key, value in field_defaults().items()}


SHARED |= _field_parsers()


def adopt_url(page: str, table: Table = SHARED, in_use: Callable[[], Table] | None = None) -> None:
    """Take over what the URL says, where it says something new; what makes no sense is left out.

    Only what stands in the open page's table is taken over. On the way back and forward a choice
    that the URL does not have is undone, if it is one of those `in_use`, by default all.
    """
    context = get_script_run_ctx()
    went_back = bool(context and context.is_history_navigation)
    if st.session_state.get(PAGE) == page and not went_back:
        return
    st.session_state[PAGE] = page
    for left_behind in (MOVING, WORK_ASKED, MAPPED, PUBLISHED):
        st.session_state.pop(left_behind, None)
    found = read_params(st.query_params.to_dict(), table)
    _tell_left_out(table, found)
    for key, value in found.items():
        st.session_state[key] = value
    if went_back:
        shown = in_use() if in_use else table
        for key in set(CHOSEN) & set(shown) - set(found):
            st.session_state.pop(key, None)
    st.session_state[ADOPTED] = st.session_state.get(ADOPTED, set()) | set(found)


def read_params(params: Mapping[str, str], table: Table = SHARED) -> dict[str, Any]:
    """Return the values that a URL's parameters stand for; wrong and unknown ones are left out."""
    return {
        key: value
        for key, text in params.items()
        if key in table and (value := _read(table[key], text)) is not None
    }


def _tell_left_out(table: Table, found: Mapping[str, Any]) -> None:
    """Say which of a page's own parameters make no sense."""
    params = st.query_params.to_dict()
    wrong = [
        f"{key}={text[:40]}" for key, text in params.items() if key in table and key not in found
    ]
    if wrong:
        st.toast(plain(LEFT_OUT.format(", ".join(wrong))), icon="🔗", duration="long")


def _read(parse: Parse, text: str) -> Any:
    try:
        return parse(text)
    except (ValueError, KeyError, OverflowError):
        return None


def keys_in_use() -> list[str]:
    """Return the shared names without those of optimizers and others that are not chosen."""
    idle = {
        key
        for name, registry in REGISTRIES.items()
        for kind in registry.values()
        if kind.__name__ != st.session_state.get(name)
        for key in field_values(kind, kind())
    }
    return [key for key in SHARED if key not in idle]


def publish_url(table: Table | None = None) -> None:
    """Bring the URL up to date with the values of a page, by default with the Train page's in use.

    A value that nobody could read from it again, a wrong number, is left out, and so is what
    belongs to other pages. Nothing is done while the timeline moves: each address is an entry in
    the browser's history.
    """
    if st.session_state.get(MOVING):
        return
    table = {key: SHARED[key] for key in keys_in_use()} if table is None else table
    values = {key: st.session_state.get(key) for key in table}
    texts = {key: write_param(value) for key, value in values.items() if value is not None}
    wanted = {key: text for key, text in texts.items() if _read(table[key], text) is not None}
    others = {key: text for key, text in st.query_params.to_dict().items() if not _owned(key)}
    # What a browser sends along may be older than what it was told last.
    told = st.session_state.get(PUBLISHED, wanted)
    st.session_state[PUBLISHED] = wanted
    if st.query_params.to_dict() != others | wanted or told != wanted:
        st.query_params.from_dict(others | wanted)


def _owned(key: str) -> bool:
    """Whether some page writes this name into the URL."""
    return key in SHARED or key.startswith(PREFIXES)


def write_param(value: Any) -> str:
    """Return a value as it stands in the URL: a word, a number, a table of numbers, a network."""
    if isinstance(value, list | tuple):
        rows = list(value)
        if rows and isinstance(rows[0], Mapping):
            return encode_layers(rows)
        return ";".join(",".join(map(write_param, row)) for row in rows)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # an input of numbers gives all of them as floats
    return f"{value:.12g}" if isinstance(value, float) else str(value)
