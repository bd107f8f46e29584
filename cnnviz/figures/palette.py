"""Colors that stay apart for every kind of color vision.

From M. Okabe and K. Ito, "Color Universal Design" (2008): blue and vermillion on light ground,
their lighter neighbors sky blue and orange on dark ground.
"""

TRAINING = "#0072B2"
VALIDATION = "#D55E00"

PALE = "#E6F1F8"
"""Where a scale up to the color of training begins."""

LINES = (TRAINING, "#009E73", "#CC79A7", "#B58900", "#5C6670", "#56B4E8")
"""One for each of several curves; the color of validation is left for what is marked."""

ON_DARK = {TRAINING: "#56B4E9", VALIDATION: "#E69F00", PALE: "#12303F"}
ON_DARK |= dict(
    zip(LINES[1:], ("#2FBF94", "#E39BC2", "#E8D44D", "#9AA5AD", "#4B93BE"), strict=True)
)
"""What each color becomes on dark ground: a figure carries this table in `layout.meta`.

They are exchanged one after the other, so that no color stands on both sides.
"""

CLASS_COLORS = (
    *("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8A6D00"),
    *("#5E3C99", "#4A90B8", "#B2182B", "#1B7837", "#5C6670"),
)
CLASS_COLORS_ON_DARK = (
    *("#56B4E9", "#E69F00", "#2FBF94", "#E39BC2", "#E8D44D"),
    *("#B3A2E0", "#8FC7D6", "#F08A80", "#8FD08A", "#C3CBD0"),
)
"""One for each class of a map. Ten colors cannot all stay apart for every kind of color vision:
each class has a shape of its own as well."""
