"""How one number was made: its window, its products, its sum, and what it sees of the image."""

from functools import partial

import numpy as np
import streamlit as st

from cnnviz.explain.cell import Convolved, convolve, terms
from cnnviz.explain.making import Unit, field
from cnnviz.nn.geometry import Pair, Shape
from cnnviz.nn.layers import Conv2d, Linear
from cnnviz.nn.layers.activations import Activation
from cnnviz.nn.model import LayerTrace
from cnnviz.nn.types import Array
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.ui.activations.forward import Forward
from cnnviz.ui.activations.scroll import MOST_MAPS
from cnnviz.ui.activations.state import BRING, CHANNEL, Chosen, Row, choose, close
from cnnviz.ui.activations.terms import activated, made_of
from cnnviz.ui.activations.words import brief, name_of, unit_words
from cnnviz.ui.components.board import board
from cnnviz.ui.components.linked import linked
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.convolution.state import GEOMETRY
from cnnviz.ui.inside.links import link
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.inside.subject import LOOK
from cnnviz.ui.lab.inputs import check_drawable, show_told, tell
from cnnviz.ui.train.fields import keep
from cnnviz.ui.train.numbers import Numbers

FIELD_SIZE = 112
AXES = ("Channel", "Row", "Column")
LAYERS_OWN = tuple(f"conv_{key}" for key in (*GEOMETRY, "channels"))
"""What the Convolution page takes from the layer where nothing is chosen."""
INTO_VIEW = """<script>
document.querySelector('.st-key-act_how')?.scrollIntoView({ block: 'center' })
</script>"""


