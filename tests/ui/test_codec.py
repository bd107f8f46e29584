"""Networks as short words and as JSON."""

import base64
import zlib

import pytest

from cnnviz.ui.train.codec import decode_layers, encode_layers, parse_layers

LAYERS = [{"type": "Flatten"}, {"type": "Linear", "out_features": 10}]


def test_there_and_back_with_every_field() -> None:
    assert decode_layers(encode_layers(LAYERS)) == [
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10, "use_bias": True, "weight_init": "he"},
    ]


@pytest.mark.parametrize("text", ["", "!!", "abcd", encode_layers(LAYERS)[:9]])
def test_a_spoiled_word_is_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"cut off or changed|not JSON"):
        decode_layers(text)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b"[" * 50_000_000)).decode()
    with pytest.raises(ValueError, match="not JSON"):
        decode_layers(bomb)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "A network is a list of layers, not dict."),
        ("[]", "A network has 1 to 100 layers, not 0."),
        ("[1]", r"Layer 1: A layer is written as"),
        ('[{"type": "Conv3d"}]', "There is no layer 'Conv3d'"),
        ('[{"type": "Linear"}]', "Linear needs the field 'out_features'"),
        ("[", "This is not JSON"),
    ],
)
def test_what_is_wrong_is_said(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_layers(text)
