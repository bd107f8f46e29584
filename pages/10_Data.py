"""The images themselves, and a map of them."""

from cnnviz.ui.dataset.page import TABLE, data_page, in_use
from cnnviz.ui.frame import frame

with frame("Data", TABLE, in_use):
    data_page()