def how(row: Row, chosen: Chosen, passes: list[Forward], moment: Moment) -> None:
    """Draw how a number was made."""
    found = passes[0]
    number = row.first if row.first != row.last else chosen.layer
    step, unit = found.trace[number - 1], chosen.unit
    with st.container(border=True, key="act_how"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.markdown(_title(found, row, number, unit), width="stretch")
            _inputs(number, step.output.shape[1:], unit)
            st.button("Close", key="_act_close", type="tertiary", icon="✖️", on_click=close)
        show_told()
        if len(passes) > 1:
            st.caption(_both(passes, row, unit))
        behind = found.trace[row.last - 1] if row.last > number else None
        left, right = st.columns([1, 3.4], gap="medium")
        with left:
            words = _seen(found, moment, number, unit)
        with right:
            st.caption(words)
            _links(moment, step, number, unit)
            convolved = _convolved(step, moment, number, behind)
            if convolved is None:
                _told(step, moment, number, unit, behind)
        if convolved is not None:
            _linked(convolved, number, unit)
    if st.session_state.pop(BRING, False):
        st.html(INTO_VIEW, unsafe_allow_javascript=True)


def _title(found: Forward, row: Row, number: int, unit: Unit) -> str:
    value = brief(float(found.trace[row.last - 1].output[(0, *unit)]))
    kind = name_of(found.trace[number - 1].layer)
    return (
        f"**How this number was made**  \nLayer {number}, {kind}, {unit_words(unit)}: **{value}**"
    )


def _both(passes: list[Forward], row: Row, unit: Unit) -> str:
    first, second = (float(one.output(row.last)[unit]) for one in passes)
    return (
        f"Image 1: {brief(first)}, image 2: {brief(second)}, difference {brief(first - second)}. "
        "What follows is of image 1."
    )


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


def _seen(found: Forward, moment: Moment, layer: int, unit: Unit) -> str:
    """Draw what the unit sees of the image, the rest left empty; return it in words."""
    seen = field(moment.model, INPUT_SHAPE, layer, unit)
    image = found.subject.x[0]
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
    label = "What it sees of the image"
    board(
        [[tiles("field", part[None], label=label, limits=(0, 1), size=FIELD_SIZE, quiet=True)]],
        key="_act_field",
    )
    return words


def _convolved(
    step: LayerTrace, moment: Moment, layer: int, behind: LayerTrace | None
) -> Convolved | None:
    """Return a convolution for the linked picture, None where it cannot be drawn or is none."""
    if not isinstance(step.layer, Conv2d):
        return None
    activation = behind.layer if behind is not None else None
    with np.errstate(all="ignore"):
        found = convolve(step.layer, moment.params[layer - 1], step.input[0], activation)
    return found if drawable(found) else None


def _told(
    step: LayerTrace, moment: Moment, layer: int, unit: Unit, behind: LayerTrace | None
) -> None:
    """Draw the numbers behind a unit of any layer."""
    params = moment.params[layer - 1]
    with np.errstate(all="ignore"):
        maps = maps_before(moment, layer)
        st.markdown(made_of(step, params, unit, maps))
        if behind is not None and isinstance(behind.layer, Activation):
            x, y = (float(array[(0, *unit)]) for array in (behind.input, behind.output))
            st.markdown(activated(behind.layer, x, y))
        if maps is not None and isinstance(step.layer, Linear):
            _products(step, params["weight"][unit[0]], maps)


def _products(step: LayerTrace, weights: Array, maps: Shape) -> None:
    """Draw what each cell of the maps gives to a unit that sees all of them."""
    products = (step.input[0] * weights).reshape(maps)[:MOST_MAPS].astype(np.float32)
    label = "Its products, where they come from: a tile for each map"
    help = "Value × weight of each cell: what speaks for this unit, and what against it."
    part = tiles("products", products, label=label, help=help, palette="diverging", size=40)
    board([[part]], key="_act_products")


def drawable(found: Convolved) -> bool:
    """Whether a convolution's padded input is small enough to be drawn cell by cell."""
    try:
        check_drawable(found.grid)
    except ValueError:
        return False
    return True


def _linked(found: Convolved, layer: int, unit: Unit) -> None:
    channels = found.channels(unit[0])
    place = 0
    if len(channels) > 1:
        places = range(len(channels))
        asked = st.session_state.get(CHANNEL)
        keep(CHANNEL, asked if asked in places else _strongest_channel(found, unit))
        place = int(
            st.selectbox(
                "Channel drawn",
                places,
                key=CHANNEL,
                format_func=lambda place: f"{channels[place]}",
                help="Which channel of the layer's input is drawn; at first the one that gives "
                "most to this number. The sum is that of all channels.",
                width=150,
                persist_state="session",
            )
        )
    linked(
        found,
        key="_act_linked",
        filter=unit[0],
        shown=(place,),
        cell=(unit[1], unit[2]),
        on_cell=partial(_pinned, layer, unit[0]),
    )


def _strongest_channel(found: Convolved, unit: Unit) -> int:
    """Return the place of the channel that gives most to a number."""
    products = terms(found, unit[0], (unit[1], unit[2])).products
    sums = np.nan_to_num(np.abs(products.sum(axis=(1, 2))))
    return int(sums.argmax())


def _pinned(layer: int, channel: int, cell: Pair) -> None:
    choose(layer, (channel, *cell))


def maps_before(moment: Moment, layer: int) -> Shape | None:
    """Return (C, H, W) of the maps that a layer's input vector is, None where it is none."""
    shapes = moment.model.input_shapes(INPUT_SHAPE)[:layer]
    last = max(i for i, shape in enumerate(shapes) if len(shape) == 3)
    between = moment.model.layers[last : layer - 1]
    return None if any(one.sees_all for one in between) or not between else shapes[last]


def _links(moment: Moment, step: LayerTrace, layer: int, unit: Unit) -> None:
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
    if not _on_convolution(moment):
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
        conv_image=int(st.session_state.get(f"{LOOK}image") or 0),
        conv_filter=unit[0],
        conv_cell=(unit[1:],),
    )


def _on_convolution(moment: Moment) -> bool:
    """Whether the Convolution page can show this: the latest weights and a test image."""
    return moment.step == moment.steps[-1] and st.session_state.get(f"{LOOK}from") == "test"
