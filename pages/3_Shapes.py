"""Where windows stand, how large outputs are and why, through a whole network."""

from cnnviz.ui.frame import frame
from cnnviz.ui.shapes.page import in_use, shapes_page
from cnnviz.ui.shapes.params import TABLE

with frame("Shapes", TABLE, in_use):
    shapes_page()
