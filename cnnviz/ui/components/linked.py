"""The linked picture of a convolution: padded input, kernel, products and output of one filter."""

from base64 import b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from cnnviz.explain.cell import Convolved
from cnnviz.nn.geometry import Pair
from cnnviz.nn.types import Array
from cnnviz.ui.components.sent import sent

HERE = Path(__file__).parent
SCRIPTS = (
    "shared",
    "linked_sum",
    "linked_links",
    "linked_panel",
    "linked_terms",
    "linked_words",
    "linked_marks",
    "linked_layout",
    "linked_edit",
    "linked_play",
    "linked",
)
WORDS = {
    "input": "Input",
    "weight": "Weight",
    "kernel": "Kernel",
    "products": "Products",
    "output": "Output",
    "channel": "channel",
}
Place = Literal["input", "kernel"]
"""Where a number can be typed over another one."""

Pin = tuple[str, int, int, int]
"""What is pinned: a part ("input", "kernel" or "output"), its channel's place, row and column.

Rows and columns of the input are counted from the first one of its padding.
"""


@dataclass(frozen=True)
class Edit:
    """A number that the reader typed over another one, as text: nothing of it is checked yet.

    `channel` is the place among the filter's channels, `cell` the row and column in the image or
    in the kernel.
    """

    part: Place
    channel: int
    cell: Pair
    text: str


def linked(
    found: Convolved,
    *,
    key: str,
    filter: int = 0,
    shown: Sequence[int] = (0,),
    cell: Pair | None = None,
    pin: Pin | None = None,
    on_pin: Callable[[Pin | None], None] | None = None,
    editable: Collection[Place] = (),
    on_edit: Callable[[Edit], None] | None = None,
    words: Mapping[str, str] | None = None,
) -> None:
    """Draw a convolution whose parts answer to each other: by hover, keys, clicks and by playing.

    All of that happens in the browser. The products are printed one by one, so rounded that what
    is printed adds up to the printed total. The server hears two things, if it wants to: what was
    pinned or let go, and which number was typed over another one.

    Parameters
    ----------
    found : Convolved
        The convolution with its numbers, all from the layer; see `cnnviz.explain.cell.convolve`.
    filter : int
        Which output channel.
    shown : sequence of int
        Which of the filter's channels are drawn, by their place among them. All are summed up.
    cell : (row, column), optional
        The output cell that is shown until the reader points at another one.
    pin : Pin, optional
        What is pinned; what does not exist here is left out.
    on_pin : callable, optional
        Called with what was pinned, None where it was let go, before the page runs.
    editable : "input", "kernel" or both
        Where numbers can be typed over; `on_edit` is called with what was typed.
    words : dict, optional
        What the parts are called here, over `WORDS`: {"input": "Output gradient"}.
    """
    data = linked_data(found, filter=filter, shown=shown, cell=cell, editable=editable)

    def told_pin() -> None:
        told = (st.session_state.get(key) or {}).get("cell")
        pinned = checked_pin(told, found, filter)
        if on_pin is not None and (pinned or told == []):
            on_pin(pinned)

    heard = f"{key}-heard"  # how many edits have come: the browser sends one after the other

    def told_edit() -> None:
        st.session_state[heard] = st.session_state.get(heard, 0) + 1
        typed = checked_edit((st.session_state.get(key) or {}).get("edit"), found, filter)
        if typed is not None and on_edit is not None:
            on_edit(typed)

    _LINKED(
        key=key,
        data=sent(data)
        | {
            "words": WORDS | dict(words or {}),
            "heard": st.session_state.get(heard, 0),
            "pin": checked_pin(pin, found, filter),
            "hears": on_pin is not None,
        },
        on_cell_change=told_pin,
        on_edit_change=told_edit,
    )


def linked_data(
    found: Convolved,
    *,
    filter: int,
    shown: Sequence[int] = (0,),
    cell: Pair | None = None,
    editable: Collection[Place] = (),
) -> dict[str, Any]:
    """Return what travels to the browser: the geometry's integers and the arrays of one filter.

    Raises
    ------
    ValueError
        If there is no such filter, channel or output cell.
    """
    channels = _channels(found, filter, shown)
    if cell is not None and checked_cell(list(cell), found.grid.output) is None:
        height, width = found.grid.output
        raise ValueError(f"There is no output cell {cell}: the output is {height}×{width}.")
    grid = found.grid
    kind = np.result_type(found.x, found.weight)
    return {
        "size": grid.size,
        "padded": grid.bordered,
        "pads": grid.border,
        "kernel": grid.kernel,
        "stride": grid.stride,
        "dilation": grid.dilation,
        "output": grid.output,
        "names": list(channels),
        "shown": list(shown),
        "type": kind.name,
        "input": _encoded(found.x[channels.start : channels.stop], kind),
        "weight": _encoded(found.weight[filter], kind),
        "bias": None if found.bias is None else _encoded(found.bias[filter], kind),
        "before": _encoded(found.before[filter], kind),
        "after": _encoded(found.after[filter], kind),
        "activation": type(found.activation).__name__ if found.activation else "",
        "cell": cell,
        "editable": sorted(editable),
    }


def _channels(found: Convolved, filter: int, shown: Sequence[int]) -> range:
    filters = len(found.weight)
    if not 0 <= filter < filters:
        raise ValueError(f"There is no filter {filter}: there are {filters}, from 0.")
    channels = found.channels(filter)
    if not shown or not all(0 <= place < len(channels) for place in shown):
        raise ValueError(
            f"The channels shown must be some of 0 to {len(channels) - 1}, received {list(shown)}."
        )
    return channels


def _encoded(array: Array, kind: np.dtype[Any]) -> str:
    plain = np.ascontiguousarray(array, kind.newbyteorder("<"))
    return b64encode(plain.tobytes()).decode()


def checked_cell(value: Any, size: Pair) -> Pair | None:
    """Return a (row, column) that came from a browser, or None if it is not one."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    row, column = value
    if type(row) is not int or type(column) is not int:
        return None
    return (row, column) if 0 <= row < size[0] and 0 <= column < size[1] else None


def checked_pin(value: Any, found: Convolved, filter: int) -> Pin | None:
    """Return what was pinned in a browser, or None if there is no such cell."""
    if not isinstance(value, list | tuple) or len(value) != 4:
        return None
    part, channel, *place = value
    grid, channels = found.grid, len(found.channels(filter))
    sizes = {"input": grid.bordered, "kernel": grid.kernel, "output": grid.output}
    if part not in ("input", "kernel", "output") or type(channel) is not int:
        return None
    cell = checked_cell(place, sizes[part])
    if cell is None or not 0 <= channel < (1 if part == "output" else channels):
        return None
    return part, channel, *cell


def checked_edit(value: Any, found: Convolved, filter: int) -> Edit | None:
    """Return what was typed in a browser, or None if its place does not exist."""
    if not isinstance(value, dict) or value.get("part") not in ("input", "kernel"):
        return None
    part, channel, text = value["part"], value.get("channel"), value.get("text")
    size = found.grid.size if part == "input" else found.grid.kernel
    cell = checked_cell(value.get("cell"), size)
    if cell is None or not isinstance(channel, int) or not isinstance(text, str):
        return None
    if not 0 <= channel < len(found.channels(filter)):
        return None
    return Edit(part, channel, cell, text)


def _declare() -> ComponentRenderer:
    return st.components.v2.component(
        "cnnviz_linked",
        html="<div class='linked'></div>\n",
        css=(HERE / "linked.css").read_text(encoding="utf-8"),
        js="\n".join((HERE / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS),
    )


_LINKED = _declare()
