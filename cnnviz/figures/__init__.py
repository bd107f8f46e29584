"""Data in, Plotly figure out."""

from pathlib import Path

import plotly
from plotly.graph_objects import Figure

__all__ = ["Figure", "plotly_js"]


def plotly_js() -> str:
    """Text of the plotly.js that belongs to the installed Plotly (about 4.8 MB)."""
    package = Path(plotly.__file__).parent
    return (package / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
