"""The way back: through a convolution, checked by numbers, and as one step in slow motion."""

from cnnviz.ui.backward.page import TABLE, backward_page, in_use
from cnnviz.ui.frame import frame

with frame("Backward", TABLE, in_use):
    backward_page()
