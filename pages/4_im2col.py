"""Images as columns of windows: a convolution as a matrix product, and the way back."""

from cnnviz.ui.columns.page import TABLE, columns_page
from cnnviz.ui.frame import frame

with frame("im2col", TABLE):
    columns_page()
