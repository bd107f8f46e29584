"""The images themselves, and a map of them."""

from cnnviz.ui.dataset.page import TABLE, data_page
from cnnviz.ui.frame import frame

with frame("Data", TABLE):
    data_page()
