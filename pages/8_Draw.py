"""Draw, and see what the network takes it for."""

from cnnviz.ui.draw.page import TABLE, draw_page
from cnnviz.ui.frame import frame

with frame("Draw", TABLE):
    draw_page()
