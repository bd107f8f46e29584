"""What a run was asked to do: written once, when its folder is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Literal

from cnnviz.data import DataChoice
from cnnviz.runs.errors import RunError
from cnnviz.training.config import TrainConfig

Origin = Literal["page", "terminal"]


def now() -> str:
    """Return this moment in ISO form, to the second, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class RunSettings:
    """Data, network and numbers of a run; enough to repeat it to the last bit.

    `network` is a name for people; `layers` are the layers' specs.
    """

    data: DataChoice
    network: str
    layers: tuple[dict[str, Any], ...]
    config: TrainConfig
    origin: Origin = "page"
    created: str = field(default_factory=now)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "data": self.data.to_dict(),
            "network": self.network,
            "layers": list(self.layers),
            "config": self.config.to_dict(),
            "origin": self.origin,
            "created": self.created,
        }

    @classmethod
    def from_dict(cls, plain: object) -> "RunSettings":
        """Rebuild from `to_dict`; raises RunError with what is missing or wrong."""
        if not isinstance(plain, Mapping):
            raise RunError(f"Settings are an object with named values, not {type(plain).__name__}.")
        if missing := [f.name for f in fields(cls) if f.name not in plain]:
            raise RunError(f"The settings lack {', '.join(missing)}.")
        try:
            return cls(
                data=DataChoice.from_dict(plain["data"]),
                network=str(plain["network"]),
                layers=tuple(dict(layer) for layer in plain["layers"]),
                config=TrainConfig.from_dict(plain["config"]),
                origin="terminal" if plain["origin"] == "terminal" else "page",
                created=str(plain["created"]),
            )
        except (ValueError, TypeError, AttributeError) as error:
            raise RunError(f"The settings cannot be used: {error}") from error
