"""Home: what there is to explore, and where to start."""

from cnnviz.ui.frame import frame
from cnnviz.ui.home import home_page

with frame("Home"):
    home_page()
