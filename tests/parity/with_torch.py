"""PyTorch for the modules that compare with it; without it they are skipped, unless required."""

import os
from typing import Any

import numpy as np
import pytest

if os.environ.get("CNNVIZ_PARITY_TESTS") == "required":
    import torch
else:
    torch = pytest.importorskip(
        "torch", reason="Needs PyTorch: pip install -r requirements-parity.txt"
    )

torch.set_num_threads(1)  # these sums are too short to share

TOLERANCE = 1e-9

Tensors = dict[str, Any]
"""Tensors of PyTorch under the names of a layer's parameters."""


def tensor(array: Any, *, grad: bool = False) -> Any:
    """Return a copy for PyTorch, if asked one that collects a gradient."""
    return torch.from_numpy(np.array(array)).requires_grad_(grad)


def tensors(params: dict[str, Any], buffers: tuple[str, ...] = ()) -> Tensors:
    """Return copies of a layer's parameters; those named in `buffers` collect no gradient."""
    return {name: tensor(array, grad=name not in buffers) for name, array in params.items()}


def relative_error(ours: Any, theirs: Any) -> float:
    """Return the largest difference over the largest number of PyTorch's."""
    ours, theirs = np.asarray(ours), theirs.detach().numpy()
    assert ours.shape == theirs.shape, f"shape {ours.shape}, PyTorch's is {theirs.shape}"
    assert ours.dtype == theirs.dtype, f"{ours.dtype}, PyTorch's is {theirs.dtype}"
    if not theirs.size:
        return 0.0
    difference, largest = np.abs(ours - theirs).max(), np.abs(theirs).max()
    return float(difference / largest) if largest else float(difference)


def close(ours: Any, theirs: Any, what: str) -> None:
    """Fail with a sentence unless the numbers are PyTorch's."""
    error = relative_error(ours, theirs)
    assert error < TOLERANCE, f"{what}: relative error {error:.2g}"
