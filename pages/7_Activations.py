"""What every layer makes of one image."""

from cnnviz.ui.activations.page import TABLE, activations_page
from cnnviz.ui.frame import frame

with frame("Activations", TABLE):
    activations_page()
