"""Code in this project's own words."""

from collections.abc import Sequence
from typing import ClassVar

from cnnviz.explain.code.framework import Framework, Line, Written
from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers import Layer
from cnnviz.nn.summary import spec_text

AS_TYPED = str.maketrans("[]'", '()"')  # lists as tuples, and the quotes of other code here


class Own(Framework):
    """The words of this project."""

    around: ClassVar[tuple[str, str]] = ("Sequential((", "))")

    def imports(self, kinds: Sequence[str], several: bool) -> list[str]:
        """Return the first lines."""
        lines = [
            "import numpy as np",
            f"from cnnviz.nn.layers import {', '.join(sorted({*kinds}))}",
        ]
        return [*lines, "from cnnviz.nn.model import Sequential"] if several else lines

    def write(self, layer: Layer, shape: Shape, number: str) -> Written:
        """Return the layer, which needs nothing else."""
        return Written((Line(spec_text(layer).translate(AS_TYPED)),))

    def run(self, name: str, shape: Shape) -> list[str]:
        """Return the lines that make x and y."""
        return [
            f"x = np.zeros({(1, *shape)}, np.float32)",
            f"params = {name}.init({shape}, np.random.default_rng(0))",
            f"y, _ = {name}.forward(params, x)",
        ]
