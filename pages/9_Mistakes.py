"""What the network gets wrong, and how surely."""

from cnnviz.ui.frame import frame
from cnnviz.ui.mistakes.page import TABLE, mistakes_page

with frame("Mistakes", TABLE):
    mistakes_page()
