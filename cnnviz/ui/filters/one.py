"""One filter: its numbers, and how they came about."""

import numpy as np
import pandas as pd
import streamlit as st

from cnnviz.nn.layers import Conv2d
from cnnviz.ui.components.board import Part, Pixel, board
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.filters.bank import Bank, some_steps, weights_at
from cnnviz.ui.filters.grid import limit
from cnnviz.ui.filters.state import ALL, CHANNEL, UNIT
from cnnviz.ui.inside.links import link, set_state
from cnnviz.ui.inside.moment import STEP
from cnnviz.ui.words import signed

FRAMES = 12
MOST_CHANNELS = 64
LARGE = 104
MOST_TABLE = 15
FILM = (
    "Checkpoints evenly apart on the timeline, the first and the last among them. Press one to go "
    "to it."
)


def one_filter(found: Bank, unit: int, channel: int) -> None:
    """Draw a filter's numbers, its film strip and its input channels."""
    channel = 0 if channel == ALL else channel
    st.markdown(words(found, unit))
    film(found, unit, channel)
    now = found.now[unit, channel]
    left, right = st.columns(2, gap="large")
    with left:
        board([versions(found, unit, channel)], key="_filters_versions")
    with right:
        st.caption(weights_title(found, unit, channel))
        if max(now.shape) > MOST_TABLE:
            st.caption("Too many to print: point at a pixel of the picture to read its weight.")
        else:
            st.dataframe(table(now), hide_index=True, width="content", row_height=28)
    channels(found, unit, channel)
    if isinstance(found.layer, Conv2d):
        link(
            "Take it apart, product by product",
            "Convolution",
            key="_filters_to_convolution",
            icon="🔲",
            help="The Convolution page with this filter as it is after this step.",
            **convolution_state(found, unit),
        )


def convolution_state(found: Bank, unit: int) -> dict[str, object]:
    """Return what the Convolution page needs to show this filter."""
    names = ("stride", "padding", "dilation", "activation", "channels", "cell")
    own = {f"conv_{name}": None for name in names}
    chosen = {"from": "run", "kernel": "run", "run": found.moment.run.id, "layer": found.number}
    its_own = st.session_state.get("look_data") in (None, found.moment.settings.data.dataset)
    image = st.session_state.get("look_image") if its_own else None
    step = None if found.moment.live else found.moment.step
    chosen |= {"filter": unit, "image": image, "step": step}
    return own | {f"conv_{name}": value for name, value in chosen.items()}


def words(found: Bank, unit: int) -> str:
    """Return what a filter is, in numbers."""
    start = float(np.sqrt((found.before[unit].astype(np.float64) ** 2).sum()))
    rank = int((found.norm > found.norm[unit]).sum()) + 1
    text = (
        f"**Filter {unit}** of layer {found.number} after step {found.moment.step:,}: norm "
        f"{found.norm[unit]:.4g}, {place_of(rank, found.count)}; it began with {start:.4g} and has "
        f"moved by {found.change[unit]:.4g}."
    )
    if found.bias is not None:
        text += f" Its bias is {signed(float(found.bias[unit]), 4)}."
    return text


def place_of(rank: int, count: int) -> str:
    """Return a place among the largest in words."""
    if count == 1:
        return "the only one"
    if rank == 1:
        return f"the largest of {count}"
    return f"the smallest of {count}" if rank == count else f"number {rank} of {count} by size"


def film(found: Bank, unit: int, channel: int) -> None:
    """Draw the filter at some checkpoints; a click goes to one."""
    moment = found.moment
    steps, frames = weights_at(moment, found.number, some_steps(moment.steps, moment.step, FRAMES))
    images = np.ascontiguousarray([weights[unit, channel] for weights in frames], np.float32)
    most = limit(images)

    def chosen(pixel: Pixel) -> None:
        step = steps[pixel.tile]
        set_state({STEP: None if step == moment.steps[-1] else step})

    strip = tiles(
        "film",
        images,
        label="Over the training" + in_channel(found, unit, channel),
        help=FILM,
        captions=[f"step {step:,}" for step in steps],
        titles=[f"Step {step:,}" for step in steps],
        palette="diverging",
        limits=(-most, most),
        size=72,
        choosable=True,
        chosen=steps.index(moment.step),
        quiet=True,
    )
    board([[strip]], key="_filters_film", on_tile=chosen)


def in_channel(found: Bank, unit: int, channel: int) -> str:
    """Return which input channel is meant, where there are several."""
    return f", {found.channel_name(unit, channel)}" if found.channels > 1 else ""


def versions(found: Bank, unit: int, channel: int) -> list[Part]:
    """Return the filter large: before, now and the difference."""
    before, now = found.before[unit, channel], found.now[unit, channel]
    with np.errstate(all="ignore"):
        images = np.ascontiguousarray(np.stack([before, now, now - before]), np.float32)
    most = limit(images)
    captions = ["before", "now", "difference"]
    one = tiles(
        "versions",
        images,
        label="Before, now, and the difference" + in_channel(found, unit, channel),
        captions=captions,
        titles=[caption.capitalize() for caption in captions],
        palette="diverging",
        limits=(-most, most),
        size=LARGE,
        quiet=True,
    )
    return [one]


def weights_title(found: Bank, unit: int, channel: int) -> str:
    """Return what stands above the weights in numbers."""
    KH, KW = found.now.shape[2:]
    return f"The {KH} × {KW} weights now{in_channel(found, unit, channel)}"


def table(weights: np.ndarray) -> pd.DataFrame:
    """Return a kernel (KH, KW) as a table, its columns named from 0."""
    texts = [[signed(float(value), 4) for value in row] for row in weights]
    return pd.DataFrame(texts, columns=[str(column) for column in range(weights.shape[1])])


def channels(found: Bank, unit: int, channel: int) -> None:
    """Draw all input channels of the filter; a click chooses one."""
    if found.channels == 1:
        return
    first = channel // MOST_CHANNELS * MOST_CHANNELS
    images = np.ascontiguousarray(found.now[unit, first : first + MOST_CHANNELS], np.float32)
    most = limit(found.now[unit])
    places = range(first, first + len(images))
    part = tiles(
        "channels",
        images,
        label=f"Its {found.channels} input channels now"
        + (f", {first} to {places[-1]} of them" if len(places) < found.channels else ""),
        titles=[found.channel_name(unit, place).capitalize() for place in places],
        palette="diverging",
        limits=(-most, most),
        size=56,
        choosable=True,
        chosen=channel - first,
        quiet=True,
    )
    board(
        [[part]],
        key="_filters_channels",
        on_tile=lambda pixel: set_state({UNIT: unit, CHANNEL: first + pixel.tile}),
    )
