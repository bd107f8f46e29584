"""What each filter looks for, and how it came to it."""

from cnnviz.ui.filters.page import TABLE, filters_page, in_use
from cnnviz.ui.frame import frame

with frame("Filters", TABLE, in_use):
    filters_page()
