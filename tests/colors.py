"""How bright colors are."""

import re


def luminance(color: str) -> float:
    """The relative luminance of a color as styles write it, as the WCAG define it."""
    if color.startswith("#"):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    else:  # rgb(230, 241, 248), or what a mixture of colors is: color(srgb 0.9 0.94 0.97)
        most = 255 if color.startswith("rgb") else 1
        parts = [float(part) / most for part in re.findall(r"[\d.]+", color)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(a * b for a, b in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
