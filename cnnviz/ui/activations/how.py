"""How one number was made: its window, its products, its sum, and what it sees of the image."""

import numpy as np
import streamlit as st

from cnnviz.explain.apart import ADDITIVE, WEIGHTED, without_bias
from cnnviz.explain.cell import Convolved
from cnnviz.explain.making import Unit, field
from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers import Conv2d
from cnnviz.nn.model import LayerTrace
from cnnviz.nn.types import Array
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.ui.activations.forward import Forward, trace_of
from cnnviz.ui.activations.made import activation_words, draw_convolution, made, told
from cnnviz.ui.activations.state import (
    ABOUT,
    ABOUTS,
    BRING,
    CHANNEL,
    Chosen,
    Row,
    choose,
    close,
)
from cnnviz.ui.activations.words import brief, name_of, unit_words
from cnnviz.ui.components.board import board
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.convolution.state import GEOMETRY
from cnnviz.ui.inside.links import link
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.lab.inputs import show_told, tell
from cnnviz.ui.train.fields import keep
from cnnviz.ui.train.numbers import Numbers

FIELD_SIZE = 112
AXES = ("Channel", "Row", "Column")
LAYERS_OWN = tuple(f"conv_{key}" for key in (*GEOMETRY, "channels"))
"""What the Convolution page takes from the layer where nothing is chosen."""
ADDED = "What comes in here is the difference of both images"
NO_BIAS = "; the bias, the same for both, falls out"
INTO_VIEW = """<script>
document.querySelector('.st-key-act_how')?.scrollIntoView({ block: 'center' })
</script>"""


def how(row: Row, chosen: Chosen, passes: list[Forward], moment: Moment, about: int) -> None:
    """Draw how a number was made, of one image or of the difference of both: see `trace_of`."""
    trace, unit = trace_of(passes, about), chosen.unit
    number = row.first if row.first != row.last else chosen.layer
    step, behind = trace[number - 1], trace[row.last - 1] if row.last > number else None
    difference = about == len(passes)
    with st.container(border=True, key="act_how"):
        with st.container(horizontal=True, vertical_alignment="top"):
            st.markdown(_title(trace, row, number, unit, difference), width="stretch")
            st.button("Close", key="_act_close", type="tertiary", icon="✖️", on_click=close)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if len(passes) > 1:
                _about_input(about)
            _inputs(number, step.output.shape[1:], unit)
        show_told()
        if len(passes) > 1:
            st.caption(_both(passes, row, unit))
        left, right = st.columns([1, 3.4], gap="medium")
        with left:
            words = _seen(trace[0].input[0, 0], moment, number, unit, signs=difference)
        with right:
            st.caption(words)
            _links(moment, step, number, unit, None if difference else passes[about].prefix)
            convolved = None
            if difference:
                convolved = _apart(passes, row, moment, number, unit)
            else:
                convolved = made(step, moment.params[number - 1], moment, number, unit, behind)
        if convolved is not None:
            draw_convolution(convolved, number, unit)
        else:
            st.session_state.pop(CHANNEL, None)
    if st.session_state.pop(BRING, False):
        st.html(INTO_VIEW, unsafe_allow_javascript=True)


def _apart(
    passes: list[Forward], row: Row, moment: Moment, number: int, unit: Unit
) -> Convolved | None:
    """Draw how a difference was made: added up like a number, or as that of two numbers."""
    params = moment.params[number - 1]
    step = trace_of(passes, len(passes))[number - 1]
    if isinstance(step.layer, ADDITIVE):
        st.caption(f"{ADDED}{NO_BIAS * isinstance(step.layer, WEIGHTED)}.")
        convolved = made(*without_bias(step, params), moment, number, unit, None)
        if row.last > number:
            last = enumerate((one.trace[row.last - 1] for one in passes), 1)
            st.markdown("  \n".join(f"Image {i}: {activation_words(one, unit)}" for i, one in last))
        return convolved
    for place, one in enumerate(passes, 1):
        st.markdown(f"**Image {place}**")
        behind = one.trace[row.last - 1] if row.last > number else None
        told(one.trace[number - 1], params, moment, number, unit, behind)
    return None


def _about_input(about: int) -> None:
    """Draw the choice of the image that is taken apart."""
    keep(ABOUT, [*ABOUTS][about])
    st.segmented_control(
        "Taken apart",
        [*ABOUTS],
        key=ABOUT,
        required=True,
        format_func=ABOUTS.__getitem__,
        label_visibility="collapsed",
        width="content",
        persist_state="session",
    )


