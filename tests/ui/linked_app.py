"""A page with one linked picture: the settings stand in the address."""

import numpy as np
import streamlit as st

from cnnviz.explain.cell import convolve
from cnnviz.explain.kernels import EXAMPLES
from cnnviz.nn.layers import Conv2d, ReLU, Sigmoid
from cnnviz.ui.components.linked import Edit, linked

st.set_page_config(layout="wide")


def example(name):
    one = EXAMPLES[name]
    layer = Conv2d(1, one.weight.shape[2:], padding=1 if name == "one" else 0)
    return convolve(layer, {"weight": one.weight, "bias": np.array([-2.0])}, one.x, ReLU())


def drawn(C, H, W, F, K, stride, dilation, padding):
    """Random float32 numbers, as in a trained network."""
    rng = np.random.default_rng(0)
    x = rng.random((C, H, W), np.float32)
    weight = rng.normal(0, 0.2, (F, C, K, K)).astype(np.float32)
    layer = Conv2d(F, K, stride=stride, dilation=dilation, padding=padding)
    params = {"weight": weight, "bias": rng.normal(0, 0.1, F).astype(np.float32)}
    return convolve(layer, params, x, Sigmoid())


sizes = st.query_params.get("drawn")
found = (
    drawn(*map(int, sizes.split(","))) if sizes else example(st.query_params.get("example", "one"))
)


def told_cell(cell):
    st.session_state["told"] = f"Pinned {cell}"


def told_edit(edit: Edit):
    st.session_state["told"] = f"Typed {edit}"


linked(
    found,
    key="linked",
    shown=range(min(len(found.x), 3)),
    on_cell=told_cell,
    editable=("input", "kernel"),
    on_edit=told_edit,
)
st.markdown(st.session_state.get("told", "Nothing told"))
