"""A network as a short word for the URL, and back."""

import base64
import json
import zlib
from collections.abc import Sequence

from cnnviz.nn.model import Sequential
from cnnviz.nn.spec import Spec

MOST_BYTES = 64_000
MOST_LAYERS = 100


def encode_layers(layers: Sequence[Spec]) -> str:
    """Return the layers' specs, packed."""
    plain = json.dumps(list(layers), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(zlib.compress(plain, 9)).decode().rstrip("=")


def decode_layers(text: str) -> list[Spec]:
    """Return what `encode_layers` packed; raises ValueError, never unpacks more than 64 kB."""
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        plain = zlib.decompressobj().decompress(packed, MOST_BYTES)
    except (ValueError, zlib.error) as error:
        raise ValueError("The network in the address was cut off or changed.") from error
    return parse_layers(plain.decode("utf-8", "replace"))


def parse_layers(text: str) -> list[Spec]:
    """Return a network that is written as JSON; raises ValueError with one sentence."""
    try:
        specs = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"This is not JSON: {error}.") from error
    return check_layers(specs)


def check_layers(specs: object) -> list[Spec]:
    """Return the specs with every field written out; raises ValueError with one sentence."""
    if not isinstance(specs, list | tuple):
        raise ValueError(f"A network is a list of layers, not {type(specs).__name__}.")
    if not 0 < len(specs) <= MOST_LAYERS:
        raise ValueError(f"A network has 1 to {MOST_LAYERS} layers, not {len(specs)}.")
    return Sequential.from_specs(specs).to_specs()
