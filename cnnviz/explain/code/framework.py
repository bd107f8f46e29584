"""How code is put together, the same way for all frameworks."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from cnnviz.nn.geometry import Shape
from cnnviz.nn.layers import Layer
from cnnviz.nn.model import Sequential


@dataclass(frozen=True)
class Line:
    """An expression that makes a layer, and why it is needed where that is not plain."""

    text: str
    why: str = ""


@dataclass(frozen=True)
class Written:
    """A layer in a framework: expressions, one behind the other, and what is defined for them."""

    lines: tuple[Line, ...]
    before: tuple[str, ...] = ()


class Framework(ABC):
    """A framework's words; the code is made of them here."""

    around: ClassVar[tuple[str, str]]
    """What opens and closes layers one behind the other."""

    @abstractmethod
    def imports(self, kinds: Sequence[str], several: bool) -> list[str]:
        """Return the first lines, for layers of these kinds."""

    @abstractmethod
    def write(self, layer: Layer, shape: Shape, number: str) -> Written:
        """Return a layer for an input of a shape; names that are defined end with `number`."""

    @abstractmethod
    def run(self, name: str, shape: Shape) -> list[str]:
        """Return the lines that make an input x of a shape, and y of it."""

    def begin(self, shape: Shape) -> list[str]:
        """Return what stands before the layers of a network for an input of a shape."""
        return []

    def seen(self, shape: Shape) -> Shape:
        """Return a shape as the framework has it."""
        return shape

    def layer_code(self, layer: Layer, shape: Shape) -> str:
        """Return code for one layer that ends with the shape of what it gives."""
        written = self.write(layer, shape, "")
        rows = [_row(line.text, line.why) for line in written.lines]
        if len(rows) == 1:
            made = [f"layer = {written.lines[0].text}{_comment(written.lines[0].why)}"]
        else:
            made = self._stack("layer", rows)
        head = self.imports([type(layer).__name__], several=False)
        end = self._end("layer", shape, layer.output_shape(shape))
        return _joined(head, written.before, [*made, *end])

    def network_code(self, model: Sequential, shape: Shape) -> str:
        """Return code for a network, with the shape behind each layer.

        Raises
        ------
        ShapeError
            If a layer does not fit.
        """
        shapes = model.input_shapes(shape)
        rows = self.begin(shape)
        before: list[str] = []
        for place, (layer, (ahead, behind)) in enumerate(
            zip(model.layers, pairwise(shapes), strict=True), start=1
        ):
            written = self.write(layer, ahead, str(place))
            *first, last = written.lines
            result = " × ".join(map(str, self.seen(behind)))
            rows += [_row(line.text, line.why) for line in first]
            rows.append(_row(last.text, f"{result}; {last.why}" if last.why else result))
            before += written.before
        head = self.imports([type(layer).__name__ for layer in model.layers], several=True)
        end = self._end("network", shape, shapes[-1])
        return _joined(head, before, [*self._stack("network", rows), *end])

    def _stack(self, name: str, rows: list[str]) -> list[str]:
        start, end = self.around
        return [f"{name} = {start}", *rows, end]

    def _end(self, name: str, shape: Shape, output: Shape) -> list[str]:
        return [*self.run(name, shape), f"print(tuple(y.shape))  # {(1, *self.seen(output))}"]


def _comment(text: str) -> str:
    return f"  # {text}" if text else ""


def _row(text: str, comment: str) -> str:
    return f"    {text},{_comment(comment)}"


def _joined(head: Sequence[str], before: Sequence[str], body: Sequence[str]) -> str:
    """Return the code: two empty lines around definitions, as is usual."""
    parts = ["\n".join(head), *before]
    between = "\n\n\n" if before else "\n\n"
    return between.join([*parts, "\n".join(body)])
