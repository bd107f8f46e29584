"""Layers and networks as code, ready to copy: PyTorch, Keras 3 and cnnviz.

Each gives the shapes shown. Where a framework has no such layer, the code makes the same numbers
from what it has, and a comment says why.
"""

from cnnviz.explain.code.framework import Framework
from cnnviz.explain.code.keras import Keras
from cnnviz.explain.code.own import Own
from cnnviz.explain.code.pytorch import PyTorch

__all__ = ["FRAMEWORKS", "Framework", "Keras", "Own", "PyTorch"]

FRAMEWORKS: dict[str, Framework] = {"PyTorch": PyTorch(), "Keras": Keras(), "cnnviz": Own()}
