"""Colors that stay apart for every kind of color vision.

From M. Okabe and K. Ito, "Color Universal Design" (2008): blue and vermillion on light ground,
their lighter neighbors sky blue and orange on dark ground.
"""

TRAINING = "#0072B2"
VALIDATION = "#D55E00"

PALE = "#E6F1F8"
"""Where a scale up to the color of training begins."""

ON_DARK = {TRAINING: "#56B4E9", VALIDATION: "#E69F00", PALE: "#12303F"}
"""What each color becomes on dark ground: a figure carries this table in `layout.meta`."""
