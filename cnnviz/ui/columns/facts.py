"""What the columns cost and what the way back keeps, in words with their arithmetic."""

import numpy as np
import streamlit as st

from cnnviz.explain.columns import Memory, Race, Unfolded, WayBack, inner, memory, race, repeats
from cnnviz.nn.layers import Conv2d
from cnnviz.nn.summary import FLOAT_BYTES
from cnnviz.nn.types import Array
from cnnviz.ui.lab.card import Answer, Question
from cnnviz.ui.lab.example import Example
from cnnviz.ui.words import count_of, seconds_of, shape, signed, size

RACE = "_col_race"
WHO = (
    "Both do the same products, in one thread. What differs is who does them: the loops go through "
    "Python one by one, the matrix product runs in compiled code that takes many numbers at a time "
    "and keeps them near the processor. Loops in a compiled language would lie in between."
)


def question(layer: Conv2d, x: Array) -> Question:
    """Return what the reader is asked: the columns of a larger image, as these stand there."""
    C, H, W = x.shape
    now, grid = layer.grid(x.shape), layer.grid((C, H + 2, W + 1))
    KH, KW = now.kernel
    (OH, OW), K = grid.output, C * KH * KW
    P, cells = OH * OW, (H + 2) * (W + 1)
    return Question(
        f"Were the image **{shape((C, H + 2, W + 1))}**, and all else as it is: how many rows and "
        "columns would the matrix of columns have?",
        (
            Answer("Rows K", K, slips=_slips(K, {KH * KW: "Each channel has its own rows."})),
            Answer(
                "Columns P",
                P,
                slips=_slips(P, {now.windows: "That is now.", cells: "Not every cell begins one."}),
            ),
        ),
        "A column holds one window of all channels, and there is one column for each output.",
        f"K = {C} × {KH} × {KW} = {K:,} cells in a window, P = {OH} × {OW} = {P:,} windows.",
    )


def _slips(right: int, slips: dict[int, str]) -> dict[float, str]:
    return {value: words for value, words in slips.items() if value != right}


def costs(unfolded: Unfolded) -> None:
    """Draw how often cells repeat, and what that takes in memory."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("How often each cell repeats", anchor=False)
        st.markdown(repeat_words(unfolded))
    with right:
        st.subheader("Memory", anchor=False)
        st.markdown(memory_words(unfolded, memory(unfolded)))


def repeat_words(unfolded: Unfolded) -> str:
    """Return how many cells stand how often in the columns, with the sum."""
    found = repeats(unfolded)
    K, P = unfolded.columns.shape
    lines = [
        f"- {count_of(cells, 'cell')} {_times(copies)}: {cells:,} × {copies} = {cells * copies:,}"
        for copies, cells in found.cells.items()
        if copies
    ]
    if found.padding:
        lines.append(f"- padding, zeros all of them: {found.padding:,}")
    if unseen := found.cells.get(0, 0):
        lines.append(f"- {count_of(unseen, 'cell')} nowhere: no window touches {_them(unseen)}")
    return "\n".join(
        (*lines, f"\nTogether {found.entries:,} entries, which is K × P = {K:,} × {P:,}.")
    )


def _times(copies: float) -> str:
    return "once" if copies == 1 else "twice" if copies == 2 else f"{copies:.3g} times"


def _ratio(ratio: float) -> str:
    return "as much" if ratio == 1 else f"{ratio:.3g} times as much"


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


def memory_words(unfolded: Unfolded, found: Memory) -> str:
    """Return the bytes of image and columns as arithmetic."""
    KH, KW = unfolded.grid.kernel
    down, across = unfolded.grid.stride
    apart = down * across > 1
    strides = f" ÷ ({down} × {across})" * apart
    copies = _times(KH * KW / (down * across)) + " on average" * apart
    return (
        f"- image: {shape(unfolded.x.shape)} × {FLOAT_BYTES} bytes = {found.image:,} bytes\n"
        f"- columns: {shape(unfolded.columns.shape)} × {FLOAT_BYTES} bytes = "
        f"{found.columns:,} bytes\n\n"
        f"The columns take **{_ratio(found.ratio)}** ({size(found.columns)} against "
        f"{size(found.image)}). Far from the border each cell stands in the columns {KH} × {KW}"
        f"{strides} = {copies}."
    )


def time_race(shown: Example) -> None:
    """Draw the button that measures loops against im2col, and what it has found."""
    st.subheader("Time", anchor=False)
    of = (shown.layer, shown.x.tobytes(), shown.weight.tobytes())
    if st.button("Measure here and now", icon="⏱️", help="Takes a few seconds at most."):
        with st.spinner("Running both several times …"):
            st.session_state[RACE] = (of, race(shown.layer, shown.x, shown.weight))
    measured, result = st.session_state.get(RACE, (None, None))
    if measured == of and result is not None:
        st.markdown(race_words(result, shown.layer.macs(shown.x.shape)))
        st.caption(WHO)
    else:
        st.caption("The convolution above, by naive loops in Python and by im2col.")


def race_words(found: Race, macs: int) -> str:
    """Return both times, how they were measured, and what they are of."""
    return (
        f"**{seconds_of(found.loops)}** by loops (median of {found.loop_runs} runs), "
        f"**{seconds_of(found.im2col)}** by im2col, building the columns included (median of "
        f"{found.im2col_runs}): **{found.loops / found.im2col:,.0f} times** as fast for "
        f"{macs:,} products. Largest difference of the results: {found.difference:.3g}."
    )


def back_words(unfolded: Unfolded, back: WayBack) -> None:
    """Draw why col2im is the transpose of im2col and not its inverse, with numbers."""
    left, right = st.columns(2, gap="large")
    left.markdown(not_the_inverse(unfolded, back))
    right.markdown(the_transpose(unfolded, back))


def not_the_inverse(unfolded: Unfolded, back: WayBack) -> str:
    """Return what col2im makes of a cell's copies, and how far it is from the image."""
    place = np.unravel_index(int(np.abs(back.back).argmax()), back.back.shape)
    value, count, result = (float(a[place]) for a in (unfolded.x, back.counts, back.back))
    apart = float(np.abs(back.back - unfolded.x * back.counts).max())
    return (
        "**Not the inverse.** im2col copies, col2im adds the copies up: col2im(im2col(x)) = "
        f"x · count. At row {place[1]}, column {place[2]}: {signed(value)} × {signed(count)} = "
        f"{signed(result)}. "
        f"Largest difference over all cells: {apart:.3g}. Only where every cell has exactly one "
        "copy does the image come back."
    )


def the_transpose(unfolded: Unfolded, back: WayBack) -> str:
    """Return the adjoint identity with its two numbers."""
    K, P = unfolded.columns.shape
    ahead = inner(unfolded.columns, back.others)
    behind = inner(unfolded.x, back.scattered)
    return (
        "**The transpose.** Seen as a matrix A on the image's cells, im2col has a single 1 in "
        "each row (none for padding), and col2im is Aᵀ. So ⟨im2col(x), c⟩ = ⟨x, col2im(c)⟩ for "
        f"all columns c. With c drawn from −3 to 3: a sum of {K:,} × {P:,} products gives "
        f"**{signed(ahead)}**, a sum of {shape(unfolded.x.shape)} products gives "
        f"**{signed(behind)}**."
    )
