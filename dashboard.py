"""Home: what there is to explore, and where to start; and the server with its routes."""

import streamlit as st
from streamlit.runtime import exists

from cnnviz.ui.frame import frame
from cnnviz.ui.home import home_page
from cnnviz.ui.inside.pulse import NEWS
from cnnviz.ui.opening import opening
from cnnviz.ui.train.looks import LOOKS

if exists():
    with frame("Home"):
        home_page()
else:
    app = st.App(__file__, routes=(LOOKS, NEWS), lifespan=opening)
