"""Home: what there is to explore here, and the latest runs."""

import streamlit as st

from cnnviz.runs.folder import RunFolder, list_runs
from cnnviz.ui.frame import PAGES
from cnnviz.ui.service import manager
from cnnviz.ui.train.defaults import DATA
from cnnviz.ui.train.picker import accuracy, described
from cnnviz.ui.train.presets import first_preset
from cnnviz.ui.train.settings import load_settings
from cnnviz.ui.words import badge, percent, plain

TRAIN_PAGE = "pages/1_Train.py"
LATEST = 6

WELCOME = (
    "A convolutional network that is nothing but NumPy learns to read images, and you watch: the "
    "loss falls, noise turns into edge detectors, digits are told apart. Every number on these "
    "pages is the network's own."
)

EXPLORE = {
    "Train": "Watch loss, filters and predictions change step by step; pause, rewind, go one step "
    "at a time, change the network layer by layer.",
    "Filters": "Each filter before, during and after training; what it answers to in pictures and "
    "test images, and what it costs to switch it off.",
    "Activations": "One image through every layer, from pixels to probabilities; any number down "
    "to the products that make it.",
    "Draw": "Draw a digit or a dress: what the network really sees, what it takes it for, and how "
    "that came about over the training.",
    "Mistakes": "What is taken for what, class by class; how far the network's certainty can be "
    "trusted; the surest mistakes.",
    "Data": "What there is to learn from: classes, mean images, a map of the test images by pixels "
    "or by what a layer makes of them.",
    "Convolution": "Point at an output cell and see its window, its products and their sum. Change "
    "any number, or take the filters of a run.",
    "Shapes": "Kernel, stride and padding: how large an output is and why, for one layer or a "
    "whole network, and what each unit sees.",
    "im2col": "The image as columns, the convolution as one matrix product, what that costs in "
    "memory and gains in time, and the way back.",
    "Backward": "Where gradients come from: the turned kernel, every tensor checked against "
    "numerical differentiation, one step in slow motion.",
}
"""What there is to explore, by the page's title."""

KEPT = (
    "**🔗 Keep it, pass it on**\n\nA page's settings stand in its address: a lesson is a link. "
    "Runs are kept, go on through reloads, and repeat to the last bit."
)


def home_page() -> None:
    """Draw the page."""
    st.title("See a network learn", anchor=False)
    st.markdown(WELCOME)
    preset, data = first_preset()
    settings = preset.settings(data)
    if st.button(
        "Train a network now",
        type="primary",
        icon="▶️",
        help=f"Starts {preset.network} on {data.title} and shows it.",
    ):
        load_settings(settings)
        open_run(manager().start(settings))
    time = "a few seconds" if settings.data.dataset == DATA else "a minute or two"
    st.caption(f"It trains on {plain(data.title)}, which is here already, and takes {time}.")
    cards()
    latest_runs(list_runs())


def cards() -> None:
    """Draw a card for each page, with its link."""
    with st.grid(3, min_column_width=220):
        for entry in PAGES:
            if entry.title in EXPLORE:
                with st.container(border=True, height="stretch", gap="xsmall"):
                    st.page_link(entry.path, label=f"**{entry.title}**", icon=entry.icon)
                    st.markdown(EXPLORE[entry.title])
        with st.container(border=True, height="stretch"):
            st.markdown(KEPT)


def open_run(run_id: str) -> None:
    """Go to the Train page with this run."""
    st.session_state["run"] = run_id
    st.switch_page(TRAIN_PAGE, query_params={"run": run_id})


def latest_runs(runs: list[RunFolder]) -> None:
    """Draw the latest runs, each with a link."""
    st.subheader("Latest runs", anchor=False)
    if not runs:
        st.caption("There are none yet. The first one takes a click.")
        return
    st.caption("With the share of the test images, or so far of the validation images, got right.")
    for run in runs[:LATEST]:
        _row(run)
    if len(runs) > LATEST:
        st.caption(f"{len(runs) - LATEST:,} more are in the list on the Train page.")


def _row(run: RunFolder) -> None:
    network, data, when = map(plain, described(run))
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(badge(run.status().state), width=130)
        st.markdown(f"**{network}** on {data}", width="stretch")
        st.markdown(percent(accuracy(run)), width=70)
        st.markdown(when, width=120)
        st.page_link(TRAIN_PAGE, label="Open", icon="↗️", query_params={"run": run.id})
