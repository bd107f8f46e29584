"""Train a network and watch it learn."""

from cnnviz.ui.frame import frame
from cnnviz.ui.train.page import train_page

with frame("Train"):
    train_page()
