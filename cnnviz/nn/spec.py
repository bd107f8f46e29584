"""One way to write layers, optimizers and schedules as plain data, and to read them back."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")
Spec = dict[str, Any]
"""JSON: {"type": the class's name, and a value for every field}."""


def to_spec(description: Any) -> Spec:
    """Return a description (a frozen dataclass) as JSON data."""
    values = {f.name: as_json(getattr(description, f.name)) for f in fields(description)}
    return {"type": type(description).__name__, **values}


def from_spec(registry: Mapping[str, type[T]], spec: object, *, what: str = "layer") -> T:
    """Return the description that `spec` writes down.

    Raises
    ------
    ValueError
        If the type is unknown, a field is unknown or missing, or a value makes no sense.
    """
    if not isinstance(spec, Mapping) or "type" not in spec:
        raise ValueError(f'A {what} is written as {{"type": "…", …}}, received {spec!r}.')
    kind = registry.get(spec["type"]) if isinstance(spec["type"], str) else None
    if kind is None:
        known = ", ".join(registry)
        raise ValueError(f"There is no {what} {spec['type']!r}; there are {known}.")
    values = {key: as_tuples(value) for key, value in spec.items() if key != "type"}
    _check_fields(kind, values)
    return kind(**values)


def _check_fields(kind: type[Any], values: Mapping[str, Any]) -> None:
    """Raise ValueError if a field is unknown or missing."""
    known = {f.name: f for f in fields(kind)}
    for name in values:
        if name not in known:
            have = ", ".join(known) or "none"
            raise ValueError(f"{kind.__name__} has no field {name!r}; its fields: {have}.")
    for name, f in known.items():
        if name not in values and f.default is MISSING and f.default_factory is MISSING:
            raise ValueError(f"{kind.__name__} needs the field {name!r}.")


def as_tuples(value: Any) -> Any:
    """Return `value` with its lists as tuples: JSON knows no tuples."""
    return tuple(map(as_tuples, value)) if isinstance(value, list | tuple) else value


def as_json(value: Any) -> Any:
    """Return `value` with its tuples as lists."""
    return list(map(as_json, value)) if isinstance(value, list | tuple) else value
