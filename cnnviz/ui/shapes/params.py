"""What stands in the URL of the Shapes page, and what it is before anybody changes it."""

from itertools import chain
from typing import Any

from cnnviz.explain.arithmetic import SIDES as SIDE_NAMES
from cnnviz.explain.code import FRAMEWORKS
from cnnviz.explain.nearest import LIMITS
from cnnviz.explain.setting import KINDS
from cnnviz.nn.geometry import AXES, PADDINGS
from cnnviz.ui.lab.pinned import cell, spot
from cnnviz.ui.state import Table, flag, name, one_of
from cnnviz.ui.train.codec import decode_layers
from cnnviz.ui.train.numbers import Numbers

VIEWS = {"layer": "One layer", "chain": "A chain of layers", "table": "Table of sizes"}
NUMBER, SIDES = "number", "sides"
SPOT, UNIT = "shape_at", "shape_unit"
"""What was pinned: a cell of one layer, a layer and a row of a chain."""
CODE = "shape_code"
"""The framework whose code is shown."""
CHOICES: dict[str, str] = {
    **{word: word for word in PADDINGS},
    NUMBER: "number",
    SIDES: "per side",
}
"""How padding is given: by its name, one number for all sides (or one for each axis), or four."""

FIELDS = {
    "size": "Input",
    "kernel": "Kernel",
    "stride": "Stride",
    "dilation": "Dilation",
    "padding": "Padding",
    "output_padding": "Output padding",
}
"""The numbers of a layer, and what they are called on the page."""


def _numbers() -> dict[str, Numbers]:
    """Return what each number may be: one for each field and axis, and four sides of padding."""
    found = {}
    for field, title in FIELDS.items():
        for axis in AXES:
            least, most = LIMITS[field]
            found[f"shape_{field}_{axis}"] = Numbers(f"{title} {axis}", least, most)
    for side in chain(*SIDE_NAMES):
        found[f"shape_padding_{side}"] = Numbers(f"Padding {side}", *LIMITS["padding"])
    return found


NUMBERS = _numbers()
CHAIN_NUMBERS = {
    "shape_channels": Numbers("Channels", 1, 512),
    "shape_rows": Numbers("Height", 1, 512),
    "shape_columns": Numbers("Width", 1, 512),
}

TABLE: Table = {
    "shape_view": one_of(VIEWS),
    CODE: one_of(FRAMEWORKS),
    "shape_kind": one_of(dict.fromkeys(KINDS)),
    "shape_padding": one_of(CHOICES),
    "shape_apart": flag,
    "shape_typed": flag,
    "shape_ceil_mode": flag,
    **{key: numbers.read for key, numbers in NUMBERS.items()},
    SPOT: spot,
    UNIT: cell,
    "shape_network": name,
    "shape_layers": decode_layers,
    **{key: numbers.read for key, numbers in CHAIN_NUMBERS.items()},
}

LAYER_DEFAULTS: dict[str, Any] = {
    "shape_kind": "Conv2d",
    "shape_padding": "valid",
    "shape_apart": False,
    "shape_typed": False,
    "shape_ceil_mode": False,
    **{key: 0 if "padding" in key else 1 for key in NUMBERS},
    **{f"shape_size_{axis}": 28 for axis in AXES},
    **{f"shape_kernel_{axis}": 3 for axis in AXES},
}
