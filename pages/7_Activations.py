"""What every layer makes of one image."""

from cnnviz.ui.activations.page import TABLE, activations_page, in_use
from cnnviz.ui.frame import frame

with frame("Activations", TABLE, in_use):
    activations_page()
