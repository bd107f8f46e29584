"""Home: what there is to explore, and where to start; and the server with its routes."""

import streamlit as st
from streamlit.runtime import exists

from cnnviz.ui.frame import frame
from cnnviz.ui.home import home_page
from cnnviz.ui.inside import pulse
from cnnviz.ui.opening import opening
from cnnviz.ui.routes import routes, started
from cnnviz.ui.train import looks

if exists():
    with frame("Home"):
        home_page()
else:
    answers = {**looks.ANSWERS, **pulse.ANSWERS, "started": started}
    app = st.App(__file__, routes=routes(answers), lifespan=opening)
