"""What the network gets wrong, and how surely."""

from cnnviz.ui.mistakes.page import TABLE, mistakes_page
from cnnviz.ui.frame import frame

with frame("Mistakes", TABLE):
    mistakes_page()
