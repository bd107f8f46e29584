"""The numbers behind one number: a convolution as the linked picture, any other layer in words."""

from functools import partial

import numpy as np
import streamlit as st

from cnnviz.explain.cell import Convolved, convolve, terms
from cnnviz.explain.making import Unit
from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers import Conv2d, Linear
from cnnviz.nn.layers.activations import Activation
from cnnviz.nn.model import LayerTrace
from cnnviz.nn.types import Array, Params
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.ui.activations.scroll import MOST_MAPS
from cnnviz.ui.activations.state import CHANNEL, choose
from cnnviz.ui.activations.terms import activated, made_of
from cnnviz.ui.components.board import board
from cnnviz.ui.components.linked import Pin, linked
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.inside.moment import Moment
from cnnviz.ui.lab.inputs import check_drawable
from cnnviz.ui.train.fields import keep


def made(
    step: LayerTrace,
    params: Params,
    moment: Moment,
    number: int,
    unit: Unit,
    behind: LayerTrace | None,
) -> Convolved | None:
    """Draw the numbers behind a unit; return the convolution instead where it can be drawn."""
    convolved = _convolved(step, params, behind)
    if convolved is None:
        told(step, params, moment, number, unit, behind)
    return convolved


def _convolved(step: LayerTrace, params: Params, behind: LayerTrace | None) -> Convolved | None:
    """Return a convolution for the linked picture, None where it cannot be drawn or is none."""
    if not isinstance(step.layer, Conv2d):
        return None
    activation = behind.layer if behind is not None else None
    with np.errstate(all="ignore"):
        found = convolve(step.layer, params, step.input[0], activation)
    return found if drawable(found) else None


def told(
    step: LayerTrace,
    params: Params,
    moment: Moment,
    layer: int,
    unit: Unit,
    behind: LayerTrace | None,
) -> None:
    """Draw the numbers behind a unit of any layer."""
    with np.errstate(all="ignore"):
        maps = maps_before(moment, layer)
        st.markdown(made_of(step, params, unit, maps))
        if behind is not None and isinstance(behind.layer, Activation):
            st.markdown(activation_words(behind, unit))
        if maps is not None and isinstance(step.layer, Linear):
            _products(step, params["weight"][unit[0]], maps)


def activation_words(behind: LayerTrace, unit: Unit) -> str:
    """Return what an activation made of the number that came in."""
    x, y = (float(array[(0, *unit)]) for array in (behind.input, behind.output))
    return activated(behind.layer, x, y)


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


def draw_convolution(found: Convolved, layer: int, unit: Unit) -> None:
    """Draw the linked picture of a convolution, and the choice of the channel that it shows."""
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
    else:
        st.session_state.pop(CHANNEL, None)
    linked(
        found,
        key="_act_linked",
        filter=unit[0],
        shown=(place,),
        cell=(unit[1], unit[2]),
        on_pin=partial(_pinned, layer, unit[0]),
    )


def _strongest_channel(found: Convolved, unit: Unit) -> int:
    """Return the place of the channel that gives most to a number."""
    products = terms(found, unit[0], (unit[1], unit[2])).products
    sums = np.nan_to_num(np.abs(products.sum(axis=(1, 2))))
    return int(sums.argmax())


def _pinned(layer: int, channel: int, pin: Pin | None) -> None:
    if pin and pin[0] == "output":
        choose(layer, (channel, *pin[2:]))


def maps_before(moment: Moment, layer: int) -> Shape | None:
    """Return (C, H, W) of the maps that a layer's input vector is, None where it is none."""
    shapes = moment.model.input_shapes(INPUT_SHAPE)[:layer]
    last = max(i for i, shape in enumerate(shapes) if len(shape) == 3)
    between = moment.model.layers[last : layer - 1]
    return None if any(one.sees_all for one in between) or not between else shapes[last]