def _title(trace: list[LayerTrace], row: Row, number: int, unit: Unit, difference: bool) -> str:
    value = brief(float(trace[row.last - 1].output[(0, *unit)]))
    kind = name_of(trace[number - 1].layer)
    what = "difference" if difference else "number"
    return (
        f"**How this {what} was made**  \nLayer {number}, {kind}, {unit_words(unit)}: **{value}**"
    )


def _both(passes: list[Forward], row: Row, unit: Unit) -> str:
    first, second = (float(one.output(row.last)[unit]) for one in passes)
    return f"{brief(first)} in image 1, {brief(second)} in image 2: {brief(first - second)} apart."


def _inputs(layer: int, sizes: Shape, unit: Unit) -> None:
    """Draw inputs for channel, row and column, or for the unit of a vector."""
    names = AXES if len(sizes) == 3 else ("Unit",)
    for axis, (name, size) in enumerate(zip(names, sizes, strict=True)):
        key = f"_act_{name.lower()}"
        keep(key, float(unit[axis]))
        st.number_input(
            name,
            value=None,
            step=1.0,
            format="%g",
            key=key,
            width=112,
            help=f"0 to {size - 1:,}.",
            on_change=_typed,
            args=(key, layer, name, axis, size, unit),
        )


def _typed(key: str, layer: int, name: str, axis: int, size: int, unit: Unit) -> None:
    typed = st.session_state.get(key)
    if typed is None:  # emptied: it stays as it was
        return
    try:
        at = int(Numbers(name, 0, size - 1).check(typed, "it stays as it was"))
    except ValueError as error:
        tell(str(error))
        return
    choose(layer, (*unit[:axis], at, *unit[axis + 1 :]))


def _seen(image: Array, moment: Moment, layer: int, unit: Unit, *, signs: bool) -> str:
    """Draw what the unit sees of the image, the rest left empty; return it in words."""
    seen = field(moment.model, INPUT_SHAPE, layer, unit)
    part = np.full_like(image, np.nan)
    part[np.ix_(seen.rows, seen.columns)] = image[np.ix_(seen.rows, seen.columns)]
    pixels = len(seen.rows) * len(seen.columns)
    if not pixels:
        words = "It sees nothing but padding."
    elif pixels == image.size:
        words = "It sees the whole image."
    else:
        words = (
            f"It sees {len(seen.rows)} × {len(seen.columns)} pixels: rows {seen.rows[0]} to "
            f"{seen.rows[-1]}, columns {seen.columns[0]} to {seen.columns[-1]}."
        )
    picture = tiles(
        "field",
        part[None],
        label="What it sees of the image",
        palette="diverging" if signs else "gray",
        limits=(-1, 1) if signs else (0, 1),
        size=FIELD_SIZE,
        quiet=True,
    )
    board([[picture]], key="_act_field")
    return words


def _links(moment: Moment, step: LayerTrace, layer: int, unit: Unit, prefix: str | None) -> None:
    """Draw the ways on: the filter itself, and the same convolution on its own page."""
    if not isinstance(step.layer, Conv2d):
        return
    link(
        f"Filter {unit[0]}",
        "Filters",
        key="_act_to_filter",
        icon="🎛️",
        help="The filter that made this map: how it came to be, and what excites it.",
        look_layer=layer,
        look_unit=unit[0],
    )
    if prefix is None or not _on_convolution(moment, prefix):
        return
    link(
        "Convolution",
        "Convolution",
        key="_act_to_convolution",
        icon="🔲",
        help="The same cell on the Convolution page, where every number can be changed.",
        **dict.fromkeys(LAYERS_OWN),
        conv_from="run",
        conv_kernel="run",
        conv_run=moment.run.id,
        conv_layer=layer,
        conv_step=None if moment.live else moment.step,
        conv_image=int(st.session_state.get(f"{prefix}image") or 0),
        conv_filter=unit[0],
        conv_cell=(unit[1:],),
    )


def _on_convolution(moment: Moment, prefix: str) -> bool:
    """Whether the Convolution page can show this: one of the run's own test images."""
    source, data = (st.session_state.get(f"{prefix}{key}") for key in ("from", "data"))
    return source == "test" and data in (None, moment.settings.data.dataset)
