"""One output cell, product by product: what a convolution does."""

from cnnviz.ui.convolution.page import convolution_page
from cnnviz.ui.convolution.state import TABLE
from cnnviz.ui.frame import frame

with frame("Convolution", TABLE):
    convolution_page()
