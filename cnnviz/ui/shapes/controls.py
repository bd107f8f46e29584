"""The controls of one layer: sliders that cannot reach what is impossible, or typed numbers.

The values stand in `st.session_state` under their names in the URL; widgets have names of their
own and hand over what they are given, so that a value outlives a widget that is not drawn.
"""

import math
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from typing import Any

import streamlit as st

from cnnviz.explain.arithmetic import SIDES as SIDE_NAMES
from cnnviz.explain.nearest import LIMITS, room
from cnnviz.explain.setting import KINDS, Setting, made
from cnnviz.nn.geometry import AXES, Padding, Pair
from cnnviz.ui.shapes.params import CHOICES, FIELDS, LAYER_DEFAULTS, NUMBER, NUMBERS, SIDES
from cnnviz.ui.train.fields import as_whole, keep, number_or
from cnnviz.ui.train.hints import hint
from cnnviz.ui.train.numbers import Numbers

MOST = {"size": 64, "kernel": 11, "stride": 8, "dilation": 6, "padding": 8, "output_padding": 5}
"""How far the sliders go where nothing else stops them; more can be typed."""


def value(key: str) -> Any:
    """Return a value of the page."""
    return st.session_state[key]


def defaults() -> None:
    """Give every value its default that has none yet."""
    for key, usual in LAYER_DEFAULTS.items():
        st.session_state.setdefault(key, usual)


def controls() -> Setting:
    """Draw the controls of one layer; return what they say.

    Raises
    ------
    ValueError
        With one sentence, for the first number that is out of all bounds.
    """
    kind()
    choose("Padding", "shape_padding", CHOICES, help=hint(value("shape_kind"), "padding"))
    with st.container(horizontal=True):
        apart()
        ceil_mode()
        switch(
            "Type the numbers",
            "shape_typed",
            help="Any number can be typed, also one that no slider reaches.",
        )
    setting = None
    with suppress(ValueError):
        setting = chosen()
    stops = [
        words for field in FIELDS if in_use(field) for words in inputs(field, setting, keys(field))
    ]
    if stops:
        st.caption(f"The sliders stop where it gets impossible: {', '.join(stops)}.")
    return chosen()


def kind() -> None:
    """Draw the choice of a layer."""
    choose("Layer", "shape_kind", dict(zip(KINDS, KINDS, strict=True)))


def apart() -> None:
    """Draw the choice between one number for both axes and one for each."""
    switch("Height and width apart", "shape_apart", on=_copy_to_width)


def ceil_mode() -> bool:
    """Draw the switch of ceil_mode where the layer has one; return whether it is on."""
    if pools():
        switch("ceil_mode", "shape_ceil_mode", help=hint("MaxPool2d", "ceil_mode"))
    return pools() and bool(value("shape_ceil_mode"))


def pools() -> bool:
    """Whether the chosen layer is a pooling layer."""
    return value("shape_kind") in ("MaxPool2d", "AvgPool2d")


def in_use(field: str) -> bool:
    """Whether a field means something with the layer and the padding that are chosen."""
    if field == "padding":
        return value("shape_padding") in (NUMBER, SIDES)
    if field == "output_padding":
        in_numbers = value("shape_padding") in (NUMBER, SIDES)
        return bool(value("shape_kind") == "ConvTranspose2d" and in_numbers)
    return True


def keys(field: str) -> list[str]:
    """Return the names of a field's numbers that are in use."""
    if field == "padding" and value("shape_padding") == SIDES:
        return [f"shape_padding_{side}" for side in chain(*SIDE_NAMES)]
    axes = AXES if value("shape_apart") else AXES[:1]
    return [f"shape_{field}_{axis}" for axis in axes]


def keys_in_use() -> list[str]:
    """Return the names of everything that is in use."""
    known = ["shape_kind", "shape_padding", "shape_apart", "shape_typed"]
    ceil = ["shape_ceil_mode"] if pools() else []
    return [*known, *ceil, *(key for field in FIELDS if in_use(field) for key in keys(field))]


def chosen() -> Setting:
    """Return the setting; raises ValueError as `controls`."""
    numbers = {key: checked(key) for field in FIELDS if in_use(field) for key in keys(field)}
    return Setting(
        value("shape_kind"),
        _pair(numbers, "size"),
        _pair(numbers, "kernel"),
        _pair(numbers, "stride"),
        _pair(numbers, "dilation"),
        _padding(numbers),
        _pair(numbers, "output_padding") if in_use("output_padding") else (0, 0),
        bool(value("shape_ceil_mode")) and pools(),
    )


def checked(key: str) -> int:
    """Return a number; raises ValueError with one sentence where it is out of all bounds."""
    return int(bounds(key).check(value(key)))


def bounds(key: str) -> Numbers:
    """Return what a number may be; without its axis in the name where both are one."""
    found = NUMBERS[key]
    one = not value("shape_apart")
    return replace(found, label=found.label.removesuffix(f" {AXES[0]}")) if one else found


def nearest() -> dict[str, int]:
    """Return the numbers in use that are out of all bounds, each at the bound next to it."""
    used = [key for field in FIELDS if in_use(field) for key in keys(field)]
    wrong = {key: value(key) for key in used if not NUMBERS[key].allow(value(key))}
    ends = {key: (NUMBERS[key].least, NUMBERS[key].most) for key in wrong}
    return {
        key: round(min(max(number, ends[key][0]), ends[key][1]))
        for key, number in wrong.items()
        if isinstance(number, int | float) and not math.isnan(number)
    }


