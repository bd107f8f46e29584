"""The house rules, read from the syntax tree: who may import whom."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# A room may import itself and the floors below it, never a neighbor or a floor above.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("cnnviz.nn",),
    ("cnnviz.training", "cnnviz.explain", "cnnviz.data"),
    ("cnnviz.runs", "cnnviz.export"),
    ("cnnviz.figures",),
    ("cnnviz.ui",),
)

# Which floors may import a library at all; the libraries that are not named here are free.
ONLY_IN: dict[str, tuple[str, ...]] = {
    "streamlit": ("cnnviz.ui",),
    "starlette": ("cnnviz.ui",),
    "plotly": ("cnnviz.figures",),
    "pandas": ("cnnviz.runs", "cnnviz.figures", "cnnviz.ui"),
    "subprocess": ("cnnviz.runs",),
    "multiprocessing": (),
    "pooch": ("cnnviz.data.fetch",),
    "requests": ("cnnviz.data.fetch",),
    "urllib.request": ("cnnviz.data.fetch",),
    "http.client": ("cnnviz.data.fetch",),
    "socket": ("cnnviz.data.fetch",),
}

ALLOWED_IN_NN = {"numpy", "cnnviz.nn"}


def imports(path: Path, module: str) -> Iterator[tuple[str, int]]:
    """Yield every imported module, absolute, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module if path.name == "__init__.py" else module.rpartition(".")[0]
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            prefix = ".".join(base) if node.level else ""
            name = ".".join(part for part in (prefix, node.module) if part)
            yield name, node.lineno
            yield from ((f"{name}.{alias.name}", node.lineno) for alias in node.names)


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def floor_of(module: str) -> int | None:
    return next(
        (i for i, rooms in enumerate(FLOORS) if any(within(module, room) for room in rooms)), None
    )


def room_of(module: str) -> str | None:
    return next((room for rooms in FLOORS for room in rooms if within(module, room)), None)


def is_foreign_to_nn(name: str) -> bool:
    return name.partition(".")[0] not in sys.stdlib_module_names and not any(
        within(name, allowed) for allowed in ALLOWED_IN_NN
    )


def faults(path: Path, module: str) -> Iterator[str]:
    """Yield a sentence for each import that breaks a rule."""
    here, room = floor_of(module), room_of(module)
    for name, line in imports(path, module):
        where = f"{module} (line {line}) imports {name}"
        there = floor_of(name)
        if here is not None and there is not None and not within(name, str(room)) and there >= here:
            yield f"{where}: imports only point down, and neighbors do not import each other."
        for library, rooms in ONLY_IN.items():
            if within(name, library) and not any(within(module, allowed) for allowed in rooms):
                if module.startswith(("dashboard", "pages.")) and library in (
                    "streamlit",
                    "pandas",
                ):
                    continue
                yield f"{where}: only {', '.join(rooms) or 'nobody'} may."
        if room == "cnnviz.nn" and is_foreign_to_nn(name):
            yield f"{where}: the network needs nothing but NumPy."


def sources() -> list[Path]:
    pages = sorted((ROOT / "pages").glob("*.py"))
    return [ROOT / "dashboard.py", *pages, *sorted((ROOT / "cnnviz").rglob("*.py"))]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", sources(), ids=module_name)
def test_imports_only_point_down(path: Path) -> None:
    assert not list(faults(path, module_name(path)))


@pytest.mark.parametrize(
    ("module", "code", "told"),
    [
        ("cnnviz.nn.conv", "import pandas", "nothing but NumPy"),
        ("cnnviz.nn.conv", "from cnnviz.training import train", "only point down"),
        ("cnnviz.training.loop", "from cnnviz.data import load", "neighbors"),
        ("cnnviz.training.loop", "from ..data.idx import read", "neighbors"),
        ("cnnviz.figures.curves", "import streamlit as st", "only cnnviz.ui may"),
        ("cnnviz.ui.train", "import plotly.graph_objects", "only cnnviz.figures may"),
        ("cnnviz.ui.train", "import subprocess", "only cnnviz.runs may"),
        ("pages.1_Train", "from multiprocessing import Process", "nobody may"),
    ],
)
def test_a_wrong_import_is_named(tmp_path: Path, module: str, code: str, told: str) -> None:
    path = tmp_path / "x.py"
    path.write_text(code)
    assert any(told in fault and module in fault for fault in faults(path, module))
