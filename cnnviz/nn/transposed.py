"""Where the window of a transposed convolution comes to stand: integers only."""

from dataclasses import dataclass

from cnnviz.nn.geometry import (
    AXES,
    Grid,
    Pads,
    Pair,
    ShapeError,
    Window,
    resolve_padding,
    window_extent,
)


@dataclass(frozen=True)
class TransposedWindow(Window):
    """A window that slides over the output, with one position for each cell of the input.

    A transposed convolution gives what goes into a convolution; its grid is that convolution's,
    with `size` the output's and `output` the input's.
    """

    output_padding: Pair = (0, 0)

    def place(self, size: Pair, owner: str) -> Grid:
        """Return the grid on the output, of this window on an input of `size` (height, width).

        Along each axis the windows cover (size − 1) × stride + extent cells. Of these, padding in
        numbers (PyTorch's) takes its share away and `output_padding` adds cells at the end.
        "same" gives size × stride cells and "valid" at least that many, as in TensorFlow.

        Raises
        ------
        ShapeError
            If nothing is left of the output; the sentence begins with `owner`.
        """
        extent = (
            window_extent(self.kernel[0], self.dilation[0]),
            window_extent(self.kernel[1], self.dilation[1]),
        )
        if self.padding in ("same", "same_lower"):
            image = size[0] * self.stride[0], size[1] * self.stride[1]
            pads = resolve_padding(self.padding, image, extent, self.stride)
        else:
            pads = resolve_padding(self.padding, size, extent, self.stride)
            image = (
                self._image(0, size[0], extent[0], pads, owner),
                self._image(1, size[1], extent[1], pads, owner),
            )
        return Grid(image, self.kernel, self.stride, self.dilation, pads, output=size)

    def _image(self, axis: int, size: int, extent: int, pads: Pads, owner: str) -> int:
        """Return the output's size along one axis."""
        stride, (before, after), added = self.stride[axis], pads[axis], self.output_padding[axis]
        if self.padding == "valid":
            added = max(stride - extent, 0)
        image = (size - 1) * stride + extent - before - after + added
        if image < 1:
            raise ShapeError(
                f"{owner}: nothing is left of the output: {AXES[axis]} ({size} − 1) × {stride} + "
                f"window {extent} − padding {before} − {after} + output padding {added} = "
                f"{image}; use less padding, a larger stride, or a larger image."
            )
        return image