def number_pair(field: str) -> Pair:
    """Return a field's numbers as (height, width); raises ValueError as `checked`."""
    return _pair({key: checked(key) for key in keys(field)}, field)


def _pair(numbers: dict[str, int], field: str) -> Pair:
    first, *second = [numbers[key] for key in keys(field)]
    return first, second[0] if second else first


def _padding(numbers: dict[str, int]) -> Padding:
    kind: str = value("shape_padding")
    if kind == NUMBER:
        return _pair(numbers, "padding")
    if kind == SIDES:
        top, bottom, left, right = (numbers[key] for key in keys("padding"))
        return (top, bottom), (left, right)
    return kind


def put(setting: Setting) -> None:
    """Make the controls say this setting; for callbacks."""
    values: dict[str, Any] = {"shape_kind": setting.kind, "shape_ceil_mode": setting.ceil_mode}
    pairs = {field: getattr(setting, field) for field in FIELDS if field != "padding"}
    if setting.pads is None:
        values["shape_padding"] = setting.padding
    else:
        (top, bottom), (left, right) = setting.pads
        even = top == bottom and left == right
        values["shape_padding"] = NUMBER if even else SIDES
        pairs["padding"] = (top, left)
        sides = zip(chain(*SIDE_NAMES), (top, bottom, left, right), strict=True)
        values |= {f"shape_padding_{side}": cells for side, cells in sides}
    for field, pair in pairs.items():
        values |= {f"shape_{field}_{axis}": n for axis, n in zip(AXES, pair, strict=True)}
    apart = any(first != second for first, second in pairs.values())
    st.session_state["shape_apart"] = bool(st.session_state.get("shape_apart")) or apart
    for key, new in values.items():
        st.session_state[key] = new


def choose(label: str, key: str, options: dict[str, str], help: str | None = None) -> None:
    """Draw a choice among words."""
    keep(f"_{key}", value(key))
    st.selectbox(
        label,
        list(options),
        key=f"_{key}",
        format_func=lambda word: options[word],
        help=help,
        on_change=_take,
        args=(key,),
    )


def switch(label: str, key: str, *, on: Any = None, help: str | None = None) -> None:
    """Draw a toggle; `on` is called when it is set."""
    keep(f"_{key}", value(key))
    st.toggle(label, key=f"_{key}", help=help, on_change=_take, args=(key, on))


def _take(key: str, on: Any = None) -> None:
    """Take over what a widget was given."""
    given = st.session_state[f"_{key}"]
    if key in NUMBERS:
        given = as_whole(number_or(LAYER_DEFAULTS[key], given))
    st.session_state[key] = given
    if on and given:
        on()


def _copy_to_width() -> None:
    """Height and width apart: width begins where height stands."""
    for field in FIELDS:
        st.session_state[f"shape_{field}_width"] = value(f"shape_{field}_height")


def inputs(field: str, setting: Setting | None, names: list[str]) -> list[str]:
    """Draw a field's numbers: sliders as far as the setting allows, or to be typed.

    Returns
    -------
    list of str
        Where sliders stop because more, or less, is impossible.
    """
    two = len(names) > 1
    columns = st.columns(2, gap="small", vertical_alignment="bottom") if two else [st.container()]
    stops = []
    for place, key in enumerate(names):
        label = FIELDS[field]
        if two:
            label = f"{label}, {key.rpartition('_')[2]}"
        with columns[place % 2]:
            if value("shape_typed") or setting is None:
                _typed(label, key)
            else:
                stops += _slider(label, key, setting)
    return stops


def _typed(label: str, key: str) -> None:
    keep(f"_{key}", value(key))
    help = hint(value("shape_kind"), field_of(key).replace("kernel", "kernel_size"))
    st.number_input(
        label,
        value=float(LAYER_DEFAULTS[key]),
        step=1.0,
        format="%g",
        key=f"_{key}",
        help=help or None,
        on_change=_take,
        args=(key,),
    )


def _slider(label: str, key: str, setting: Setting) -> list[str]:
    """Draw a slider within its bounds; return where it stops because of what is possible."""
    least, most = LIMITS[field_of(key)][0], max(MOST[field_of(key)], value(key))
    low, high = room(lambda n: with_number(setting, key, n), value(key), least, most)
    keep(f"_{key}", value(key))
    if low == high:
        st.slider(label, low, low + 1, disabled=True, help="Nothing else is possible.")
    else:
        st.slider(label, low, high, value(key), key=f"_{key}", on_change=_take, args=(key,))
    name = label.lower().replace(",", "")
    below = [f"{name} from {low}"] if low > least else []
    return below + ([f"{name} up to {high}"] if high < most else [])


def field_of(key: str) -> str:
    """Return the field that a number belongs to: kernel of shape_kernel_height."""
    return key.removeprefix("shape_").rpartition("_")[0]


def with_number(setting: Setting, key: str, number: int) -> Setting:
    """Return the setting with another number under a name of `NUMBERS`."""
    field, part = field_of(key), key.rpartition("_")[2]
    both = not value("shape_apart")
    if field == "padding" and setting.pads is not None:
        sides = (*chain(*SIDE_NAMES),)
        reached = {"height": sides if both else sides[:2], "width": sides[2:]}.get(part, (part,))
        flat = [cells for pair in setting.pads for cells in pair]
        top, bottom, left, right = (
            number if side in reached else old for side, old in zip(sides, flat, strict=True)
        )
        return made(setting, field, ((top, bottom), (left, right)))
    first, second = getattr(setting, field)
    if both:
        return made(setting, field, (number, number))
    pair = (number, second) if part == "height" else (first, number)
    return made(setting, field, pair)
